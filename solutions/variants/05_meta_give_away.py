"""Sheet 5: what varies from learner to learner, and how the source follows (CONTRIBUTING.md, "Give a sheet own numbers")."""

from datetime import date, timedelta

from aicapital.grading.variants import Own, lines, options, relabelled

# Q1: roads so far apart that no prediction fits two with the same letter for the reason.
REASONS = {
    "A": "Two firms have higher costs than one.",
    "B": "Each owner leaves out that its toll costs the other one drivers.",
    "C": "The two compete for the same drivers.",
}
ROADS = {  # total toll at which nobody drives -> drivers lost for each dollar, order of the reasons
    48: (8, "BCA"),
    54: (9, "CAB"),
    60: (7, "ABC"),
    72: (9, "BAC"),
    84: (6, "ACB"),
    108: (5, "BCA"),
    126: (5, "CAB"),
    138: (5, "CBA"),
}


def _road(highest, order):
    lost, _ = ROADS[highest]
    return {
        "rung-1": [
            ("630 less 7 for each dollar", f"**{highest * lost}** less **{lost}** for each dollar"),
            *options(REASONS, order),
        ],
        "q1-predict": [
            ("q1_prediction = 60", f"q1_prediction = {2 * highest // 3}"),
            ('q1_reason = "B"', f'q1_reason = "{relabelled("B", order)}"'),
        ],
        "q1-worked": [("a=630, b=7", f"a={highest * lost}, b={lost}")],
        "q1-check": [('.upper() == "B"', f'.upper() == "{relabelled("B", order)}"')],
    }


def _best_price(fee):
    def best(price_of_other, highest_total, own_cost):
        cost = own_cost + fee
        return max((highest_total - price_of_other + cost) / 2, cost)

    published = {
        (0, 12, 0): "6",
        (4, 12, 0): "4",
        (20, 100, 10): "45",
        (100, 100, 7): "7",
        (365, 720, 10): "182.5",
    }
    return {
        "rung-2": [
            (
                "A seller never goes below its own cost.",
                f"On top of `own_cost`, a store takes **USD {fee}** for each unit. A seller never goes below the two together.",
            )
        ],
        "q2-answer": [
            ("and half of the own cost", "and half of what a unit costs"),
            ("never below the own cost", "never below what a unit costs"),
            ("(left + own_cost) / 2", f"(left + own_cost + {fee}) / 2"),
            ("max(halfway, own_cost)", f"max(halfway, own_cost + {fee})"),
        ],
        "q2-check": [
            (f"{given}: {expected},", f"{given}: {best(*given):g},")
            for given, expected in published.items()
        ],
    }


def _until(until):
    last = date.fromisoformat(until)
    day = f"{last:%d %B %Y}".lstrip("0")
    return {
        "q5-text": [
            (
                "A company without a release after the day gets no entry.",
                f"Leave out what came out later than **{day}**. A company without a release in between gets no entry.",
            )
        ],
        "q5-answer": [
            ("keep the models released after the day", "keep the models released in between"),
            (
                'kept = releases[releases["released"] > after]',
                f'kept = releases[(releases["released"] > after) & (releases["released"] <= "{until}")]',
            ),
        ],
        "q5-check": [
            (
                '_since_july = open_share(load("model_releases").query("released < \'2026-10-01\'"), "2026-07-09")\n'
                'assert _since_july.to_dict() == {"Meta": 100}',
                "_ends = load(\"model_releases\").query(\"model in ('GPT-1', 'BERT-Large')\")\n"
                f'_ends = _ends.assign(released=["{until}", "{last + timedelta(days=1)}"])\n'
                '_ends = _ends.astype({"released": "datetime64[ns]"})\n'
                'assert open_share(_ends, "2026-01-01").to_dict() == {"OpenAI": 100}',
            )
        ],
    }


FORGONE, SAVINGS, CORE, LEFT_OVER = 0.06, 0.03, 0.9, 0.55  # Skerry's table, USD bn a year
EACH = 6000 * LEFT_OVER  # USD a year that one adopter leaves over


def _burden(counts_pct, cost):
    return cost + FORGONE - SAVINGS * counts_pct / 100


def _uplift(burden, core):
    return 100 * burden / (core * LEFT_OVER)


