"""Sheet 1: what varies from learner to learner, and how the source follows (CONTRIBUTING.md, "Give a sheet own numbers")."""

from aicapital.data import load
from aicapital.grading.variants import Own, lines, options, relabelled

# Q1: an owner of some stake in a documented round. The stakes lie so far apart that no prediction fits two of them.
ROUNDS = {
    "an_2025_series_e": "Anthropic's Series E of March 2025",
    "an_2025_series_f": "Anthropic's Series F of September 2025",
    "an_2026_series_g": "Anthropic's Series G of February 2026",
    "xai_2024_series_b": "xAI's Series B of May 2024",
}
REASONS = {
    "A": "The Foundation sold shares to the new investors.",
    "B": "The Foundation keeps its shares, but there are more shares than before.",
    "C": "The company became less valuable.",
}


TERMS = load("rival_rounds", known_by="2026-03-03").set_index("row_id")
ROW_OF = {float(TERMS.at[row, "pre_money_usd_bn"]): row for row in ROUNDS}


def _first_numbers():
    for number, stake in enumerate((9, 16, 40, 70)):
        for shift, order in enumerate(("BCA", "ABC", "CAB")):
            row = list(ROUNDS)[(number + shift) % len(ROUNDS)]
            pre, new = TERMS.loc[row, ["pre_money_usd_bn", "amount_committed_usd_bn"]]
            yield {
                "owner": "The owner",
                "stake": stake,
                "pre": float(pre),
                "new": float(new),
                "order": order,
            }


def _first(owner, stake, pre, new, order):
    row = ROW_OF[pre]
    reasons = {
        label: text.replace("The Foundation", owner).replace("its", "the")
        for label, text in REASONS.items()
    }
    return {
        "rung-1": [
            (
                "what the OpenAI Foundation keeps after the round as announced.",
                f"what an owner of **{stake} %** who buys nothing keeps after **{ROUNDS[row]}**.",
            ),
            *options(REASONS, order, reasons),
        ],
        "q1-predict": [
            ("the Foundation's stake", "the owner's stake"),
            ("q1_prediction = 22.6", f"q1_prediction = {stake * pre / (pre + new):.1f}"),
            ('q1_reason = "B"', f'q1_reason = "{relabelled("B", order)}"'),
        ],
        "q1-worked": [
            ("announced = (\n", "terms = (\n"),
            ('"funding_rounds"', '"rival_rounds"'),
            ("oai_2026_announced", row),
            (
                'stakes = load("ownership_snapshots").set_index("row_id")["stake_pct"]',
                f"stake = {stake}  # percent, before the round",
            ),
            (
                'post_money = announced["pre_money_usd_bn"] + announced["amount_committed_usd_bn"]',
                'post_money = terms["pre_money_usd_bn"] + terms["amount_committed_usd_bn"]',
            ),
            ('kept = announced["pre_money_usd_bn"]', 'kept = terms["pre_money_usd_bn"]'),
            (
                'round(float(stakes["own_recap_foundation"] * kept), 1)',
                "round(float(stake * kept), 1)",
            ),
        ],
        "q1-check": [('.upper() == "B"', f'.upper() == "{relabelled("B", order)}"')],
    }


def _dilution(paid_pct):
    def after(stake, pre, new):
        return stake * pre / (pre + new * paid_pct / 100)

    return {
        "rung-2": [
            (
                "The same three goals, for any owner and any round.",
                "The same three goals, for any owner and any round. `new_money` is what was announced. Of it only "
                f"**{paid_pct} %** is paid in, and shares are issued for what is paid in.",
            )
        ],
        "q2-answer": [
            ("= pre_money + new_money", f"= pre_money + new_money * {paid_pct / 100:g}"),
        ],
        "q2-check": [
            ("23.1338", f"{after(27, 730, 122):.4f}"),
            ("(40, 3, 1) - 30)", f"(40, 3, 1) - {after(40, 3, 1)!r})"),
        ],
    }


def _capped(raise_pct):
    factor = 1 + raise_pct / 100

    def shares(exit_value, invested, cap):
        to_investors = min(exit_value, invested * cap * factor)
        return f"({to_investors:.10g}, {exit_value - to_investors:.10g})"

    published = {
        (852, 13, 100): "(852, 0)",
        (2000, 13, 100): "(1300, 700)",
        (7, 2, 3): "(6, 1)",
        (0, 1, 10): "(0, 0)",
        (6, 2, 3): "(6, 0)",
    }
    return {
        "q3-text": [
            (
                "One investor class, one cap.",
                f"One investor class, one cap. Once, all caps were raised by **{raise_pct} %**; `cap_multiple` is the "
                "cap as first agreed.",
            )
        ],
        "q3-answer": [
            ("most = invested * cap_multiple", f"most = invested * cap_multiple * {factor:g}"),
        ],
        "q3-check": [
            (f"{given}: {expected}", f"{given}: {shares(*given)}")
            for given, expected in published.items()
        ],
    }


