"""Lesson 01: who gets the next dollar, and who decides?"""

import re

import pandas as pd
from matplotlib.ticker import ScalarFormatter

from ...data import load
from ...models.cap_table import dilution_factor
from ...models.waterfall import CappedClass, break_points
from .. import expect
from ..questions import (
    Choice,
    Code,
    Feedback,
    Mistake,
    Number,
    Option,
    Prediction,
    SheetCheck,
)

ARTICLE = "2026-03-03"


def _rounds():
    return load("funding_rounds", all_reports=True).set_index("row_id")


def _capped_money() -> float:
    rows = ["oai_2019_microsoft", "oai_2021_microsoft", "oai_2023_microsoft"]
    return float(_rounds().loc[rows, "amount_committed_usd_bn"].sum())


def _cap() -> float:
    return float(load("structure_events").set_index("row_id").at["ev_2019_lp", "value"])


def _first_dollar() -> float:
    return float(break_points([CappedClass("Microsoft", _capped_money(), _cap())]).iloc[0])


def _announced() -> dict[str, float]:
    row = _rounds().loc["oai_2026_announced"]
    return {
        "pre": row["pre_money_usd_bn"],
        "new": row["amount_committed_usd_bn"],
        "post": row["post_money_usd_bn"],
        "stake_pct": 100 * row["amount_committed_usd_bn"] / row["post_money_usd_bn"],
    }


def _series_g() -> dict[str, float]:
    row = load("rival_rounds").set_index("row_id").loc["an_2026_series_g"]
    return {
        "pre": row["pre_money_usd_bn"],
        "new": row["amount_committed_usd_bn"],
        "post": row["post_money_usd_bn"],
    }


def _closed() -> dict[str, float]:
    row = _rounds().loc["oai_2026_close"]
    return {
        "pre": row["pre_money_usd_bn"],
        "new": row["amount_committed_usd_bn"],
        "post": row["post_money_usd_bn"],
    }


def _foundation() -> float:
    return float(
        load("ownership_snapshots").set_index("row_id").at["own_recap_foundation", "stake_pct"]
    )


def _foundation_after() -> float:
    return _foundation() * dilution_factor(_closed()["pre"], _closed()["new"])


def _amazon_in() -> float:
    investors = load("round_investors").query(
        "round_id == 'oai_2026_close' and investor == 'Amazon'"
    )
    return float(investors["amount_usd_bn"].sum())


def _amazon_out() -> float:
    rows = load("compute_commitments").query(
        "counterparty == 'Amazon Web Services' and counts_in_total"
    )
    return float(rows["value_usd_bn"].sum())


def _amazon_with_stake() -> float:
    """Purchases (USD bn) of the contract that came with Amazon's investment."""
    return float(load("compute_commitments").set_index("row_id").at["cc_2026_aws", "value_usd_bn"])


def _donations() -> dict[str, float]:
    rounds = _rounds()
    return {
        "pledged": rounds.at["oai_2015_pledges", "amount_committed_usd_bn"],
        "received": rounds.at["oai_donations_company", "amount_paid_usd_bn"],
    }


def _secondary() -> dict[str, float]:
    row = _rounds().loc["oai_2025_secondary"]
    return {"sold": row["amount_paid_usd_bn"], "valuation": row["post_money_usd_bn"]}


