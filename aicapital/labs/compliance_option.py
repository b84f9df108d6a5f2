"""Lab: comply now, or wait until the rules are known and retrofit."""

import math

import numpy as np

from ..data import load
from ..figures.chart import block, sheet
from ..figures.style import INK, PAPER, QUIET
from ..models.decision_tree import Compliance
from ..models.tornado import tornado
from .lab import Control, Lab
from .upright import upright

TURNOVER = 5.0  # USD bn a year of the made-up firm, near that of a young lab; turns a fine in percent into money
INTEREST_PCT = 10.0
NO_WAY_ROUND = "no fine: retrofit or leave the market"
PROBABILITIES = np.linspace(0, 1, 51)
LOWEST, HIGHEST = -1.4, 0.42  # USD bn, left panel
NOW, WAIT = "#117733", "#AA4499"  # of Paul Tol's muted set; no firm owns them
LOW = "#C9CED6"
ROWS = {
    "probability": "chance of strict\nrules ±20 points",
    "cost_now": "cost now ±25 %",
    "late_cost": "late cost ±25 %",
    "careful": "careful customers\n±USD 0.1 bn",
    "years": "years to wait ±2",
}


def fines() -> dict[str, float | None]:
    """Largest fine of three rules for a firm with `TURNOVER`, USD bn; None where no fine buys a way round."""
    largest = load("policy_events").set_index("row_id")["value"]
    general, banned = largest["pol_2026_eu_general"], largest["pol_2024_eu_in_force"]
    repeated = largest["pol_2025_raise"]
    return {
        NO_WAY_ROUND: None,
        f"up to {banned:g} % of turnover (EU, banned uses)": TURNOVER * banned / 100,
        f"up to {general:g} % of turnover (EU, models)": TURNOVER * general / 100,
        f"up to USD {repeated:g} million (New York)": repeated / 1000,
    }