def _ledger(counts_pct, cost, second_cost):
    counts, burden = counts_pct / 100, _burden(counts_pct, cost)
    short = round(burden * 1e9 / EACH - 40_000, -3)

    def uplift(_cost, forgone, savings, core, left_over):
        return 1e4 * max(_cost + forgone - savings * counts, 0) / (core * left_over)

    return {
        "q3-text": [
            (
                "If the savings already pay, no uplift is needed.",
                f"Of the savings only **{counts_pct} %** count: the firm would not have paid for the rest. If they already "
                "pay, no uplift is needed.",
            )
        ],
        "q3-answer": [("cost + forgone - savings, 0", f"cost + forgone - savings * {counts:g}, 0")],
        "q3-check": [
            ("(3, 2, 1, 50, 80): 10", f"(3, 2, 1, 50, 80): {uplift(3, 2, 1, 50, 80):g}"),
            ("(1, 1, 2, 7, 30): 0", "(1, 1, 4, 7, 30): 0"),
        ],
        "q6-text": [
            (
                "Core revenue goes along the bottom.",
                f"By a newer estimate the model costs **USD {cost} bn** a year, not 0.12. Core revenue goes along the bottom.",
            )
        ],
        "q6-answer": [('_of["open_model_cost"]', f"{cost}")],
        "q6-check": [("- 0.15) < 2e-3", f"- {burden:.5g}) < 2e-3")],
        "q7-text": [
            (
                "",
                f"Take the model's cost from question 6, and count **{counts_pct} %** of the savings, as in question 3. "
                f"Giving the model to a firm costs **USD {second_cost}** a month, not 3.",
            )
        ],
        "q7-answer": [
            (
                '_burden = _of["open_model_cost"] + _of["forgone_api_profit"] - _of["community_savings"]',
                f'_burden = {cost} + _of["forgone_api_profit"] - _of["community_savings"] * {counts:g}',
            ),
            ('uplift_pct(\n    _of["open_model_cost"]', f"uplift_pct(\n    {cost}"),
            ('_of["second_cost"]', f"{second_cost}"),
        ],
        "q7-check-uplift": [("30.303", f"{_uplift(burden, CORE):.3f}")],
        "q7-check-adopters": [("45454.5", f"{burden * 1e9 / EACH:.1f}")],
        "q8-answer": [
            (
                "less the savings, make 150 million",
                f"less the savings that count, make {1000 * burden:.0f} million",
            ),
            (
                "the uplift must reach 30 percent",
                f"the uplift must reach {_uplift(burden, CORE):.0f} percent",
            ),
            ("some 5,000 short", f"some {short:,.0f} short"),
            ("needs only 18 percent", f"needs only {_uplift(burden, 1.5):.0f} percent"),
        ],
    }


QUESTIONS = {
    "q1": Own(
        ("q1-check",),
        [{"highest": highest, "order": order} for highest, (_, order) in ROADS.items()],
        _road,
    ),
    "q2": Own(("q2-check",), [{"fee": fee} for fee in (3, 4, 5, 6, 7, 8, 9, 10)], _best_price),
    # Questions 6 and 7 call the function of question 3. The bill stays above what 40,000 adopters bring, so that the
    # ledger of question 8 still speaks against the gift; a price of zero stays best beside the seats.
    "q3": Own(
        (
            "q3-check",
            "q6-check",
            "q7-check-uplift",
            "q7-check-adopters",
            "q7-check-prices",
            "q8-answer",
        ),
        [
            {"counts_pct": counts, "cost": cost, "second_cost": second}
            for counts, cost, second in (
                (60, 0.10, 5),
                (80, 0.11, 6),
                (90, 0.13, 7),
                (70, 0.13, 8),
                (85, 0.14, 9),
                (65, 0.14, 10),
                (75, 0.15, 11),
                (55, 0.16, 12),
            )
        ],
        _ledger,
        by_hand=lambda counts_pct, cost, second_cost: (
            f"the ledger's bill is {1000 * _burden(counts_pct, cost):.0f} m a year; uplift "
            f"{_uplift(_burden(counts_pct, cost), CORE):.1f} %; adopters {_burden(counts_pct, cost) * 1e9 / EACH:,.0f}; "
            f"price alone {25 + second_cost / 2:g}, beside the seats 0"
        ),
    ),
    "q4": lines("q4-check", "q4-answer", ["G", "D", "E", "B", "C", "A"], "ABCDEFG"),
    "q5": Own(
        ("q5-check",),
        [
            {"until": until}
            for until in (
                "2026-03-31",
                "2026-04-15",
                "2026-04-30",
                "2026-05-31",
                "2026-06-30",
                "2026-07-31",
                "2026-08-31",
                "2026-09-30",
            )
        ],
        _until,
    ),
}
