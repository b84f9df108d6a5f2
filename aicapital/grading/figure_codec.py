"""A figure across the line: a description of its axes goes over, and real artists are built from it."""

import sys

import numpy as np

MAX_ARTISTS = 2_000


def is_drawing(value: object) -> bool:
    """Whether it is a figure, or axes of one; matplotlib is imported by whoever made one."""
    if "matplotlib.figure" not in sys.modules:
        return False
    from matplotlib.axes import Axes
    from matplotlib.figure import FigureBase

    return isinstance(value, Axes | FigureBase)


def encode(value, encoder, depth: int) -> dict:
    from matplotlib.axes import Axes

    if not isinstance(value, Axes):
        return _figure(value, encoder, depth)
    figure = value.get_figure()
    places = [place for place, axes in enumerate(figure.axes) if axes is value]
    return {
        "t": "axes",
        "f": _figure(figure, encoder, depth),
        "i": places[0] if places else 0,
    }


def _figure(figure, encoder, depth: int) -> dict:
    known = encoder.figures.setdefault(id(figure), len(encoder.figures))
    if known < len(encoder.figures) - 1:
        return {"t": "figref", "i": known}
    return {
        "t": "fig",
        "i": known,
        "size": [float(size) for size in figure.get_size_inches()],
        "suptitle": figure.get_suptitle(),
        "supxlabel": figure.get_supxlabel(),
        "supylabel": figure.get_supylabel(),
        "texts": [text.get_text() for text in figure.texts][:100],
        "axes": [_axes(axes, encoder, depth) for axes in figure.axes[:50]],
        "legends": [_legend(legend) for legend in figure.legends[:20]],
    }


def _axes(axes, encoder, depth: int) -> dict:
    from matplotlib.container import BarContainer

    patches = list(axes.patches)[:MAX_ARTISTS]
    place = {id(patch): number for number, patch in enumerate(patches)}
    legend = axes.get_legend()
    return {
        "titles": [axes.get_title(loc=loc) for loc in ("left", "center", "right")],
        "labels": [axes.get_xlabel(), axes.get_ylabel()],
        "limits": [
            [float(end) for end in axes.get_xlim()],
            [float(end) for end in axes.get_ylim()],
        ],
        "scales": [axes.get_xscale(), axes.get_yscale()],
        "ticks": [_ticks(axes.xaxis), _ticks(axes.yaxis)],
        "lines": [_line(line, encoder, depth) for line in list(axes.lines)[:MAX_ARTISTS]],
        "patches": [_patch(patch) for patch in patches],
        "bars": [
            {
                "v": [place[id(bar)] for bar in group if id(bar) in place],
                "o": group.orientation,
                "l": str(group.get_label()),
            }
            for group in axes.containers
            if isinstance(group, BarContainer)
        ],
        "collections": [
            _collection(item, encoder, depth) for item in list(axes.collections)[:MAX_ARTISTS]
        ],
        "images": [encoder(np.asarray(image.get_array()), depth) for image in axes.images[:20]],
        "texts": [_text(text, axes) for text in list(axes.texts)[:MAX_ARTISTS]],
        "legend": _legend(legend) if legend else None,
    }