def compliance_option(prediction: float | None = None) -> Lab:
    """Expected value of complying now and of waiting, over the chance of strict rules.

    prediction : the chance of strict rules, in percent, at which you expect both to be worth the same; drawn in when given.
    """
    largest = fines()
    fine_stops = tuple(largest)
    dates = load("policy_events").set_index("row_id")["date"]
    delay = round((dates["pol_2027_eu_high_risk"] - dates["pol_2026_eu_general"]).days / 365.25, 2)

    def case(cost_now, late_cost, careful, years, fine=NO_WAY_ROUND) -> Compliance:
        return Compliance(
            cost_now=cost_now,
            retrofit_cost=late_cost,
            penalty=largest[fine],
            premium_if_strict=careful,
            premium_if_lax=careful,
            discount_pct=100 * ((1 + INTEREST_PCT / 100) ** years - 1),
        )

    def model(probability, cost_now, late_cost, fine, careful, years):
        chance, firm = probability / 100, case(cost_now, late_cost, careful, years, fine)
        base = {
            "probability": chance,
            "cost_now": cost_now,
            "late_cost": late_cost,
            "careful": careful,
            "years": years,
        }
        ranges = {
            "probability": (max(0.0, chance - 0.2), min(1.0, chance + 0.2)),
            "cost_now": (0.75 * cost_now, 1.25 * cost_now),
            "late_cost": (0.75 * late_cost, 1.25 * late_cost),
            "careful": (max(0.0, careful - 0.1), careful + 0.1),
            "years": (max(0.0, years - 2.0), years + 2.0),
        }

        def lead(probability, **changed):
            return case(fine=fine, **changed).lead_of_compliance(probability)

        return {
            "lines": firm.expected_values(PROBABILITIES),
            "here": firm.expected_values(chance),
            "break_even": 100 * firm.break_even_probability,
            "lead_if_lax": firm.lead_of_compliance(0.0),
            "waiting": firm.lead_of_waiting(chance),
            "knowing": firm.value_of_perfect_information(chance),
            "tornado": tornado(lead, base, ranges),
        }

    def scene():
        figure, (left, right) = sheet(
            "When complying early pays",
            f"Model with assumed amounts, for a made-up firm with a turnover of USD {TURNOVER:g} bn a year and interest of "
            f"{INTEREST_PCT:g} % a year. Largest fines: EU AI Act and New York's RAISE Act, as known in June 2026.",
            height=4.4,
            ncols=2,
            width_ratios=(1.35, 1),
        )
        left.set(xlim=(0, 100), ylim=(LOWEST, HIGHEST))
        left.set(xlabel="Chance of strict rules, %", ylabel="Expected value, USD bn")
        left.axhline(0, color=QUIET, linewidth=0.8)
        right.set(xlim=(-0.5, 1.7), ylim=(len(ROWS) - 0.4, -0.6))
        right.set_xlabel("Lead of complying now, USD bn\n(pale: lower, dark: higher value)")
        right.set_yticks(range(len(ROWS)), ROWS.values())
        right.grid(axis="y", visible=False)
        right.axvline(0, color=QUIET, linewidth=0.8)
        return figure

    def draw(figure, result, values):
        left, right = figure.axes
        lines, at = result["lines"], 100 * PROBABILITIES
        for name, shade, style in (("comply now", NOW, "-"), ("wait", WAIT, "--")):
            left.plot(at, lines[name], color=shade, linestyle=style, linewidth=2.4)
        _name_lines(left, lines)
        left.axvline(values["probability"], color=INK, linewidth=1.4)
        better = max(("comply now", "wait"), key=lambda name: result["here"][name])
        left.plot(
            [values["probability"]],
            [result["here"][better]],
            "o",
            color=NOW if better == "comply now" else WAIT,
            markeredgecolor=INK,
            markersize=8,
        )
        if math.isfinite(result["break_even"]):
            side = "left" if result["break_even"] < 60 else "right"
            left.axvline(result["break_even"], color=QUIET, linewidth=1.6, linestyle="--")
            left.text(
                result["break_even"] + (1.2 if side == "left" else -1.2),
                0.31,
                f"break-even {result['break_even']:.0f} %",
                fontsize=9,
                color=QUIET,
                ha=side,
                bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1.0},
            )
        else:
            choice = "comply now" if result["lead_if_lax"] > 0 else "wait"
            left.text(
                1.5,
                0.36,
                f"no break-even: {choice} at any chance",
                fontsize=9,
                color=QUIET,
                va="center",
                bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1.0},
                zorder=6,
            )
        swings = result["tornado"].set_index("assumption")
        base = result["tornado"].attrs["base"]
        for row, name in enumerate(ROWS):
            low, high = swings.loc[name, ["outcome_at_low", "outcome_at_high"]]
            block(right, base, row, low - base, 0.5, facecolor=LOW, edgecolor=QUIET, linewidth=0.6)
            block(right, base, row, high - base, 0.5, facecolor=QUIET)
        right.axvline(base, color=INK, linewidth=1.4)

    def mark(figure, result, values, prediction):
        upright(figure.axes[0], prediction, height=LOWEST + 0.05, gap=1.2, turn=60)

    def sentence(result, values):
        here = result["here"]
        words = (
            f"At a chance of {values['probability']} %, complying now is worth {_signed(here['comply now'])} and waiting "
            f"{_signed(here['wait'])} (USD bn). "
        )
        if math.isfinite(result["break_even"]):
            words += (
                f"Both are worth the same at {result['break_even']:.0f} %; above it, comply now. "
            )
        elif result["lead_if_lax"] > 0:
            words += "Careful customers alone pay for complying, so there is no break-even: comply now at any chance. "
        else:
            words += "Even certain rules cost less than complying, so there is no break-even: wait at any chance. "
        binds = here.drop("wait").idxmax()
        return words + (
            f"The best choice that binds today is to {binds}; over it, the option to wait is worth "
            f"{max(0.0, result['waiting']):.2f}. Knowing the rules today would be worth {result['knowing']:.2f}."
        )

    usual = {
        "probability": 30,
        "cost_now": 0.2,
        "late_cost": 0.8,
        "fine": NO_WAY_ROUND,
        "careful": 0.0,
        "years": 0.0,
    }
    return Lab(
        title="Lab: comply now or retrofit later?",
        controls=[
            Control(
                "probability",
                "Chance of strict rules, %",
                tuple(range(0, 101, 2)),
                usual["probability"],
            ),
            Control(
                "cost_now",
                "Cost of complying now, USD bn",
                (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4),
                0.2,
            ),
            Control(
                "late_cost",
                "Retrofit and lost profit later, USD bn",
                tuple(n / 10 for n in range(1, 13)),
                0.8,
            ),
            Control("fine", "Way round strict rules", fine_stops, NO_WAY_ROUND),
            Control(
                "careful",
                "Profit on careful customers, USD bn",
                (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3),
                0.0,
            ),
            Control(
                "years",
                "Years until the rules are known",
                tuple(sorted({0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0, delay})),
                0.0,
                lambda stop: f"{stop:.1f}",
            ),
        ],
        presets={
            "Retrofit or leave (EU, Article 93)": usual,
            "A fine in percent (EU, Article 101)": usual | {"fine": fine_stops[2]},
            "A fine in dollars (New York)": usual | {"fine": fine_stops[3]},
            "Rules put off (EU, June 2026)": usual | {"years": delay},
            "Careful customers pay": usual | {"careful": 0.25},
        },
        model=model,
        scene=scene,
        draw=draw,
        sentence=sentence,
        mark=mark,
        prediction=prediction,
    )


def _name_lines(axes, lines) -> None:
    """Names at the right end: the upper line's above both lines, the lower one's below both."""
    end = lines.loc[lines.index >= 0.75, ["comply now", "wait"]]
    shades = {"comply now": NOW, "wait": WAIT}
    lower, upper = end.iloc[-1].sort_values(kind="stable").index
    for name, height, side in (
        (upper, end.to_numpy().max() + 0.03, "bottom"),
        (lower, end.to_numpy().min() - 0.03, "top"),
    ):
        axes.text(99, height, name, color=shades[name], fontsize=9.5, ha="right", va=side)


def _signed(amount: float) -> str:
    return f"{round(amount, 2) + 0.0:+.2f}" if round(amount, 2) else "0.00"
