"""The waterfall lab's chart in the two usual ways. Each part below is one notebook cell of the benchmark."""

# %%
import matplotlib.pyplot  # noqa: F401 - switches on inline figures
from IPython.display import display
from ipywidgets import SelectionSlider, interact

from aicapital import labs

usual = labs.waterfall()
# A figure of its own, as one would draw it without our Lab.
usual.figure.set_layout_engine("constrained")
usual.figure.set_dpi(100)


def show(exit_value):
    usual.values["exit_value"] = exit_value
    moving, _ = usual._moving(usual.result, usual.values)
    display(usual.figure)
    for artist in moving:
        artist.remove()


interact(show, exit_value=SelectionSlider(options=usual.controls["exit_value"].stops, value=790.0))
# %%
import plotly.graph_objects as go
from ipywidgets import SelectionSlider, VBox
from plotly.subplots import make_subplots

from aicapital import labs
from aicapital.labs.waterfall import GRID, SHADES

model = labs.waterfall()
first = model.result
widget = go.FigureWidget(make_subplots(rows=1, cols=2, column_widths=[0.6, 0.4]))
for holder in SHADES:
    widget.add_scatter(
        x=GRID,
        y=first["shares"][holder],
        stackgroup="shares",
        line={"width": 0},
        fillcolor=SHADES[holder],
        row=1,
        col=1,
    )
widget.add_scatter(x=[790, 790], y=[0, 100], mode="lines", line={"color": "#222"}, row=1, col=1)
widget.add_bar(x=list(first["next"]), y=list(first["next"].index), orientation="h", row=1, col=2)
widget.update_xaxes(type="log", row=1, col=1)
widget.update_layout(width=787, height=413, showlegend=False, title="Who gets the next dollar?")
slider = SelectionSlider(options=model.controls["exit_value"].stops, value=790.0)


def move(change):
    model.values["exit_value"] = change["new"]
    result = model.result
    with widget.batch_update():
        for trace, holder in zip(widget.data, SHADES, strict=False):
            trace.y = result["shares"][holder]
        widget.data[3].x = [change["new"], change["new"]]
        widget.data[4].x = list(result["next"])
        widget.data[4].text = [f"USD {paid:,.1f} bn" for paid in result["paid"]]


slider.observe(move, names="value")
VBox([slider, widget])