QUESTIONS = [
    # ---- predictions
    Prediction(
        "first_dollar",
        "Microsoft promised USD {money:g} bn under capped terms from 2019 to 2023. Suppose that all of it was paid in and carried the cap of the first round, "
        "{cap:g} times the money put in. At which exit value does the non-profit get its first dollar?",
        unit="USD bn",
        truth=_first_dollar,
        explain="{money:g} bn times {cap:g} is the most these investors can get. Up to that exit value every dollar is theirs.",
        values=lambda: {"money": _capped_money(), "cap": _cap()},
    ),
    Prediction(
        "foundation_stake",
        "Since October 2025 the OpenAI Foundation has held about {stake:g} % of the company. In 2026 investors commit {new:g} bn at a pre-money "
        "value of {pre:g} bn. What does the Foundation hold once all of it is paid, if it buys nothing?",
        unit="%",
        tolerance=0.6,
        truth=_foundation_after,
        explain="Every old stake is multiplied by pre / (pre + new). The Foundation's loss is the same fraction as everybody's.",
        values=lambda: {"stake": _foundation(), **_closed()},
    ),
    Prediction(
        "dollars_back",
        "Amazon committed USD {amazon:g} bn to OpenAI. OpenAI has signed contracts to buy computing from Amazon, with this investment and before it. Over all of them, how many dollars of purchases "
        "has it promised for each dollar that Amazon invests?",
        unit="USD",
        rel_tolerance=0.2,
        truth=lambda: _amazon_out() / _amazon_in(),
        explain="USD {out:g} bn of cloud contracts against USD {amazon:g} bn of equity, over seven and eight years. If you counted only the contract that came with the investment, you get {with_stake:g}; the one of November 2025 came without a stake.",
        values=lambda: {
            "amazon": _amazon_in(),
            "out": _amazon_out(),
            "with_stake": _amazon_with_stake() / _amazon_in(),
        },
    ),
    # ---- checks
    Choice(
        "pledge",
        "Which amount tells you what the non-profit had to spend on research, over all its years?",
        [
            Option(
                "USD {pledged:g} bn: the founders announced it",
                why="That was pledged. A pledge pays no bill until it is paid in.",
                mistake="pledged taken for received",
            ),
            Option(
                "USD {received:.3f} bn: the company counts it as received",
                correct=True,
                why="That is money that arrived: in June 2023 the company put all of it at about an eighth of the pledge. A tally of tax filings comes close to it.",
            ),
            Option(
                "The sum of the two",
                why="Much of what was received pays the pledge. A promise and its payment are never added.",
                mistake="counting a pledge and its payment",
            ),
        ],
        hints=(
            "Which of the amounts could pay a computing bill?",
            "Tell pledged from received, and ask whether one contains the other.",
            "The pledge is a promise of 2015; the other amount counts payments.",
            "USD {received:.3f} bn, the money received.",
        ),
        values=_donations,
    ),
    Number(
        "cap_binds",
        "A fund puts USD 0.2 bn into a capped-profit company with a cap of 20x. It is the only investor. Above which exit value does the non-profit "
        "get all of the next dollar?",
        answer=4.0,
        unit="USD bn",
        tolerance=0.01,
        expects="an exit value in USD bn",
        right="Invested times cap: 0.2 x 20. Below that, the cap changes nothing: the contract pays like one without a cap.",
        mistakes=[
            Mistake(
                "cap counted without the money put in",
                4.2,
                "You added the money put in on top. The cap counts everything the fund gets back, its own money included.",
            ),
            Mistake(
                "cap taken as profit only",
                3.8,
                "You took the money put in off. The cap counts everything the fund gets back, its own money included.",
            ),
            Mistake(
                "cap taken for a value",
                20.0,
                "20 is a multiple of the money put in, not a value of the company.",
            ),
            Mistake(
                "invested amount for the cap",
                0.2,
                "That gives the fund its money back once. The cap lets it take 20 times that.",
            ),
        ],
        hints=(
            "What is the most that the fund can ever get?",
            "The cap is a multiple of the money put in; the non-profit starts where the fund stops.",
            "most_the_fund_gets = 0.2 * 20",
            "USD 4 bn",
        ),
    ),
    Choice(
        "next_dollar",
        "All of USD {money:g} bn carries a cap of {cap:g}x. The company is sold for USD 800 bn. Who gets the dollar after the 800 bn?",
        [
            Option(
                "The non-profit, because it controls the company",
                why="Control decides who sits on the board. The contract decides who is paid, and the caps are not reached.",
                mistake="control taken for a claim on money",
            ),
            Option(
                "The investors",
                correct=True,
                why="800 is below {first:,.0f}, where the caps bind. At this exit value a cap of {cap:g}x works like no cap at all.",
            ),
            Option(
                "Shared: {stake:g} % to the non-profit",
                why="That split is the ordinary equity of October 2025. Under capped terms the non-profit has the rest, not a share.",
                mistake="ordinary equity for a residual claim",
            ),
        ],
        hints=(
            "Have the investors reached their cap?",
            "Compare the exit value with invested money times cap.",
            "The caps are reached at {first:,.0f} bn.",
            "The investors.",
        ),
        values=lambda: {
            "money": _capped_money(),
            "cap": _cap(),
            "first": _first_dollar(),
            "stake": _foundation(),
        },
    ),
    Choice(
        "control",
        "After October 2025 the Foundation holds {stake:g} % of the company. Why can it still decide who sits on the company's board?",
        [
            Option(
                "{stake:g} % is a blocking minority",
                why="Above a quarter can block some decisions in some laws. It elects no board against the other {rest:g} %.",
                mistake="blocking minority for control",
            ),
            Option(
                "It has a right to appoint and remove the directors",
                correct=True,
                why="The right comes with a special class of shares and with conditions of two attorneys general, not with the size of the stake.",
            ),
            Option(
                "The profit caps give it the last dollar",
                why="The caps were replaced by ordinary equity in the same step. And a claim on money is no vote.",
                mistake="claim on money taken for control",
            ),
        ],
        hints=(
            "Money and votes can be split.",
            "Look at the rows of October 2025 in the table of structure events.",
            "The row on California and Delaware speaks of directors, not of percent.",
            "It has a right to appoint and remove the directors.",
        ),
        values=lambda: {"stake": _foundation(), "rest": 100 - _foundation()},
    ),
    Number(
        "post_money",
        "In February 2026 another lab, Anthropic, sells new shares for USD {new:g} bn at a pre-money value of {pre:g} bn. What is the post-money value?",
        answer=lambda: _series_g()["post"],
        unit="USD bn",
        tolerance=0.5,
        expects="a company value in USD bn",
        right="Post-money is pre-money plus new money: what investors commit counts as if it were paid.",
        mistakes=[
            Mistake(
                "pre-money for post-money",
                lambda: _series_g()["pre"],
                "That is the value before the money arrives.",
            ),
            Mistake(
                "new money taken off",
                lambda: _series_g()["pre"] - _series_g()["new"],
                "You took the new money off. It comes on top of the pre-money value.",
            ),
        ],
        hints=(
            "Does the new money make the company worth more or less?",
            "post-money = pre-money + new money",
            "post_money = {pre:g} + {new:g}",
            "USD {post:g} bn",
        ),
        values=lambda: _series_g(),
    ),
    Number(
        "round_stake",
        "Back to OpenAI's round as announced: {new:g} bn on {pre:g} bn pre-money. Which stake do the new shares carry together, once all of them are paid?",
        answer=lambda: 100 * _announced()["new"] / _announced()["post"],
        unit="%",
        tolerance=0.15,
        expects="a percentage between 0 and 100",
        right="New money over post-money. The old shares carry the rest. SoftBank and Nvidia own some of those too, so the three own more than this together.",
        mistakes=[
            Mistake(
                "pre-money for post-money",
                lambda: 100 * _announced()["new"] / _announced()["pre"],
                "That is new money over pre-money. The new shares are a part of the company after the money arrives.",
            ),
            Mistake(
                "old owners' part",
                lambda: 100 * _announced()["pre"] / _announced()["post"],
                "That is what the old shares carry.",
            ),
        ],
        hints=(
            "A share of what: the company before or after the money?",
            "stake = new money / post-money",
            "stake = {new:g} / {post:g}",
            "About {stake_pct:.1f} %",
        ),
        values=_announced,
    ),
    Choice(
        "secondary",
        "In October 2025 shares worth USD {sold:g} bn change hands at a company value of {valuation:g} bn. How much of that can OpenAI spend on computing?",
        [
            Option(
                "USD {sold:g} bn",
                why="The buyers paid staff who sold their shares. No new share was issued.",
                mistake="secondary taken for primary",
            ),
            Option(
                "Nothing",
                correct=True,
                why="It is a secondary sale: money goes from new to old owners. The company gets a price for its shares, not cash.",
            ),
            Option(
                "The part above the last round's price",
                why="That gain is the sellers', too.",
                mistake="seller's gain taken for company money",
            ),
        ],
        hints=(
            "Who is the seller?",
            "Ask of each deal: were new shares issued?",
            "The sellers are current and former staff.",
            "Nothing.",
        ),
        values=_secondary,
    ),
    Code(
        "dilute",
        "Write `dilute(stake_pct, pre_money, new_money)`: the stake, in percent, that an owner keeps after a round in which it buys nothing. "
        'Then run the cell with `lesson.check("dilute", dilute)`.',
        starter="def dilute(stake_pct, pre_money, new_money):\n    return ...",
        tests=[
            expect.call(
                50,
                75,
                25,
                gives=37.5,
                tolerance=0.01,
                mistakes=[
                    Mistake(
                        "fraction for percent",
                        0.375,
                        "That is a fraction. The stake comes in percent, so give it back in percent.",
                    ),
                    Mistake(
                        "stake times new over post",
                        12.5,
                        "You multiplied by new / post: that is what the new investors own. The old owner keeps pre / post.",
                    ),
                    Mistake(
                        "divided by post over new",
                        200.0,
                        "The stake grew. A round in which you buy nothing can only shrink it.",
                    ),
                    Mistake(
                        "stake less new stake",
                        25.0,
                        "You took the new investors' percentage points off. Every old stake shrinks by the same fraction, not by the same points.",
                    ),
                ],
            ),
            expect.call(100, 1, 1, gives=50.0, tolerance=0.01),
            expect.that(
                "With no new money nobody is diluted: dilute(27, 730, 0) should be 27.",
                lambda f: abs(f(27, 730, 0) - 27) < 1e-9,
            ),
        ],
        hints=(
            "How many shares does the owner have before and after? And all owners together?",
            "The owner's shares stay; all shares grow from pre to pre + new, counted in money.",
            "return stake_pct * pre_money / (...)",
            "return stake_pct * pre_money / (pre_money + new_money)",
        ),
        right="The owner keeps pre / post of what it had. The same line gives every old owner's stake.",
    ),
    Choice(
        "committed",
        "Somebody adds USD {amazon:g} bn from Amazon to USD {out:g} bn of cloud contracts and writes: Amazon and OpenAI move USD {sum:g} bn. What is wrong?",
        [
            Option(
                "Nothing, both are signed",
                why="Both are signed, but they flow in opposite directions and over different years.",
                mistake="gross flows added",
            ),
            Option(
                "The first comes in and the second goes out, over seven and eight years",
                correct=True,
                why="Put them in two columns, by year. The sum of both columns means nothing.",
            ),
            Option(
                "Only the equity counts, contracts are never kept",
                why="A purchase contract binds, though it can be renegotiated. It is a promise to pay later, so it belongs in the ledger with its years.",
                mistake="commitment taken for nothing",
            ),
        ],
        hints=(
            "Draw an arrow for each amount.",
            "Give every amount its direction and its years.",
            "One arrow points to OpenAI, the other away from it.",
            "The first comes in and the second goes out, over seven and eight years.",
        ),
        values=lambda: {
            "amazon": _amazon_in(),
            "out": _amazon_out(),
            "sum": _amazon_in() + _amazon_out(),
        },
    ),
]

