"""Sheet 8: what varies from learner to learner, and how the source follows (CONTRIBUTING.md, "Give a sheet own numbers")."""

from aicapital.grading.variants import Own, lines, options, relabelled
from aicapital.models.valuation import GrowthCase, implied_growth

REASONS = {
    "A": "In that year the lab goes bankrupt.",
    "B": "By the end of that year the lab needs other money, if its plan comes true.",
    "C": "Up to that year the lab makes a profit.",
}
BURNS = (25, 57, 85, 51)  # USD bn, the plan of February 2026


def _first(money, order):
    cash = 40 + money
    dry = next(2026 + n for n in range(4) if cash < sum(BURNS[: n + 1]))
    return {
        "rung-1": [
            (
                "The cell below follows a lab's cash.",
                f"The cell below follows a lab's cash, as if its round of 2026 brought **USD {money} bn**.",
            ),
            *options(REASONS, order),
        ],
        "q1-predict": [
            ("q1_prediction = 2028", f"q1_prediction = {dry}"),
            ('q1_reason = "B"', f'q1_reason = "{relabelled("B", order)}"'),
        ],
        "q1-worked": [
            ("cash and the round of 2026 (USD bn)", "cash and the round as assumed here (USD bn)"),
            ("cash = 40 + 122", f"cash = 40 + {money}"),
        ],
        "q1-check": [('.upper() == "B"', f'.upper() == "{relabelled("B", order)}"')],
    }


def _capped_rounds(most):
    return {
        "rung-2": [
            (
                "Cash may fall below zero:",
                f"No year brings more than **USD {most} bn** of new money: of a larger round only that much comes in. "
                "Cash may fall below zero:",
            )
        ],
        "q2-answer": [("cash + flow + new_money", f"cash + flow + min(new_money, {most})")],
        "q2-check": [
            (
                "(1, [], [], []),",
                f"(1, [], [], []),\n    (0, [-1, 0], [{most + 0.5:g}, {most + 9}], [{most - 1}, {2 * most - 1}]),",
            )
        ],
    }


def _floored_price(floor_pct):
    shares = 20 * 100 / floor_pct
    return {
        "q3-text": [
            (
                "In a round above the old price the protection does nothing.",
                f"The conversion price never falls below **{floor_pct} %** of the old price. In a round above the old "
                "price the protection does nothing.",
            )
        ],
        "q3-answer": [
            (
                "conversion_price = min(\n        old_price, old_price * (before + new_money / old_price) / (before + sold)\n    )",
                "average = old_price * (before + new_money / old_price) / (before + sold)\n"
                f"    conversion_price = min(old_price, max({floor_pct / 100:g} * old_price, average))",
            )
        ],
        "q3-check": [
            (
                "(200, 800, 20, 30000, 4000): 17.6471,",
                "(200, 800, 20, 30000, 4000): 17.6471,\n"
                f"    (20, 80, 100, 50, 100): {100 * shares / (shares + 80 + 200):.6f},",
            )
        ],
    }


def _next_years_sales(growth):
    times = f"{1 + growth / 100:g}"
    divide = 'newest["value_usd_bn"] / newest["revenue_usd_bn"]'
    return {
        "q5-text": [
            (
                "**company → price to sales**, value over revenue.",
                "**company → price to sales of the next year**, value over revenue, where each company's revenue is "
                f"taken to be **{growth} %** larger in the next year than in the table.",
            )
        ],
        "q5-answer": [
            (
                f"return {divide}",
                f"### BEGIN SOLUTION\n    return {divide} / {times}\n    ### END SOLUTION",
            )
        ],
        "q5-check": [
            ("2 * 965 / 47)", f"2 * 965 / 47 / {times})"),
            ("380 / 14)", f"380 / 14 / {times})"),
        ],
    }


def _cash(capex_growth):
    """Skerry's cash without a round at the end of years 3 to 6 (USD bn)."""
    cash, found = 4.1, []
    for grown in (2, 3, 4, 5):
        cash += 1.2 * 1.25**grown - 1.6 * (1 + capex_growth / 100) ** (grown - 1)
        found.append(cash)
    return found


def _growth(wacc, pre_money):
    return implied_growth(pre_money - 4.1, GrowthCase(3, -3, 20, wacc, 3)).growth_pct