def _legend(legend) -> dict:
    """The words, and of each entry the look of the line or area beside it."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    looks = []
    for handle in legend.legend_handles[:100]:
        if isinstance(handle, Line2D):
            looks.append({"k": "line", **_line_look(handle)})
        elif isinstance(handle, Patch):
            looks.append({"k": "bar", **_patch_look(handle)})
        else:
            looks.append(None)
    return {"l": [text.get_text() for text in legend.get_texts()][:100], "h": looks}


def _text(text, axes) -> list:
    """Its position, its words and, where the position is not in the numbers of the axes, the place it stands at."""
    from matplotlib.text import Annotation

    place = [None, None]
    if isinstance(text, Annotation) and text.xycoords == "data":
        place = [_number(part) for part in text.xy]
    elif isinstance(text, Annotation) or text.get_transform() is not axes.transData:
        try:
            seen = text.get_transform().transform(text.get_position())
            place = [_number(part) for part in axes.transData.inverted().transform(seen)]
        except (TypeError, ValueError):
            pass
    return [*(_number(part) for part in text.get_position()), text.get_text(), *place]


def _number(value: object) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _ticks(axis) -> dict | None:
    """Ticks that were set by hand or stand for categories; others follow from the limits."""
    from matplotlib.ticker import FixedFormatter, FixedLocator, FuncFormatter

    formatter, labels = axis.get_major_formatter(), None
    if isinstance(formatter, FixedFormatter):
        labels = [str(label) for label in formatter.seq]
    elif isinstance(formatter, FuncFormatter) and isinstance(
        axis.get_major_locator(), FixedLocator
    ):  # set_ticks and set_ticklabels leave a function
        labels = [str(label) for label in formatter.format_ticks(axis.get_majorticklocs())]
    mapping = getattr(axis.units, "_mapping", None)
    if mapping:
        return {
            "at": [float(place) for place in mapping.values()],
            "l": [str(key) for key in mapping],
        }
    if labels is None and not isinstance(axis.get_major_locator(), FixedLocator):
        return None
    return {"at": [float(place) for place in axis.get_majorticklocs()], "l": labels}


def _line(line, encoder, depth: int) -> dict:
    values = []
    for original, plain in zip(line.get_data(orig=True), line.get_data(orig=False), strict=True):
        array = np.asarray(original)
        values.append(encoder(array if array.dtype.kind in "biufM" else np.asarray(plain), depth))
    look = {"w": float(line.get_linewidth()), **_line_look(line)}
    return {"v": values, "l": str(line.get_label()), **look}


def _line_look(line) -> dict:
    return {
        "s": str(line.get_linestyle()),
        "m": str(line.get_marker()),
        "c": _colour(line.get_color()),
    }


def _patch(patch) -> dict:
    from matplotlib.patches import Rectangle, Wedge

    look = {"l": str(patch.get_label()), **_patch_look(patch)}
    if isinstance(patch, Rectangle):
        box = (patch.get_x(), patch.get_y(), patch.get_width(), patch.get_height())
        return {"k": "bar", "v": [float(part) for part in box], **look}
    if isinstance(patch, Wedge):
        parts = (*patch.center, patch.r, patch.theta1, patch.theta2)
        return {"k": "wedge", "v": [float(part) for part in parts], **look}
    corners = patch.get_path().vertices[:10_000]
    return {"k": "shape", "v": np.asarray(corners, dtype=float).tolist(), **look}


def _patch_look(patch) -> dict:
    return {"c": _colour(patch.get_facecolor()), "h": patch.get_hatch()}


def _collection(item, encoder, depth: int) -> dict:
    from matplotlib.collections import PathCollection

    if isinstance(item, PathCollection):
        return {
            "k": "points",
            "v": encoder(np.ma.filled(item.get_offsets(), np.nan).astype(float), depth),
            "z": encoder(np.asarray(item.get_sizes(), dtype=float), depth),
            "l": str(item.get_label()),
        }
    return {
        "k": "shapes",
        "v": [encoder(np.asarray(path.vertices, float), depth) for path in item.get_paths()[:500]],
        "l": str(item.get_label()),
    }


def _colour(value: object) -> list[float] | None:
    from matplotlib.colors import to_rgba

    try:
        return [float(part) for part in to_rgba(value)]
    except (TypeError, ValueError):
        return None


def decode(coded: dict, decoder, depth: int):
    if coded["t"] == "figref":
        return decoder.figures[coded["i"]]
    if coded["t"] == "fig":
        return _rebuilt(coded, decoder, depth)
    figure = decode(coded["f"], decoder, depth)
    return figure.axes[int(coded["i"])]


def _said(value: object) -> str:
    if type(value) is not str:
        raise ValueError("no text")
    return value[:2_000].replace("$", r"\$") if value.count("$") % 2 else value[:2_000]


def _rebuilt(coded: dict, decoder, depth: int):
    from matplotlib.figure import Figure

    figure = Figure(figsize=tuple(min(max(float(size), 0.1), 100) for size in coded["size"]))
    decoder.figures[int(coded["i"])] = figure
    for name in ("suptitle", "supxlabel", "supylabel"):
        if coded[name]:
            getattr(figure, name)(_said(coded[name]))
    for said in coded["texts"][:100]:
        if said not in (coded["suptitle"], coded["supxlabel"], coded["supylabel"]):
            figure.text(0, 0, _said(said))
    for number, part in enumerate(coded["axes"][:50]):
        # A label of its own, or matplotlib would give the same axes again.
        axes = figure.add_axes((0.1, 0.1, 0.8, 0.8), label=str(number))
        _fill(axes, part, decoder, depth)
    for legend in coded["legends"][:20]:
        figure.legend(*_entries(legend))
    return figure


def _entries(legend: dict) -> tuple[list, list[str]]:
    """The handles and the words of a legend; an entry of another kind has a line without a look."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Rectangle

    handles = []
    for look in legend["h"][:100]:
        if look is None:
            handles.append(Line2D([], [], linestyle="None"))
        elif look["k"] == "line":
            handles.append(Line2D([], [], **_drawn_as(look)))
        else:
            handles.append(Rectangle((0, 0), 1, 1, **_filled_as(look)))
    words = [_said(text) for text in legend["l"][:100]]
    return handles[: len(words)], words[: len(handles)]