# What fills the templates of this lesson's rows in data/claims.csv.
CLAIM_VALUES = {
    "I.1": _donations,
    "I.2": _donations,
    "I.4": lambda: {"stake": _foundation(), "after": _foundation_after()},
    "I.6": lambda: {
        **_announced(),
        "closed": _closed()["new"],
        "amazon": _amazon_in(),
        "conditional": _rounds().at["oai_2026_amazon_conditional", "amount_committed_usd_bn"],
    },
    "I.7": lambda: {"amazon": _amazon_in(), "out": _amazon_out()},
}

# The numbers of the published sheet are the defaults below; a learner with own numbers has others (OWN).
NEW_STAKE = "New investors' stake"


def _first_question(
    owner: str = "The Foundation",
    stake: float = 26,
    pre: float = 730,
    new: float = 110,
    order: str = "ABC",
) -> dict[str, SheetCheck]:
    """Q1: a stake (percent) before a round, its pre-money and new money (USD bn), the order of the reasons."""
    reason = SheetCheck(
        "Why the stake shrinks",
        kind="value",
        expects='one of "A", "B", "C"',
        right="New shares are issued. Nobody's shares are taken away.",
        tests=expect.letter(
            "B",
            A=(
                "That would be a secondary sale: nothing would reach the company.",
                "secondary taken for primary",
            ),
            C=(
                "The company is worth more after the money is in.",
                "dilution taken for loss of value",
            ),
        ),
        hints=(
            "Count the Foundation's shares before and after.",
            "Ask who issues shares and who sells shares.",
            "The Foundation sells nothing.",
            "B",
        ),
    )
    prediction = SheetCheck(
        f"{owner}'s stake after the round",
        kind="value",
        expects="a percentage, such as 25 or 20.5",
        right="You made a prediction in the right direction: an old stake shrinks, and not to nothing. Now compare it with the output.",
        tests=[
            expect.that(
                "Give a number in percent, without quotation marks.",
                lambda given: isinstance(given, int | float),
            ),
            expect.that("A stake is never negative.", lambda given: given >= 0),
            expect.that(
                "That reads as less than one percent. Give the stake in percent.",
                lambda given: given >= 1,
                mistake="fraction for percent",
            ),
            expect.that(
                f"{owner} bought nothing, so its stake cannot stay or grow.",
                lambda given: given < stake,
                mistake="no dilution",
            ),
            expect.that(
                "That is near what the new shares carry. The question is what the old owner keeps.",
                lambda given: given > stake * 15 / 26,
                mistake=NEW_STAKE,
            ),
        ],
        hints=(
            "Does the stake grow, stay or shrink?",
            "Multiply the old stake by what each old stake keeps.",
            f"kept = {pre:g} / {pre + new:g}",
            f"About {stake * pre / (pre + new):.1f} %",
        ),
    )
    return {"q1_prediction": prediction, "q1_reason": reason.with_labels(order)}


