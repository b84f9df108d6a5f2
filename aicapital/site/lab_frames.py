"""A lab computed ahead for a page without a kernel: which settings, their pictures and sentences, the prediction mark.

A page cannot hold every setting of a lab with six controls. It holds the lines that a learner walks: from the start and
from each preset, one control at a time, and the plane of the two main controls. The page script goes to the nearest
of these and says so. Pictures of neighbouring stops share most of their text, so that all of them packed (gzip, as
base64 inside a script, because a page opened from a folder may not fetch) take a few hundred kilobytes.
"""

import base64
import gzip
import itertools
import json
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..figures.style import course_style
from ..labs.lab import Control, Lab
from ..learning.questions import Prediction

MOST_FRAMES = 500  # a lab; more would make the build slow and moves no smoother
# Stops of the two main controls and of each other one, from fine to coarse; the first that fits is taken.
FINENESS = (
    (33, 9),
    (29, 8),
    (25, 7),
    (21, 6),
    (17, 5),
    (15, 5),
    (13, 4),
    (11, 4),
    (9, 3),
    (7, 3),
    (5, 2),
    (3, 2),
)

Setting = tuple[int, ...]  # for each control the position of its stop


def grid(lab: Lab, most: int = MOST_FRAMES) -> list[Setting]:
    """The settings that a page holds, at most `most` of them where that is possible at all."""
    controls = list(lab.controls.values())
    start = {control.name: control.start for control in controls}
    bases = [start, *(start | preset for preset in lab.presets.values())]
    settings: set[Setting] = set()
    for main, other in FINENESS:
        stops = [
            _thinned(control, main if i < 2 else other, {base[control.name] for base in bases})
            for i, control in enumerate(controls)
        ]
        settings = (
            set(itertools.product(*stops)) if _size(stops) <= most else _lines(lab, bases, stops)
        )
        if len(settings) <= most:
            break
    return sorted(settings)


def _size(stops: list[list[int]]) -> int:
    return int(np.prod([len(of_one) for of_one in stops]))


def _thinned(control: Control, count: int, keep: set) -> list[int]:
    """About `count` positions spread over the control's stops, both ends and the stops in `keep` among them."""
    last = len(control.stops) - 1
    spread = np.linspace(0, last, min(count, last + 1)).round().astype(int).tolist()
    if not control.is_number:
        spread = list(range(last + 1))
    return sorted({*spread, *(control.stops.index(stop) for stop in keep)})