def _by_year(floor):
    return {
        "q5-text": [
            (
                "Rounds of unknown size count as missing, not as zero.",
                f"Count rounds of **USD {floor} bn or more** only. Rounds of unknown size count as missing, not as zero.",
            )
        ],
        "q5-answer": [
            (
                '_rounds.dropna(subset=["amount_committed_usd_bn"])',
                f'_rounds[_rounds["amount_committed_usd_bn"] >= {floor}]',
            )
        ],
        "q5-check": [
            ('"2030-03-01"]', '"2030-03-01", "2029-01-01", "2029-02-01"]'),
            ('"round", "tranche"]', '"round", "tranche", "round", "round"]'),
            ("False, True, True]", "False, True, True, True, True]"),
            ('float("nan"), 1.0]', f'float("nan"), 1.0, {floor + 0.02:.2f}, {floor - 0.02:.2f}]'),
            ("{2030: 2.5, 2031: 3.0}", f"{{2029: {floor + 0.02:.2f}, 2030: 2.0, 2031: 3.0}}"),
            ("== [2030, 2031]", "== [2029, 2030, 2031]"),
        ],
    }


def _arrows(money, purchases):
    return {
        "q6-text": [
            (
                "the money that Skerry's cloud firm puts in (all in year 1) and the purchases that Skerry has promised "
                "it (evenly over the four years).",
                f"the money that Skerry's cloud firm puts in (all in year 1) and the purchases that Skerry has promised "
                f"it (evenly over the four years). Later talks changed both: take **USD {money} bn** of money and "
                f"purchases of **USD {purchases} bn** in all.",
            )
        ],
        "q6-answer": [
            (
                '_part = skerry.at["cloud_commitment", "value"] / skerry.at["cloud_commitment_years", "value"]',
                f"_part = {purchases} / 4",
            ),
            ('[skerry.at["round_cloud_firm", "value"], 0, 0, 0]', f"[{money}, 0, 0, 0]"),
            (
                "In year 1 the promised purchases equal the cloud firm's investment",
                f"Over four years Skerry buys for {purchases / money:.1f} times what the cloud firm puts in",
            ),
        ],
    }


def _crossover(cap_2, stake):
    return (4 + cap_2) / (1 - stake / 100)


def _caps(cap_2, stake, pre_money):
    caps, same = 4 + cap_2, _crossover(cap_2, stake)
    return {
        "q7-text": [
            (
                "",
                f"Two terms differ from the table. The later round's cap is **{cap_2}** times the money put in, and the "
                f"restructuring offers the foundation **{stake} %**.",
            )
        ],
        "q7-answer": [
            ('skerry.at["capped_round_2_cap", "value"]', f"{cap_2}"),
            ('skerry.at["stake_foundation", "value"] / 100', f"{stake} / 100"),
        ],
        "q7-check-function": [
            (
                "{0: 0, 5: 0, 12: 0, 12.5: 0.5, 100: 88}",
                f"{{0: 0, 5: 0, {caps}: 0, {caps + 0.5}: 0.5, 100: {100 - caps}}}",
            )
        ],
        "q7-check-crossover": [("17.142857", f"{same:.6f}")],
        "q8-text": [("at 16 bn pre-money", f"at **{pre_money} bn** pre-money")],
        "q8-answer": [
            ("an exit of about 17 bn", f"an exit of about {same:.0f} bn"),
            ("the old claims at 16 bn", f"the old claims at {pre_money} bn"),
            ("an exit above 17 bn", f"an exit above {same:.0f} bn"),
            ("A stake of 30 percent", f"A stake of {stake} percent"),
        ],
    }


QUESTIONS = {
    "q1": Own(("q1-check",), list(_first_numbers()), _first),
    "q2": Own(
        ("q2-check",), [{"paid_pct": paid} for paid in (50, 55, 60, 65, 70, 75, 80, 85)], _dilution
    ),
    "q3": Own(
        ("q3-check",), [{"raise_pct": pct} for pct in (10, 15, 20, 25, 30, 40, 45, 50)], _capped
    ),
    "q4": lines("q4-check", "q4-answer", ["D", "G", "B", "C", "E", "A"], "ABCDEFG"),
    "q5": Own(
        ("q5-check",),
        [{"floor": floor} for floor in (0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9)],
        _by_year,
    ),
    "q6": Own(
        ("q6-check",),
        [
            {"money": money, "purchases": purchases}
            for money, purchases in (
                (1.2, 6.4),
                (1.4, 4.8),
                (1.6, 8.8),
                (1.8, 8),
                (2.1, 5.6),
                (2.4, 7.2),
                (2.5, 9.6),
                (2.8, 8.4),
            )
        ],
        _arrows,
    ),
    # The round on offer values the old claims a little below the crossover, as in the published sheet.
    "q7": Own(
        ("q7-check-function", "q7-check-crossover", "q8-answer"),
        [
            {"cap_2": cap, "stake": stake, "pre_money": pre_money}
            for cap, stake, pre_money in (
                (5, 40, 14),
                (6, 36, 15),
                (7, 34, 16),
                (9, 20, 16),
                (10, 28, 18),
                (11, 25, 19),
                (12, 36, 24),
                (13, 30, 23),
            )
        ],
        _caps,
        by_hand=lambda cap_2, stake, pre_money: (
            f"both contracts pay the same at {_crossover(cap_2, stake):.1f} bn; stake {stake} %; round at {pre_money} bn"
        ),
    ),
}