def _dilution(paid_pct: float = 100) -> dict[str, SheetCheck]:
    """Q2: dilution by a round of which `paid_pct` percent is paid in."""
    new = 122 * paid_pct / 100
    post = 730 + new
    stake = 26 * 730 / post
    paid, announced = "", []
    if paid_pct != 100:
        paid = f", if {paid_pct:g} % of it is paid in"
        announced.append(
            Mistake(
                "announced for paid",
                26 * 730 / 852,
                f"You counted all that was announced. Only {paid_pct:g} % of it is paid in, and only that buys shares.",
            )
        )
    check = SheetCheck(
        "Dilution as a function",
        kind="function",
        expects="stake_after_round(stake_pct, pre_money, new_money) that returns a percentage",
        right=f"It gives {stake:.1f} % for the Foundation after the round as closed{paid}, and leaves a stake alone when no money comes in.",
        tests=[
            expect.call(
                26,
                730,
                122,
                gives=stake,
                tolerance=0.01,
                mistakes=[
                    Mistake(
                        NEW_STAKE,
                        26 * new / post,
                        "You multiplied by new / post: that is the new investors' part. The old owner keeps pre / post.",
                    ),
                    Mistake(
                        "pre-money for post-money",
                        26 * (1 - new / 730),
                        "You used new / pre. The new investors own a share of the company after the money arrives.",
                    ),
                    Mistake(
                        "points for a fraction",
                        26 - 100 * new / post,
                        "You took the new investors' percentage points off. Every old stake shrinks by the same fraction.",
                    ),
                    Mistake(
                        "upside down",
                        26 * post / 730,
                        "The stake grew. You multiplied by post / pre; the old owner keeps pre / post.",
                    ),
                    Mistake(
                        "fraction for percent",
                        stake / 100,
                        "That is a fraction. The stake comes in percent, so give it back in percent.",
                    ),
                    Mistake(
                        "percent taken twice",
                        100 * stake,
                        "The stake comes in percent already. Do not multiply by 100 again.",
                    ),
                    *announced,
                ],
            ),
            expect.that(
                "With no new money the stake stays: stake_after_round(26, 730, 0) should be 26.",
                lambda f: abs(f(26, 730, 0) - 26) < 1e-9,
            ),
        ],
        hints=(
            "The owner's shares stay; only their number relative to all shares changes.",
            f"post = pre + new{paid}; kept = pre / post; new stake = old stake x kept.",
            "post_money = pre_money + new_money" + (f" * {paid_pct / 100:g}" if paid else ""),
            "kept = pre_money / post_money",
        ),
    )
    return {"q2": check}