def _lines(lab: Lab, bases: list[dict], stops: list[list[int]]) -> set[Setting]:
    found: set[Setting] = set()
    for base in bases:
        here = _setting(lab, base)
        for i, of_one in enumerate(stops):
            found |= {(*here[:i], stop, *here[i + 1 :]) for stop in of_one}
    # The plane is coarser than the lines: it has as many settings as both take together, squared.
    coarse = [of_one[:: max(1, len(of_one) // 6)] + of_one[-1:] for of_one in stops[:2]]
    rest = _setting(lab, bases[0])[2:]
    return found | {(*pair, *rest) for pair in itertools.product(*coarse)}


def _setting(lab: Lab, values: Mapping[str, Any]) -> Setting:
    return tuple(control.stops.index(values[name]) for name, control in lab.controls.items())


def still(lab: Lab) -> bytes:
    """The layer of a lab that never moves, as a PNG."""
    return base64.b64decode(lab.still)


def packed(lab: Lab, prediction: Prediction | None, question: str, most: int = MOST_FRAMES) -> dict:
    """Everything that the page script needs for one lab, ready for JSON; `question` is where the prediction is recorded."""
    controls = list(lab.controls.values())
    settings = grid(lab, most)
    used = [sorted({setting[i] for setting in settings}) for i in range(len(controls))]
    frames: dict[tuple[str, str], int] = {}
    at = {}
    marks = _Marks(prediction) if prediction is not None else None
    with course_style():
        for setting in settings:
            shown = lab.set(**_values(controls, setting))
            number = frames.setdefault((inner(shown.svg), shown.sentence), len(frames))
            if marks and number == len(marks.of):
                marks.add(lab)
            at[",".join(str(used[i].index(stop)) for i, stop in enumerate(setting))] = number
    body = {
        "at": at,
        "pictures": [svg for svg, _ in frames],
        "sentences": [words for _, words in frames],
        "marks": {"lists": marks.lists, "of": marks.of} if marks else None,
    }
    lab.set(**{control.name: control.start for control in controls})
    width, height = lab.figure.get_size_inches() * 72
    return {
        "title": lab.title,
        "view": f"0 0 {width:g} {height:g}",
        "width": round(float(width) * 96 / 72),
        "shape": round(float(width / height), 3),
        "controls": [
            {
                "label": control.label,
                "number": control.is_number,
                "shows": [control.show(control.stops[stop]) for stop in used[i]],
                "thinned": len(used[i]) < len(control.stops),
                "start": used[i].index(control.stops.index(control.start)),
            }
            for i, control in enumerate(controls)
        ],
        "presets": [
            {
                "name": name,
                "set": [
                    used[i].index(control.stops.index(preset[control.name]))
                    if control.name in preset
                    else None
                    for i, control in enumerate(controls)
                ],
            }
            for name, preset in lab.presets.items()
        ],
        "question": question,
        "told": lab.told,
        "frames": base64.b64encode(
            gzip.compress(json.dumps(body, separators=(",", ":")).encode(), mtime=0)
        ).decode("ascii"),
    }


def _values(controls: list[Control], setting: Setting) -> dict[str, Any]:
    return {
        control.name: control.stops[stop] for control, stop in zip(controls, setting, strict=True)
    }


def inner(svg: str) -> str:
    """What stands inside the <svg> element, without the names that matplotlib gives to groups."""
    body = svg[svg.index(">") + 1 : svg.rindex("</svg>")]
    body = re.sub(r'<g id="[^"]*"', "<g", body)
    body = re.sub(r'(x|y|transform)="[^"]*"', lambda it: re.sub(r"(\.\d\d)\d+", r"\1", it[0]), body)
    body = re.sub(r' transform="rotate\(-?0 [^"]*\)"', "", body)
    return re.sub(r">\s+<", "><", body).strip()


# ---- the learner's prediction: drawn at some values before, and moved to its place in the page
class _Marks:
    """Marks for values around the evidence, or for each option; pictures in which that of the evidence stands alike share
    one list.

    An entry: the predicted value, its mark as SVG, and for a number where the mark stands.
    """

    def __init__(self, prediction: Prediction):
        self.lists: list[list[tuple]] = []
        self.of: list[int] = []  # for each picture its list
        self._truth, self._tried = prediction.truth(), prediction.options or _tried(prediction)
        self._known: dict[str, int] = {}

    def add(self, lab: Lab) -> None:
        """The next picture: the one that `lab` shows now."""
        (evidence,) = lab.marks([self._truth])
        if evidence not in self._known:
            self._known[evidence] = len(self.lists)
            drawn = zip(self._tried, lab.marks(self._tried) if evidence else [], strict=False)
            marks = [(value, inner(svg)) for value, svg in drawn if svg]
            self.lists.append(
                [
                    (value, svg, *([] if isinstance(value, str) else _place(svg)))
                    for value, svg in marks
                ]
            )
        self.of.append(self._known[evidence])


def _tried(prediction: Prediction) -> list[float]:
    truth = float(prediction.truth())
    values = {float(f"{truth * factor:.3g}") for factor in np.geomspace(1 / 50, 50, 17)}
    if "%" in prediction.unit:
        values |= set(np.linspace(0.0, 100.0, 6))
    return sorted(values)


def _place(mark: str) -> tuple[float, float]:
    """Where a mark stands: the place of its marker, or the start of its line."""
    body = re.sub(r"<defs>.*?</defs>", "", mark, flags=re.DOTALL)
    found = re.search(r'<use [^>]*x="([-\d.]+)" y="([-\d.]+)"', body) or re.search(
        r'd="M ([-\d.]+) ([-\d.]+)', body
    )
    if not found:
        raise ValueError(f"a prediction mark without a line or a marker: {mark[:200]}")
    return float(found[1]), float(found[2])
