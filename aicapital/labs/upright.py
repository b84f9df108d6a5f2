"""A prediction as an upright line, the same in every lab whose horizontal axis it lies on."""

from matplotlib.axes import Axes

from ..figures.style import ACCENT


def upright(axes: Axes, prediction: float, height: float, gap: float, turn: float) -> None:
    """A dotted line with its words at `height`, `gap` to its right, or to its left from `turn` on; none outside the axis."""
    low, high = axes.get_xlim()
    if not low <= prediction <= high:
        return
    left = prediction >= turn
    axes.axvline(prediction, color=ACCENT, linewidth=2, linestyle=":")
    axes.text(
        prediction + (-gap if left else gap),
        height,
        "your prediction",
        color=ACCENT,
        fontsize=9,
        ha="right" if left else "left",
    )