def _capped_return(raise_pct: float = 0) -> dict[str, SheetCheck]:
    """Q3: a capped return whose cap was raised once by `raise_pct` percent."""
    factor = 1 + raise_pct / 100
    most = 100 * factor
    raised, forgotten = "", []
    if raise_pct:
        raised = f", raised by {raise_pct:g} %"
        forgotten.append(
            Mistake(
                "cap as first agreed",
                6,
                f"You took the cap as first agreed. It was raised by {raise_pct:g} %.",
            )
        )
    check = SheetCheck(
        "A capped return",
        kind="function",
        expects="share_out(exit_value, invested, cap_multiple) that returns two amounts in USD bn",
        right="Together the two always make up the exit value, and the investors never get more than their cap.",
        tests=[
            expect.call(
                50,
                1,
                100,
                gives=[50, 0],
                labels=("the investors", "the non-profit"),
                tolerance=1e-6,
                mistakes=[
                    Mistake(
                        "cap paid in full below the cap",
                        most,
                        "You paid the full cap. The company was sold for less than that.",
                    )
                ],
            ),
            expect.call(
                500,
                1,
                100,
                gives=[most, 500 - most],
                labels=("the investors", "the non-profit"),
                tolerance=1e-6,
                mistakes=[
                    Mistake(
                        "cap forgotten",
                        500,
                        f"You gave the investors everything. Their cap is 100 times 1{raised}.",
                    ),
                    Mistake(
                        "money back on top of the cap",
                        most + 1,
                        "The cap counts everything they get back, their own money included.",
                    ),
                ],
            ),
            expect.call(
                7 * factor,
                2,
                3,
                gives=[6 * factor, factor],
                labels=("the investors", "the non-profit"),
                tolerance=1e-6,
                mistakes=[
                    Mistake(
                        "invested amount forgotten",
                        3 * factor,
                        f"The cap is a multiple of the money put in: 3 times 2{raised}.",
                    ),
                    Mistake(
                        "money put in for the cap",
                        2,
                        f"You gave the investors their money back once. They may get 3 times that{raised}.",
                    ),
                    *forgotten,
                ],
            ),
        ],
        hints=(
            "Two cases: the exit value is below the cap, or above it.",
            "The investors get the smaller of exit value and cap; the non-profit gets the rest.",
            "most = invested * cap_multiple" + (f" * {factor:g}" if raised else ""),
            "to_investors = min(exit_value, most)",
        ),
    )
    return {"q3": check}


def _made_up_rounds(floor: float) -> pd.DataFrame:
    """Rounds in which each rule of Q5 shows; with a floor, one round at it and one below it in a year of their own."""
    table = pd.DataFrame(
        {
            "date": pd.to_datetime(
                ["2031-05-01", "2030-02-01", "2030-09-01", "2032-01-01", "2033-01-01", "2030-03-01"]
            ),
            "record_type": ["round", "round", "round", "round", "round", "tranche"],
            "new_money_to_company": [True, True, True, False, True, True],
            "amount_committed_usd_bn": [3.0, 2.0, 0.5, 7.0, float("nan"), 1.0],
            "pre_money_usd_bn": [20.0] + [float("nan")] * 5,
        }
    )
    if not floor:
        return table
    small = table.iloc[[0, 0]].assign(
        date=pd.to_datetime(["2034-02-01", "2034-06-01"]),
        amount_committed_usd_bn=[floor, floor - 0.01],
    )
    return pd.concat([table, small], ignore_index=True)