def _drawn_as(look: dict) -> dict:
    from matplotlib.lines import Line2D

    return {
        "linestyle": look["s"] if look["s"] in ("-", "--", "-.", ":", "None") else "-",
        "marker": look["m"] if look["m"] in Line2D.markers else "None",
        "color": look["c"] or "black",
    }


def _filled_as(look: dict) -> dict:
    hatch = look["h"]
    known = type(hatch) is str and set(hatch) <= set("/\\|-+xoO.*")
    return {"facecolor": look["c"] or "grey"} | ({"hatch": hatch[:10]} if known else {})


def _fill(axes, part: dict, decoder, depth: int) -> None:
    from matplotlib.collections import PathCollection, PolyCollection
    from matplotlib.container import BarContainer
    from matplotlib.lines import Line2D
    from matplotlib.patches import Polygon, Rectangle, Wedge
    from matplotlib.ticker import FixedFormatter, FixedLocator

    scales = [
        scale if scale in ("linear", "log", "symlog", "logit") else "linear"
        for scale in part["scales"]
    ]
    for set_scale, scale in zip((axes.set_xscale, axes.set_yscale), scales, strict=True):
        if scale != "linear":  # new axes are
            set_scale(scale)
    for line in part["lines"][:MAX_ARTISTS]:
        x, y = (np.atleast_1d(decoder(values, depth)) for values in line["v"])
        axes.add_line(
            Line2D(x, y, label=_said(line["l"]), linewidth=float(line["w"]), **_drawn_as(line))
        )
    patches = []
    for patch in part["patches"][:MAX_ARTISTS]:
        look = {"label": _said(patch["l"]), **_filled_as(patch)}
        if patch["k"] == "bar":
            x, y, width, height = (float(value) for value in patch["v"])
            made = Rectangle((x, y), width, height, **look)
        elif patch["k"] == "wedge":
            x, y, radius, start, end = (float(value) for value in patch["v"])
            made = Wedge((x, y), radius, start, end, **look)
        else:
            made = Polygon(np.asarray(patch["v"], dtype=float).reshape(-1, 2), **look)
        patches.append(axes.add_patch(made))
    for group in part["bars"][:MAX_ARTISTS]:
        bars = [patches[int(place)] for place in group["v"]]
        orientation = group["o"] if group["o"] in ("vertical", "horizontal") else "vertical"
        axes.add_container(BarContainer(bars, orientation=orientation, label=_said(group["l"])))
    for item in part["collections"][:MAX_ARTISTS]:
        if item["k"] == "points":
            offsets = np.asarray(decoder(item["v"], depth), dtype=float).reshape(-1, 2)
            sizes = np.asarray(decoder(item["z"], depth), dtype=float)
            made = PathCollection((), sizes=sizes, offsets=offsets, offset_transform=axes.transData)
        else:
            made = PolyCollection(
                [np.asarray(decoder(v, depth), float).reshape(-1, 2) for v in item["v"]]
            )
        made.set_label(_said(item["l"]))
        axes.add_collection(made, autolim=False)
    for image in part["images"][:20]:
        axes.imshow(np.asarray(decoder(image, depth)))
    for x, y, said, *place in part["texts"][:MAX_ARTISTS]:
        at = float(x or 0), float(y or 0)
        if None in place:
            axes.text(*at, _said(said))
        else:
            axes.annotate(_said(said), xy=tuple(float(part) for part in place), xytext=at)
    for loc, title in zip(("left", "center", "right"), part["titles"], strict=True):
        if title:
            axes.set_title(_said(title), loc=loc)
    axes.set_xlabel(_said(part["labels"][0]))
    axes.set_ylabel(_said(part["labels"][1]))
    for axis, ticks in zip((axes.xaxis, axes.yaxis), part["ticks"], strict=True):
        if ticks:
            labels = ticks["l"] and [_said(label) for label in ticks["l"]]
            if labels and len(labels) != len(ticks["at"]):
                labels = None
            # As set_ticks does, but no tick is drawn up before a test asks for it.
            axis.set_major_locator(FixedLocator([float(place) for place in ticks["at"][:200]]))
            if labels:
                axis.set_major_formatter(FixedFormatter(labels[:200]))
    axes.set_xlim(*(float(end) for end in part["limits"][0]))
    axes.set_ylim(*(float(end) for end in part["limits"][1]))
    if part["legend"] is not None:
        axes.legend(*_entries(part["legend"]))
