"""What runs and clusters cost by method, how much power they draw, and how concentrated each layer is."""

import pandas as pd

from ..models.concentration import HIGH_2023, bounds
from .chart import Chart, sheet
from .style import ACCENT, INK, QUIET, colour, course_style, stroke

METHODS = {
    "amortised_hardware_plus_energy": ("part used up, plus power", "o", colour("OpenAI")),
    "cloud_rental": ("rented", "^", stroke("Amazon")),
    "hardware_purchase_upfront": ("whole cluster bought", "s", colour("Anthropic")),
    "company_claim_rental": ("developer's hours at a rent", "D", colour("Nvidia")),
    "statement": ("said without a method", "X", QUIET),
}


def run_prices(costs: pd.DataFrame, source: str) -> Chart:
    """Costs of runs on a log scale, one row a model (`model`, `cost_method`, `cost_usd`), one marker a method."""
    wide = costs.pivot(index="model", columns="cost_method", values="cost_usd")
    ratio = (wide["hardware_purchase_upfront"] / wide["amortised_hardware_plus_energy"]).dropna()
    title = f"Buying the cluster costs {ratio.min():.0f} to {ratio.max():.0f} times what one run uses up of it"
    order = wide.max(axis=1).sort_values(ascending=False).index
    with course_style():
        figure, axes = sheet(title, source, height=1.9 + 0.45 * len(order))
        for row, model in enumerate(order):
            found = wide.loc[model].dropna()
            axes.plot([found.min(), found.max()], [row, row], color=QUIET, linewidth=1)
            for method, value in found.items():
                _, marker, tone = METHODS[method]
                axes.plot(value, row, marker, color=tone, markersize=9)
        axes.set_yticks(range(len(order)), order)
        axes.invert_yaxis()
        axes.set(xscale="log", xlabel="Cost, USD million (log scale)")
        axes.xaxis.set_major_formatter(lambda value, _: f"{value / 1e6:,.10g}")
        for method in wide:
            words, marker, tone = METHODS[method]
            axes.plot([], [], marker, color=tone, label=words)
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False, fontsize=9)
    listed = "; ".join(
        f"{model}: "
        + ", ".join(f"{METHODS[m][0]} {v / 1e6:,.1f}" for m, v in wide.loc[model].dropna().items())
        for model in order
    )
    return Chart(
        figure, f"Dot chart on a log scale. {title}. In USD million: {listed}.", wide.reset_index()
    )


def cluster_power(clusters: pd.DataFrame, day: str, source: str) -> Chart:
    """Facility power of the largest known clusters over time (`site`, `date`, `power_mw_facility`, `status`), log scale."""
    shown = clusters.dropna(subset=["power_mw_facility"]).sort_values("date")
    record, built = shown[shown["status"] == "record"], shown[shown["status"] == "operating"]
    first, last = record.iloc[0], built.loc[built["power_mw_facility"].idxmax()]
    title = (
        f"From {first['power_mw_facility']:.0f} MW in {first['date']:%Y} to {last['power_mw_facility']:,.0f} MW "
        f"in {last['date']:%Y}: the largest cluster's power"
    )
    with course_style():
        figure, axes = sheet(title, source, height=3.9)
        axes.plot(record["date"], record["power_mw_facility"], "o-", color=colour("OpenAI"))
        axes.plot(built["date"], built["power_mw_facility"], "s", color=stroke("Amazon"))
        axes.axvline(pd.Timestamp(day), color=QUIET, linestyle="--", linewidth=1.2)
        axes.text(pd.Timestamp(day), 6.2, "article ", ha="right", color=QUIET, fontsize=9)
        axes.text(
            0.01,
            0.93,
            "dots: record at opening; squares: sites operating in September 2026",
            transform=axes.transAxes,
            fontsize=9,
            color=QUIET,
        )
        for row, shift, side in (
            (first, (7, 7), "left"),
            (record.iloc[-1], (-7, 7), "right"),
            (last, (-16, 6), "right"),
        ):
            axes.annotate(
                row["site"], (row["date"], row["power_mw_facility"]), shift,
                textcoords="offset points", ha=side, fontsize=9, color=INK,
            )  # fmt: skip
        axes.set(yscale="log", ylim=(5, 4000), ylabel="Facility power, MW (log scale)")
        axes.set_xlim(first["date"] - pd.Timedelta(days=500), last["date"] + pd.Timedelta(days=250))
        axes.yaxis.set_major_formatter("{x:,.0f}")
    return Chart(
        figure,
        f"Scatter chart on a log scale. {title}.",
        shown[["site", "date", "power_mw_facility"]].reset_index(drop=True),
    )


def layer_bounds(shares: pd.DataFrame) -> pd.DataFrame:
    """HHI and CR4 bounds for each market and date of a table like market_shares; one row each."""
    rows = []
    for (market, date), part in shares.groupby(["market", "date"]):
        listed = part.loc[part["share_type"] == "reported", "share_pct"]
        others = part.loc[part["share_type"] == "residual", "share_pct"].sum()
        found = bounds(listed.to_list(), others)
        rows.append((market, date, others, *found["hhi"], *found["cr4"]))
    columns = ["market", "date", "others_pct", "hhi_low", "hhi_high", "cr4_low", "cr4_high"]
    return pd.DataFrame(rows, columns=columns)


def hhi_by_layer(found: pd.DataFrame, names: dict[str, str], source: str) -> Chart:
    """Ranges of the HHI, one row a layer and date (`layer_bounds`), with the guidelines' line; `names` gives the layers in order."""
    shown = found[found["market"].isin(names)].copy()
    shown["place"] = shown["market"].map(list(names).index)
    shown = shown.sort_values(["place", "date"])
    above = (shown["hhi_low"] > HIGH_2023).sum()
    title = f"{above} of {len(shown)} readings are highly concentrated even at their lower bound"
    with course_style():
        figure, axes = sheet(title, source, height=1.7 + 0.33 * len(shown))
        labels = []
        for row, line in enumerate(shown.itertuples()):
            axes.plot(
                [line.hhi_low, line.hhi_high],
                [row, row],
                color=colour("OpenAI"),
                linewidth=5,
                solid_capstyle="butt",
            )
            axes.plot([line.hhi_low], [row], "|", color=INK, markersize=12)
            words = f" {line.hhi_low:,.0f}" + (
                f" to {line.hhi_high:,.0f}" if line.hhi_high - line.hhi_low >= 1 else ""
            )
            axes.text(line.hhi_high + 60, row, words, va="center", fontsize=9)
            labels.append(f"{names[line.market]}, {line.date:%b %Y}")
        axes.axvline(HIGH_2023, color=ACCENT, linestyle="--", linewidth=1.3)
        axes.text(
            HIGH_2023 + 100,
            -0.8,
            f"highly concentrated above {HIGH_2023:,}",
            color=ACCENT,
            fontsize=9,
            va="center",
        )
        axes.set_yticks(range(len(labels)), labels)
        axes.set(
            ylim=(len(shown) - 0.4, -1.3),
            xlim=(0, 10_000),
            xlabel="HHI, points (bar: from infinitely small others to the largest they can be)",
        )
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.grid(axis="y", visible=False)
    listed = "; ".join(
        f"{label} {low:,.0f} to {high:,.0f}"
        for label, low, high in zip(labels, shown["hhi_low"], shown["hhi_high"], strict=True)
    )
    return Chart(
        figure, f"Range chart of the HHI. {title}. {listed}.", shown.reset_index(drop=True)
    )