def _judge_new_money(function, floor):
    """Q5 on a made-up table in which each rule shows, then on OpenAI's rounds."""
    table = _made_up_rounds(floor)
    wanted_years = {2030: 2.5, 2031: 3.0} if not floor else {2030: 2.0, 2031: 3.0, 2034: floor}
    got = function(table)
    if got is None:
        return Feedback.wrong(
            "Your function returns nothing. End it with a return line.", "print for return"
        )
    if not isinstance(got, pd.Series):
        return Feedback.wrong(
            f"Your function returns a {type(got).__name__}. Give a Series: year -> USD bn."
        )
    years = {int(year): float(value) for year, value in got.items()}
    if not any(years.values()):
        return Feedback.wrong(
            "On a made-up table your function gives no year with money. See how record_type spells it in the table.",
            "no row matched",
        )
    small = []
    if floor:
        small.append(
            (
                2034,
                floor,
                2 * floor - 0.01,
                "small rounds counted",
                f"Rounds below USD {floor:g} bn stay out; one of exactly {floor:g} bn stays in.",
            )
        )
    for year, wanted, wrong, name, says in (
        (
            2030,
            wanted_years[2030],
            wanted_years[2030] + 1,
            "parts of a round added to the round",
            "A tranche is a part of a round, so it is inside it already.",
        ),
        (
            2032,
            None,
            7.0,
            "old shares counted as new money",
            "In 2032 the only round brought the company no new money.",
        ),
        (
            2033,
            None,
            0.0,
            "missing counted as zero",
            "The round of 2033 has no known amount. Leave the year out.",
        ),
        *small,
    ):
        if years.get(year) is not None and (wanted is None or abs(years[year] - wrong) < 1e-9):
            return Feedback.wrong(
                f"On a made-up table your function gives {years[year]:g} for {year}. {says}", name
            )
    if not set(wanted_years) <= set(years):
        return Feedback.wrong(
            "On a made-up table a year with a known round is missing. A bare dropna() drops a row for any blank: name the column in subset=.",
            "rows dropped for other blanks",
        )
    if {year: round(value, 9) for year, value in years.items()} != wanted_years:
        return Feedback.wrong(f"On a made-up table your function gives {years}.")
    if list(years) != sorted(years):
        return Feedback.wrong("The years are out of order.")
    real = function(load("funding_rounds"))
    if abs(real.get(2026, 0) - 122) > 1e-6:
        return Feedback.wrong(
            "On OpenAI's rounds 2026 should give 122: the round as closed, once. Does your function use the table it is given?"
        )
    return None


def _money_by_year(floor: float = 0) -> dict[str, SheetCheck]:
    """Q5: only rounds of at least `floor` USD bn count."""
    below = f" or below {floor:g}" if floor else ""
    check = SheetCheck(
        "New money by year",
        kind="function",
        expects="new_money_by_year(rounds) that returns a Series, year -> USD bn",
        right="Each round once, each year once. On OpenAI's table the round of 2026 alone is larger than all before it together.",
        tests=lambda function: _judge_new_money(function, floor),
        hints=(
            "Print `load('funding_rounds')['record_type'].unique()`. Which of these are new money, each once?",
            f"Filter on record_type and new_money_to_company, drop rows whose amount is missing{below}.",
            "rounds[(rounds['record_type'] == 'round') & ...]",
            "kept = rounds[(rounds['record_type'] == 'round') & rounds['new_money_to_company']].dropna(subset=['amount_committed_usd_bn'])",
        ),
    )
    return {"q5": check}


# Words that a learner may name the two sets of bars with.
MONEY_IN = (
    r"\bin\b|money|invest|equity|stake|round|from (the )?cloud|to skerry|cloud.*(→|->).*skerry"
)
PURCHASES = (
    r"\bout\b|purchas|buy|bought|commit|promise|order|spen[dt]|to (the )?cloud|from skerry"
    r"|skerry.*(→|->).*cloud"
)


def _amounts(heights) -> list[float]:
    """What the bars show, without zeros."""
    return sorted(round(float(height), 6) for height in heights if abs(height) > 1e-9)