def _rounds(capex_growth, wacc, pre_money):
    value, growth = GrowthCase(3, -3, 20, wacc, 3).value, _growth(wacc, pre_money)
    taken = 100 * 4 / (pre_money + 4)
    return {
        "rung-3": [
            (
                "Years 3 to 6 are ahead.",
                f"Years 3 to 6 are ahead, and in them capex grows by **{capex_growth} %** a year.",
            )
        ],
        "q6-answer": [
            (
                "1.0 * 1.6 ** (year - 1)",
                f"1.6 * {1 + capex_growth / 100:g} ** (year - 2)",
            )
        ],
        "q7-text": [
            (
                "Discount at `wacc`, at the end of each year.",
                f"Discount at **{wacc} %** instead of the table's `wacc`, at the end of each year.",
            ),
            (
                "that the pre-money value of the up round implies.",
                f"that an up round at **USD {pre_money} bn** pre-money implies (the table's price is out of date).",
            ),
        ],
        "q7-answer": [
            ('_value["wacc"] / 100', f"{wacc} / 100"),
            ('_value["up_round_pre_money"]', f"{pre_money}"),
        ],
        "q7-check-function": [
            (
                "{10: 8.2669, 25: 27.3315, 40: 80.8682, -10: 1.4028}",
                f"{{{', '.join(f'{pct}: {value(pct):.4f}' for pct in (10, 25, 40, -10))}}}",
            )
        ],
        "q7-check-growth": [("24.29", f"{growth:.2f}")],
        "q8-text": [("one at 30 pre-money", f"one at **{pre_money}** pre-money")],
        "q8-answer": [
            (
                "At 30 before the money, 4 bn takes 12 percent and every old holder keeps 88 percent",
                f"At {pre_money} before the money, 4 bn takes {taken:.0f} percent and every old holder keeps "
                f"{100 - taken:.0f} percent",
            ),
            (
                "the price of 30 needs revenue to grow by about a quarter each year",
                f"the price of {pre_money} needs revenue to grow by about {growth:.0f} percent each year",
            ),
            ("short by 2 bn", f"short by {-_cash(capex_growth)[2]:.1f} bn"),
            ("by 40 instead of 60 percent", f"by 40 instead of {capex_growth} percent"),
        ],
    }


QUESTIONS = {
    "q1": Own(
        ("q1-check",),
        [
            {"money": money, "order": order}
            for money, order in (
                (20, "BCA"),
                (30, "ABC"),
                (35, "CAB"),
                (60, "BAC"),
                (90, "CAB"),
                (135, "BCA"),
                (150, "CBA"),
                (170, "ACB"),
            )
        ],
        _first,
    ),
    # A year's limit lies above Skerry's round of 4, and a floor below its conversion price: Q6 and Q8 stay as they are.
    "q2": Own(
        ("q2-check",), [{"most": most} for most in (5, 6, 7, 8, 9, 10, 11, 12)], _capped_rounds
    ),
    "q3": Own(
        ("q3-check",),
        [{"floor_pct": pct} for pct in (54, 56, 58, 60, 65, 70, 75, 80)],
        _floored_price,
    ),
    "q4": lines("q4-check", "q4-answer", ["C", "F", "A", "E", "G", "B"], "ABCDEFG"),
    "q5": Own(
        ("q5-check",),
        [{"growth": growth} for growth in (15, 20, 25, 30, 40, 50, 60, 75)],
        _next_years_sales,
    ),
    # In each the cash ends in year 5, with the round in year 6, as in the published sheet.
    "q6": Own(
        ("q6-check", "q7-check-function", "q7-check-growth", "q8-answer"),
        [
            {"capex_growth": capex_growth, "wacc": wacc, "pre_money": pre_money}
            for capex_growth, wacc, pre_money in (
                (55, 11, 27),
                (56, 13, 31),
                (57, 14, 28),
                (58, 10, 36),
                (62, 11.5, 34),
                (63, 12.5, 26),
                (64, 13.5, 36),
                (65, 10.5, 32),
            )
        ],
        _rounds,
        by_hand=lambda capex_growth, wacc, pre_money: (
            f"capex grows by {capex_growth} %, so year 5 ends {-_cash(capex_growth)[2]:.1f} bn short; the offers are at "
            f"12 and {pre_money} bn, and {pre_money} implies growth of {_growth(wacc, pre_money):.1f} % at {wacc} %"
        ),
    ),
}