def _judge_two_arrows(figure, money, purchases):
    """Q6: two sets of upright bars in one panel, each in its years, beside each other and named."""
    sets = [one for one in expect.drawn_in(figure) if one.bars and _amounts(one.y)]
    heights = _amounts(height for one in sets for height in one.y)
    sizes = sorted(map(abs, heights))
    part = round(purchases / 4, 6)
    if not heights:
        return Feedback.wrong(
            "Nothing is drawn as upright bars. Use axes.bar, once for each direction."
        )
    if purchases in sizes:
        return Feedback.wrong(
            f"A bar of {purchases:g} is drawn. {purchases:g} is the total of four years, not one year's purchases.",
            "total for a year",
        )
    if heights[0] < 0 or any(one.axes.yaxis_inverted() for one in sets):
        return Feedback.wrong(
            "Both sets go upwards. The legend says which is money in and which is purchases out.",
            "bars drawn downwards",
        )
    if sizes != sorted([money, *[part] * 4]):
        return Feedback.wrong(
            f"The bars show {sizes}. Look up the investment and the commitment again."
        )
    if len({one.axes for one in sets}) > 1:
        return Feedback.wrong(
            "Draw both sets on the same axes, so that one scale compares them.",
            "two panels for one",
        )
    if len(sets) == 1:
        return Feedback.wrong(
            "All bars look the same. Call axes.bar once for each direction, with a colour or a hatch of its own.",
            "one set for two",
        )
    first, second = sorted(sets, key=lambda one: len(_amounts(one.y)))[:2]
    if len(sets) > 2 or (_amounts(first.y), _amounts(second.y)) != ([money], [part] * 4):
        return Feedback.wrong(
            "One set is the money of the cloud firm, the other the purchases of all four years: "
            "one call of axes.bar and one colour for each."
        )
    return (
        _in_their_years(first, second)
        or _beside_each_other(first, second)
        or expect.named(
            {
                "money in": (MONEY_IN, lambda x, y: _amounts(y) == [money]),
                "purchases out": (PURCHASES, lambda x, y: _amounts(y) == [part] * 4),
            },
            "bars",
        )(figure)
    )


def _years_of(one) -> list[float]:
    """The years in which the bars of a set stand, in order: by the labels of the axis where they hold numbers."""
    ticks = one.axes.get_xticks()
    labels = one.axes.xaxis.get_major_formatter().format_ticks(ticks)
    numbers = [re.search(r"\d+", label) for label in labels]
    named = [(x, float(found[0])) for x, found in zip(ticks, numbers, strict=True) if found]
    scaled = isinstance(one.axes.xaxis.get_major_formatter(), ScalarFormatter)

    def year(x: float) -> float:
        if scaled or not named:
            return x
        tick, number = min(named, key=lambda pair: abs(pair[0] - x))
        return number + x - tick

    return sorted(year(x) for x, y in zip(one.x, one.y, strict=True) if abs(y) > 1e-9)


def _in_their_years(money, purchases) -> Feedback | None:
    def off(found: list[float], wanted: list[int]) -> bool:
        return any(abs(x - year) > 0.51 for x, year in zip(found, wanted, strict=True))

    if off(_years_of(purchases), [1, 2, 3, 4]):
        found = ", ".join(f"{year:.3g}" for year in _years_of(purchases))
        return Feedback.wrong(
            f"The purchases go evenly over the years 1 to 4. Yours stand at {found}.",
            "years not 1 to 4",
        )
    if off(_years_of(money), [1]):
        return Feedback.wrong(
            f"All of the money comes in year 1. Yours stands in year {_years_of(money)[0]:.0f}.",
            "money in the wrong year",
        )
    return None


def _beside_each_other(money, purchases) -> Feedback | None:
    if any(bar.get_y() > 1e-9 for one in (money, purchases) for bar in one.bars):
        return Feedback.wrong(
            "Stacked bars add the two directions up. Put the sets beside each other.",
            "one set stacked on the other",
        )
    sides = [
        [
            sorted((bar.get_x(), bar.get_x() + bar.get_width()))
            for bar in one.bars
            if bar.get_height() > 1e-9
        ]
        for one in (money, purchases)
    ]
    for left, right in sides[0]:
        for start, end in sides[1]:
            if min(right, end) - max(left, start) > 0.05 * min(right - left, end - start):
                return Feedback.wrong(
                    "Put the sets beside each other: axes.bar(years - 0.2, ..., width=0.4) and years + 0.2.",
                    "one set drawn over the other",
                )
    return None


def _arrows(money: float = 1.5, purchases: float = 6) -> dict[str, SheetCheck]:
    """Q6: the cloud firm's money (USD bn) and four years' purchases (USD bn)."""
    check = SheetCheck(
        "Two arrows",
        kind="figure",
        name="q6_figure",
        expects="a matplotlib figure with a title, two sets of bars, a legend, and axis labels that name years and USD bn",
        right="Bars, units and legend are right. Check for yourself that the title states what the bars show.",
        tests=[
            expect.figure_texts(x_unit="year", y_unit="USD bn"),
            lambda figure: _judge_two_arrows(figure, money, purchases),
        ],
        hints=(
            "Two sets of bars side by side: money in, purchases out.",
            "axes.bar(years - 0.2, ..., width=0.4, label=...) and the same with years + 0.2, then title, axis labels and axes.legend().",
            "q6_figure, axes = plt.subplots()",
            f"Money in: {money:g} in year 1. Purchases: {purchases / 4:g} in each of the four years.",
        ),
    )
    return {"q6": check}


FIRST_CAP = 4  # USD bn: 20 times the 0.2 of Skerry's first capped round


def _skerry_caps(
    cap_2: float = 8, stake: float = 30, pre_money: float = 16
) -> dict[str, SheetCheck]:
    """Q7 and Q8: the later round's cap (times 1 USD bn), the foundation's stake (percent), the round on offer."""
    caps, share = FIRST_CAP + cap_2, stake / 100
    crossover = caps / (1 - share)
    payout = SheetCheck(
        "Skerry's foundation under the caps",
        kind="function",
        expects="foundation_gets(exit_value) that returns USD bn",
        right="Nothing up to the sum of both caps, every dollar above it.",
        tests=[
            expect.call(
                caps - 2,
                gives=0,
                tolerance=1e-6,
                mistakes=[
                    Mistake(
                        "below zero",
                        -2,
                        "Below the caps the foundation gets nothing, never less than nothing.",
                    ),
                    Mistake(
                        "only one cap counted",
                        caps - 2 - FIRST_CAP,
                        "You counted the first round's cap only. Both rounds must be paid.",
                    ),
                    Mistake(
                        "only one cap counted",
                        caps - 2 - cap_2,
                        "You counted the later round's cap only. Both rounds must be paid.",
                    ),
                    Mistake(
                        "ordinary equity for a residual claim",
                        share * (caps - 2),
                        "That is the stake of ordinary equity. Here the caps are still in force.",
                    ),
                ],
            ),
            expect.call(
                caps + 8,
                gives=8,
                tolerance=1e-6,
                mistakes=[
                    Mistake(
                        "money put in for the cap",
                        caps + 8 - 1.2,
                        "You took off the money put in. The investors may get its multiple.",
                    ),
                    Mistake(
                        "stake and residual mixed",
                        share * 8,
                        f"You took {stake:g} % of the rest. While the caps are in force, all of the rest is the foundation's.",
                    ),
                ],
            ),
        ],
        hints=(
            "What can the investors of both rounds get at most?",
            "Sum of invested x cap over both rounds; the foundation gets what lies above.",
            f"caps = 0.2 * 20 + 1 * {cap_2:g}",
            f"return max(0, exit_value - {caps:g})",
        ),
    )
    same = SheetCheck(
        "Where both contracts pay the same",
        kind="value",
        expects="an exit value in USD bn, to one decimal",
        right="Below it the stake pays more, above it the caps do.",
        tests=[
            expect.number(
                crossover,
                "USD bn",
                tolerance=0.05,
                mistakes=[
                    expect.rounded(crossover),
                    Mistake(
                        "caps for the crossover",
                        caps,
                        "There the foundation gets its first dollar under the caps. Its stake would already be worth more.",
                    ),
                    Mistake(
                        "caps over the stake",
                        caps / share,
                        f"You divided the caps by {stake:g} %. Set exit - caps equal to {stake:g} % of the exit.",
                    ),
                ],
            )
        ],
        hints=(
            "Write both payouts as a function of the exit value.",
            f"Solve exit - caps = {stake:g} % of exit.",
            f"exit * (1 - {share:.2f}) = {caps:g}",
            f"{caps:g} / {1 - share:g}, about {crossover:.1f}",
        ),
    )
    return {"q7": payout, "q7_crossover": same}


SHEET = {
    **_first_question(),
    **_dilution(),
    **_capped_return(),
    "q4": SheetCheck(
        "Put the lines in order",
        kind="order",
        name="q4_order",
        expects='a list of labels such as ["B", "A"]',
        right="12.9 %: SoftBank itself said about 13 %.",
        lines=(
            "softbank_after = old_part + new_part",
            "post_money = pre_money + new_money",
            "old_part = softbank_before * pre_money / post_money",
            "softbank_before, pre_money, new_money = 11, 730, 122",
            "new_part = 100 * softbank_buys / post_money",
            "new_part = 100 * softbank_buys / pre_money",
            "softbank_buys = 30",
        ),
        before=[
            ("D", "B", "it adds pre_money and new_money, which line D sets."),
            ("D", "C", "it uses softbank_before and pre_money, which line D sets."),
            ("B", "C", "it divides by post_money, which line B sets."),
            ("B", "E", "it divides by post_money, which line B sets."),
            ("G", "E", "it uses softbank_buys, which line G sets."),
            ("C", "A", "it adds old_part, which line C sets."),
            ("E", "A", "it adds new_part, which line E sets."),
        ],
        distractors={
            "F": "the stake bought is a share of the company after the money, so divide by post-money."
        },
        hints=(
            "Which line needs nothing from the others?",
            "A line can stand only after the lines that set its names.",
            "D first.",
            'For example ["D", "G", "B", "C", "E", "A"]',
        ),
    ),
    **_money_by_year(),
    **_arrows(),
    **_skerry_caps(),
}

# Question -> its checks under a learner's own numbers; solutions/variants/ says which numbers there are.
OWN = {
    "q1": _first_question,
    "q2": _dilution,
    "q3": _capped_return,
    "q4": lambda order: {"q4": SHEET["q4"].with_labels(order)},
    "q5": _money_by_year,
    "q6": _arrows,
    "q7": _skerry_caps,
}

# Questions that no check can judge.
MANUAL = {"q8": "marked by a person, by the four lines of the rubric in its cell"}
