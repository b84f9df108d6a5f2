"""Lesson 03: does owning the platform make the model better, or only the distribution cheaper?"""

import numpy as np
import pandas as pd

from ...data import load
from ...models.data_loop import DataLoop
from ...models.funnel import Funnel
from .. import expect
from ..questions import (
    FRACTION_FOR_PERCENT,
    Choice,
    Code,
    Feedback,
    Mistake,
    Number,
    Option,
    Prediction,
    SheetCheck,
    fraction_note,
)

ARTICLE = "2026-03-03"
TWO_FIFTHS = 0.4  # of the market, as users in every period
# ---- what the texts quote, from the tables


def _users() -> dict[str, float]:
    counts = load("users").set_index("row_id")["value_millions"]
    return {
        "x_then": counts["users_x_202601"],
        "x_now": counts["users_x_202603"],
        "grok": counts["users_grok_202603"],
        "paying": counts["subs_x_202603"],
        "paying_pct": 100 * counts["subs_x_202603"] / counts["users_x_202603"],
        "one_in": counts["users_x_202603"] / counts["subs_x_202603"],
        "per_grok": 100 * counts["subs_x_202603"] / counts["users_grok_202603"],
        "chatgpt_then": counts["users_company_202602"],
        "chatgpt_2023": counts["users_nber_202303"],
        "chatgpt_now": counts["users_devday_202609"],
        "chatgpt_paying": counts["subs_company_202602"],
        "business": counts["biz_openai_202602"],
    }


def _results() -> dict[str, float]:
    lines = load("company_financials").set_index("row_id")["value_usd_bn"]
    mix = load("revenue_mix").set_index("row_id")
    return {
        "revenue_2025": lines["fin_xai_fy2025_revenue"],
        "loss_2025": lines["fin_xai_fy2025_operating_loss"],
        "group_loss": lines["fin_spacex_fy2025_net_loss"],
        "group_revenue": lines["fin_spacex_fy2025_revenue"],
        "revenue_q2": lines["fin_xai_q2_2026_revenue"],
        "ads_2025": mix.at["mix_xai_fy2025_ads", "value_usd_bn"],
        "ads_q2": mix.at["mix_xai_2026q2_ads", "value_usd_bn"],
        "ai_q2": mix.at["mix_xai_2026q2_ai", "value_usd_bn"],
        "subs": mix.at["mix_xai_202602_subs", "value_usd_bn"],
        "api_2025": mix.at["mix_oai_202508_api", "share_pct"],
        "business_march": mix.at["mix_oai_202603_enterprise", "share_pct"],
        "business_june": mix.at["mix_oai_202606_enterprise", "share_pct"],
    }


def _shares() -> dict[str, float]:
    results = _results()
    return results | {
        "ads_share_2025": 100 * results["ads_2025"] / results["revenue_2025"],
        "ads_share_q2": 100 * results["ads_q2"] / results["revenue_q2"],
        "ai_share_q2": 100 * results["ai_q2"] / results["revenue_q2"],
    }


def _grok_visits() -> dict[str, object]:
    visits = load("market_shares").query(
        "market == 'consumer_genai_web_traffic' and company == 'xAI Grok'"
    )
    newest = visits.sort_values("date").iloc[-1]
    return {
        "visits": newest["share_pct"],
        "visits_day": f"{newest['date'].day} {newest['date']:%B %Y}",
    }


def _skerry() -> dict[str, float]:
    return load("fictional_lab").query("lesson == '03'").set_index("item")["value"].to_dict()


def _loop(placed: float = 0.0, half_data: float | None = None) -> DataLoop:
    items = _skerry()
    return DataLoop(
        half_data or items["loop_half_data"],
        items["loop_required_quality"],
        items["loop_steepness"],
        items["loop_outside_data"],
        placed,
        items["loop_ageing"],
    )


def _lasting() -> dict[str, float]:
    """Skerry's stock of data when two fifths of the market use it in every period."""
    items = _skerry()
    inflow = TWO_FIFTHS + items["loop_outside_data"]
    return {
        "users": TWO_FIFTHS,
        "outside_share": items["loop_outside_data"],
        "ages": items["loop_ageing"],
        "ageing": 100 * items["loop_ageing"],
        "inflow": inflow,
        "stock": inflow / items["loop_ageing"],
    }


def _loop_numbers() -> dict[str, float]:
    items = _skerry()
    placed = items["loop_placed_platform"]
    hard = 2 * items["loop_half_data"]
    hard_placed = _loop(placed, hard).steady_states().iloc[-1]
    hard_alone = _loop(0.0, hard).steady_states().iloc[-1]
    return {
        "required": items["loop_required_quality"],
        "steepness": items["loop_steepness"],
        "ageing": 100 * items["loop_ageing"],
        "outside": 100 * items["loop_outside_data"],
        "half": items["loop_half_data"],
        "hard": hard,
        "placed": 100 * placed,
        "tips": 100 * _loop().tipping_point,
        "high": 100 * _loop().steady_states()["users"].iloc[-1],
        "placed_end": 100 * _loop(placed).steady_states()["users"].iloc[-1],
        "hard_end": 100 * hard_placed["users"],
        "hard_alone": 100 * hard_alone["users"],
        "hard_quality": hard_placed["quality"],
        "hard_alone_quality": hard_alone["quality"],
    }


def _api() -> dict[str, float]:
    items = _skerry()
    seller = Funnel(
        "API",
        items["api_reach"],
        items["api_activation"],
        items["api_retention"],
        items["api_price"],
        items["api_serving_cost"],
        items["api_acquisition_cost"],
    )
    return {
        "price": items["api_price"],
        "serving": items["api_serving_cost"],
        "retention": 100 * items["api_retention"],
        "break_even": seller.break_even_acquisition_cost_usd,
    }


QUESTIONS = [
    # ---- predictions
    Prediction(
        "more_people",
        "The article's day, 3 March 2026. Which number was larger?",
        truth=lambda: "ChatGPT's users in a week",
        explain="{chatgpt_then:,.0f} million in a week against {x_then:,.0f} million in a month, both as the firms said. A month of ChatGPT would count more still.",
        options=(
            "X and Grok's users in a month",
            "ChatGPT's users in a week",
            "about the same",
        ),
        values=_users,
    ),
    Prediction(
        "tipping",
        "A made-up assistant gets better with the data that its users leave, and draws users by its quality. Data are counted in what the whole market leaves in one period. "
        "{ageing:g} % of them age in every period, and other sources bring {outside:g} %. A stock of {half:g} gives half of the best quality; half of the market wants that, "
        "and people are rather alike in it (steepness {steepness:g}). Below some share of the market the loop dies down, above it the loop feeds itself. Where is that share? The order of size is enough.",
        unit="%",
        rel_tolerance=0.25,
        truth=lambda: 100 * _loop().tipping_point,
        explain="With Skerry's numbers the loop tips at {tips:.1f} % of the market. That is no law: data from outside, or data that age slowly, lower it.",
        values=_loop_numbers,
    ),
    Prediction(
        "paying",
        "In March 2026 about {x_now:,.0f} million people a month used X or Grok. How many of them paid for a plan of either?",
        unit="million",
        rel_tolerance=0.25,
        truth=lambda: _users()["paying"],
        explain="{paying:g} million, says the filing: one in about {one_in:.0f}. {grok:,.0f} million used Grok.",
        values=_users,
    ),
    # ---- checks
    Choice(
        "week_month",
        "ChatGPT: {chatgpt_then:,.0f} million users a week. X and Grok: {x_then:,.0f} million a month. What can you conclude on the article's day?",
        [
            Option(
                "Nothing: a week and a month cannot be compared",
                why="Not as a ratio. But whoever comes in a week also comes in the month that holds it, so the month cannot be smaller.",
                mistake="a bound overlooked",
            ),
            Option(
                "ChatGPT has more users, and by at least half",
                correct=True,
                why="A month's count is never below a week's. So in months ChatGPT leads by at least as much; how much more, nobody has published.",
            ),
            Option(
                "X and Grok lead: a week's count is four times a month's",
                why="It goes the other way. A week is part of a month, and most users of one week come back in the next.",
                mistake="weekly users multiplied by four",
            ),
        ],
        hints=(
            "Somebody uses ChatGPT on Monday. In which counts is this person?",
            "Ask which count can only be larger: that of the month or that of the week.",
            "Users of a month include the users of each of its weeks.",
            "ChatGPT has more users, and by at least half.",
        ),
        values=_users,
    ),
    Choice(
        "whose_loss",
        'A headline: "xAI lost {loss_2025:.1f} bn last year, so the listed company lost that." What is that number?',
        [
            Option(
                "The net loss of SpaceX in 2025",
                why="That was {group_loss:g} bn. Other segments, interest and tax make up the difference.",
                mistake="segment taken for the group",
            ),
            Option(
                "The net loss of xAI without X",
                why="The filing shows no xAI without X. Its AI segment holds both, and a segment has no net loss: interest and tax stand with the group.",
                mistake="segment taken for a firm",
            ),
            Option(
                "The operating loss of SpaceX's AI segment, with X inside",
                correct=True,
                why="On a revenue of {revenue_2025:g} bn. Before interest and tax, with X's advertising in it, and put together after the take-over as if it had always been one.",
            ),
        ],
        hints=(
            "Look at the column that says what a line covers.",
            "Three borders: xAI or xAI with X, segment or group, operating or net.",
            "The definition of the line reads: AI segment of SpaceX, with X.",
            "The operating loss of SpaceX's AI segment, with X inside.",
        ),
        values=_results,
    ),
    Number(
        "lasting_data",
        "Skerry's loop again, with two fifths of the market as users in every period. They leave data worth {users:g}, other sources bring {outside_share:g}, and {ageing:g} % of the stock "
        "age away. Which stock of data lasts, in periods of use by the whole market?",
        answer=lambda: _lasting()["stock"],
        unit="periods",
        tolerance=0.01,
        expects="a stock of data, such as 0.5 or 2",
        right="What comes in must equal what ages: {inflow:g} = {ages:g} x stock. Data that age more slowly make a larger stock from the same users.",
        mistakes=[
            Mistake(
                "flow taken for a stock",
                lambda: _lasting()["inflow"],
                "That comes in within one period. The stock holds what is left of all periods.",
            ),
            Mistake(
                "outside data left out",
                lambda: TWO_FIFTHS / _lasting()["ages"],
                "You counted the users' data only. Other sources bring some, too.",
            ),
            Mistake(
                "multiplied by the ageing",
                lambda: _lasting()["inflow"] * _lasting()["ages"],
                "You multiplied. If more data age, less is left, so the stock is the inflow divided by the part that ages.",
            ),
            Mistake(
                "what stays for what ages",
                lambda: _lasting()["inflow"] / (1 - _lasting()["ages"]),
                "You divided by the part that stays. What leaves the stock is the part that ages.",
            ),
        ],
        hints=(
            "When does a stock stay as it is?",
            "Inflow = ageing x stock.",
            "{users:g} + {outside_share:g} = {ages:g} * stock",
            "About {stock:.2f}",
        ),
        values=_lasting,
    ),
    Code(
        "quality",
        "Write `quality(data, half_data)`: 0 without data, one half at `half_data`, and never more than 1. Then run the cell "
        'with `lesson.check("quality", quality)`.',
        starter="def quality(data, half_data):\n    return ...",
        tests=[
            expect.call(
                1.5,
                1.5,
                gives=0.5,
                tolerance=1e-6,
                mistakes=[
                    Mistake(
                        "returns that do not diminish",
                        1.0,
                        "data / half_data grows without end. Divide by data + half_data, so that each further unit adds less.",
                    ),
                ],
            ),
            expect.call(
                4.5,
                1.5,
                gives=0.75,
                tolerance=1e-6,
                mistakes=[
                    Mistake(
                        "upside down",
                        0.25,
                        "That falls with more data. The stock stands above the line.",
                    ),
                    Mistake(
                        "returns that do not diminish",
                        1.5,
                        "Three times the data must not give three times the quality.",
                    ),
                ],
            ),
            expect.that(
                "Without data there is no quality: quality(0, 1.5) should be 0.",
                lambda f: abs(f(0, 1.5)) < 1e-9,
            ),
            expect.that(
                "The second unit of data must add less than the first.",
                lambda f: f(2, 1.5) - f(1, 1.5) < f(1, 1.5) - f(0, 1.5),
            ),
        ],
        hints=(
            "A fraction that is 1/2 when its two parts are alike.",
            "Stock over stock plus `half_data`.",
            "return data / (...)",
            "return data / (data + half_data)",
        ),
        right="From 0 to half_data quality rises by a half; all further data together bring the other half.",
    ),
    Choice(
        "knife_edge",
        "A product stands exactly at the tipping point of {tips:.1f} %. A holiday takes a few of its users away for one period. What does the model say?",
        [
            Option(
                "It comes back to {tips:.1f} %, for that is a steady state",
                why="It is steady, but not stable. Fewer users leave fewer data, quality falls, and more users go.",
                mistake="steady taken for stable",
            ),
            Option(
                "It dies down to the low state",
                correct=True,
                why="Below the tipping point each period brings fewer users than the last. The same push upwards would end at {high:.0f} %.",
            ),
            Option(
                "It stays where the holiday left it",
                why="That would be so if users did not depend on quality. Here every share but the steady ones moves.",
                mistake="no feedback",
            ),
        ],
        hints=(
            "On which side of the diagonal does the curve lie just left of the hollow circle?",
            "Where the curve is below the diagonal, users draw fewer than they are.",
            "Left of the hollow circle the curve lies below the diagonal.",
            "It dies down to the low state.",
        ),
        values=_loop_numbers,
    ),
    Choice(
        "what_placement_gave",
        "A hard product needs twice the data ({hard:g} in place of {half:g}). A platform places {placed:g} % of the market in front of it. Users settle at {hard_end:.1f} %. "
        "Alone they would settle near {hard_alone:.1f} %. What did the platform do?",
        [
            Option(
                "It closed the loop: users rose",
                why="Users rose by about as many as were placed. Data and quality rose, but quality ({hard_quality:.2f}, from {hard_alone_quality:.2f}) stays far below the {required:g} that half of the market wants: it draws only half a point more users.",
                mistake="reach taken for a loop",
            ),
            Option(
                "It made distribution cheaper, and the model still too weak to draw users",
                correct=True,
                why="Nearly all users are those placed. To see a loop at work, look for users who come for the quality, beyond those who were led there.",
            ),
            Option(
                "Nothing: {hard_end:.1f} % is not a market",
                why="Placed users are users: they see advertising and can pay. The gain is real, it is another gain than the one claimed.",
                mistake="distribution taken for nothing",
            ),
        ],
        hints=(
            "How many users were placed, and how many are there?",
            "Subtract those placed: how many came because the product is good?",
            "{hard_end:.1f} less {placed:g} leaves about half a percent of the market.",
            "It made distribution cheaper, and the model still too weak to draw users.",
        ),
        values=_loop_numbers,
    ),
    Number(
        "paying_share",
        "{x_now:,.0f} million people a month use X or Grok, {grok:,.0f} million of them use Grok, {paying:g} million pay for a plan of X or Grok. Which part of the whole reach pays?",
        answer=lambda: 100 * _users()["paying"] / _users()["x_now"],
        unit="%",
        tolerance=0.06,
        expects="a percentage between 0 and 100",
        right="One in about {one_in:.0f}. Owned reach is large, and few of it pay. The {per_grok:.1f} subscribers for 100 users of Grok are no step of their own: not all of them use Grok.",
        mistakes=[
            Mistake(
                "one step for the funnel",
                lambda: 100 * _users()["paying"] / _users()["grok"],
                "That is subscribers over users of Grok, and not all of them use Grok. The reach is everybody on the platform.",
            ),
            Mistake(
                "activation for payment",
                lambda: 100 * _users()["grok"] / _users()["x_now"],
                "That is the part of the reach who use Grok. The question is who pays.",
            ),
        ],
        hints=(
            "Which number goes below the line?",
            "Those who pay, over everybody on the platform.",
            "{paying:g} / {x_now:,.0f}",
            "About {paying_pct:.1f} %",
        ),
        values=_users,
    ),
    Number(
        "worth_winning",
        "A seller of an API keeps {retention:g} % of the customers it wins. One who stays pays USD {price:,.0f} a year and costs {serving:,.0f} to serve. "
        "What may winning one customer cost before the year's business loses money?",
        answer=lambda: _api()["break_even"],
        unit="USD",
        tolerance=1,
        expects="an amount in USD for each customer won",
        right="Retention times margin. A platform owner saves this kind of cost, and nothing else in this sum.",
        mistakes=[
            Mistake(
                "retention left out",
                lambda: _api()["price"] - _api()["serving"],
                "You pay for everybody you win, but only some of them stay and pay.",
            ),
            Mistake(
                "serving left out",
                lambda: _api()["retention"] / 100 * _api()["price"],
                "Each token sold has to be computed. Take the cost of serving off the price.",
            ),
            Mistake(
                "all income spent",
                lambda: _api()["price"],
                "That is the income from one who stays, before serving and before those who leave.",
            ),
        ],
        hints=(
            "Of ten customers won, how many stay?",
            "Retention x (price - serving cost).",
            "{retention:g} / 100 * ({price:g} - {serving:g})",
            "USD {break_even:,.0f}",
        ),
        values=_api,
    ),
]

# What fills the templates of this lesson's rows in data/claims.csv.
CLAIM_VALUES = {
    "II.2.1": lambda: {**_users(), **_grok_visits()},
    "II.2.2": _shares,
    "II.2.3": _results,
    "II.2.4": _users,
}

# A table of another product, its newest row not the last: for functions that ignore what they are given, or do not sort.
_DOWNLOADS = pd.DataFrame(
    {
        "metric": ["downloads", "downloads", "visits", "downloads"],
        "date": pd.to_datetime(["2025-05-01", "2025-03-01", "2025-06-01", "2025-04-01"]),
        "product": ["Fulmar", "Fulmar", "Fulmar", "Gannet"],
        "value_millions": [7.0, 5.0, 90.0, 3.0],
    }
)


def _only_this_table(function) -> Feedback | None:
    counts = function(_DOWNLOADS, "downloads")
    if set(counts.index) != {"Fulmar", "Gannet"}:
        return Feedback.wrong(
            "For a small table with the products Fulmar and Gannet yours gives others, or not both. Use the table that the function is given.",
            "the argument ignored",
        )
    counted = counts["Fulmar"]
    if abs(counted - 90) < 1e-6:
        return Feedback.wrong(
            "In a small table Fulmar has 7 million downloads and 90 million visits; asked for downloads, yours gives 90. Keep the rows of the metric first.",
            "rows of another metric counted",
        )
    if abs(counted - 7) > 1e-6:
        last = abs(counted - 5) < 1e-6
        return Feedback.wrong(
            f"In a small table whose newest row is not its last, Fulmar should be at 7; yours gives {counted:g}. {'Sort by date first.' if last else 'Keep one row a product, its newest.'}",
            "the last row taken for the newest" if last else "",
        )
    return None


def _power_sign(function) -> Feedback | None:
    try:
        function(1.5, 1.5, 0.5, 3)
    except TypeError as error:
        if "for ^" not in str(error):
            raise
        return Feedback.wrong(
            "In Python a power is written **; ^ means something else.", "^ for **"
        )
    return None


# Skerry's loop: half of the best quality at 1.5 periods of data, and so on, as in the table.
_HALF, _REQUIRED, _STEEPNESS, _OUTSIDE, _AGEING = 1.5, 0.5, 3, 0.03, 0.3


def _quality(data, usable):
    return usable * data / (usable * data + _HALF)


def _users_drawn(data, usable, required=_REQUIRED, steepness=_STEEPNESS):
    """The share of the market that a stock draws of which the part `usable` (0 to 1) can be used."""
    pull = _quality(data, usable) ** steepness
    return pull / (pull + required**steepness)


def _skerry_loop(usable, ageing, placed=0.0, outside_data=_OUTSIDE) -> DataLoop:
    return DataLoop(
        half_data=_HALF / usable,
        required_quality=_REQUIRED,
        steepness=_STEEPNESS,
        outside_data=outside_data,
        ageing=ageing,
        placed=placed,
    )


def _settles(loop: DataLoop) -> list[float]:
    """The share of the market (percent) in each of 1,000 periods from a start of 5 %."""
    return (100 * loop.simulate(0.05, 1000)["users"]).tolist()


def _drawn_at(usable, ageing, outside=_OUTSIDE, steepness=_STEEPNESS) -> np.ndarray:
    """Users drawn (percent) at 20 % and at 60 % of the market."""
    stock = (np.array([0.2, 0.6]) + outside) / ageing
    return 100 * _users_drawn(stock, usable, steepness=steepness)


def _other_curves(usable, ageing):
    """The same as the usual slips give it, with the slip's name and what to say."""
    right = _drawn_at(usable, ageing)
    yield (
        5 + 0.95 * right,
        "the platform left in",
        "That is the curve with 5 % placed. Draw the one without the platform.",
    )
    yield (
        _drawn_at(usable, 1),
        "ageing left out",
        "The stock is what comes in over the part that ages: divide by ageing.",
    )
    yield (
        _drawn_at(usable, ageing, outside=0),
        "outside data left out",
        "Add the outside data to the share before you divide.",
    )
    yield (
        100 * _quality((np.array([0.2, 0.6]) + _OUTSIDE) / ageing, usable),
        "quality for users",
        "That is quality. Users depend on it through users_drawn.",
    )
    yield (
        _drawn_at(usable, ageing, steepness=1),
        "steepness left out",
        "You left the steepness out: it is 3 here.",
    )
    yield (
        _drawn_at(usable, _AGEING),
        "terms of the table",
        f"That is the curve for the table's ageing. Yours is {ageing:g}.",
    )


def _curve_and_diagonal(figure, usable, ageing) -> Feedback | None:
    drawn = [
        tuple(np.asarray(values, dtype=float) for values in line.get_data())
        for axes in figure.axes
        for line in axes.lines
    ]
    straight = [len(x) > 1 and np.allclose(x, y) for x, y in drawn]
    curves = [
        (x[np.argsort(x)], y[np.argsort(x)])
        for (x, y), diagonal in zip(drawn, straight, strict=True)
        if len(x) >= 20 and not diagonal
    ]
    if not curves:
        return Feedback.wrong(
            "There is no curve of at least 20 points. Draw the users drawn over many shares of the market."
        )
    if not any(straight):
        return Feedback.wrong("The diagonal is missing: a line on which y equals x.")
    at = [tuple(np.interp([20, 60], x, y)) for x, y in curves]
    if any(np.allclose(found, _drawn_at(usable, ageing), atol=1) for found in at):
        return None
    if all(min(x.max(), y.max()) <= 1.5 for x, y in curves):
        return Feedback.wrong(
            "The axes say %, but the curve runs from 0 to 1. Multiply both directions by 100.",
            "share for percent",
        )
    for wrong, name, why in _other_curves(usable, ageing):
        if any(np.allclose(found, wrong, atol=1) for found in at):
            return Feedback.wrong(why, name)
    low, high = at[0]
    return Feedback.wrong(
        f"At 20 % of the market your curve stands at {low:.1f} %, at 60 % at {high:.1f} %. Check the stock, then users_drawn."
    )


# The numbers of the published sheet are the defaults below; a learner with own numbers has others (OWN).


def _funnel_steps(
    activation_pct: float = 12, retention_pct: float = 35, order: str = "ABC"
) -> dict[str, SheetCheck]:
    """Q1: who tries of those reached and who stays of those who try (percent), the order of the sentences."""
    stays = activation_pct * retention_pct / 100
    if (activation_pct, retention_pct) == (12, 35):
        parts = "An eighth of a third is a twenty-fourth."
        third = "activation is about an eighth, retention about a third"
        size = [
            expect.that(
                "That adds the two parts. Each step keeps a part of what the step before has left.",
                lambda given: given < 40,
                mistake="added for multiplied",
            ),
            expect.that(
                "That would be the part of those who try it. The last line divides by the whole reach.",
                lambda given: given < 20,
                mistake="one step for the funnel",
            ),
            expect.that(
                "Fewer stay than try it, and only about an eighth of the reach tries it.",
                lambda given: given < 10,
                mistake="activation for the funnel",
            ),
        ]
    else:
        parts = f"{activation_pct:g} % of {retention_pct:g} % are {stays:.3g} %."
        third = f"{activation_pct:g} / 100 * {retention_pct:g}"
        size = [
            expect.that(
                "That is too much. Each step keeps a part of what the step before has left; the last line divides by the whole reach.",
                lambda given: given < 1.2 * stays,
                mistake="one step for the funnel",
            ),
            expect.that(
                "That is too little. Multiply both parts, and give percent.",
                lambda given: given > 0.8 * stays,
            ),
        ]
    prediction = SheetCheck(
        "The part of the reach that stays",
        kind="value",
        expects="a percentage, such as 1.5 or 25",
        right="You expected a small part of the reach. Compare it with the output.",
        tests=[
            expect.that(
                "A part in percent is a number.", lambda given: isinstance(given, int | float)
            ),
            expect.no_fraction(),
            *size,
        ],
        hints=(
            "Which number stands below the line at the end?",
            "The two steps multiply.",
            third,
            f"About {stays:.0f} %",
        ),
    )
    reason = SheetCheck(
        "Why it is so small",
        kind="value",
        expects='one of "A", "B", "C"',
        right=f"{parts} Large reach and few customers go together when steps multiply.",
        tests=expect.letter(
            "B",
            A=(
                "Nothing here says that people leave the platform. The reach is a month's count.",
                "reach taken for growth",
            ),
            C=("The price does not stand in these lines.", "price taken for a step of the count"),
        ),
        hints=(
            "Read the goals.",
            "How do the goals combine: by adding or by multiplying?",
            "activation * retention",
            "B",
        ),
    )
    return {"q1_prediction": prediction, "q1_reason": reason.with_labels(order)}


def _skerrys_ways(
    kept_pct: float = 0, usable_pct: float = 100, ageing: float = _AGEING
) -> dict[str, SheetCheck]:
    """Q2, Q3 and Q6 to Q8: part of the price that is kept, part of the data that can be used (percent), part that ages."""
    paid, usable = 1 - kept_pct / 100, usable_pct / 100
    own = (kept_pct, usable_pct, ageing) != (0, 100, _AGEING)
    got = 1200 * paid
    right = got - 700
    platform = 3.36 * (30 * paid - 11)  # million customers x USD
    api = 0.06 * (1440 * paid - 700) - 0.1 * 200
    less = platform - api
    loop = _skerry_loop(usable, ageing)
    low, _, high = (100 * loop.steady_states()["users"]).tolist()
    placed, alone = _settles(_skerry_loop(usable, ageing, placed=0.05)), _settles(loop)[-1]
    few = "Skerry alone needs about one user in seven before the loop carries it."
    all_of_it, data, half, share = "the price", "data", f"{_HALF}", "two thirds"
    fee_forgotten, all_data, gap_forgotten, all_usable = [], [], [], []
    if own:
        few = "From there on the loop carries Skerry alone; below it dies down."
        all_of_it, data = "what is left of the price", f"{usable:g} * data"
        half, share = f"{_HALF} / {usable:g}", f"{placed[-1]:.0f} %"
        kept = f"Of the price {kept_pct:g} % is kept by whoever collects it."
        fee_forgotten = [Mistake("kept part forgotten", 500, kept)]
        gap_forgotten = [Mistake("kept part forgotten", 39.44, kept)]
        of_data = f"You used all data. Only {usable_pct:g} % of them can be used."
        all_data = [Mistake("all data used", _users_drawn(3, 1), of_data)]
        all_usable = [
            Mistake("all data used", 100 * _skerry_loop(1, ageing).tipping_point, of_data)
        ]
    funnel = SheetCheck(
        "Contribution of a funnel",
        kind="function",
        name="contribution",
        expects="contribution(reach, activation, retention, price, serving, winning) in USD million",
        right="Serving is paid for those who stay, winning for all who were won.",
        tests=[
            expect.call(
                50,
                0.2,
                0.8,
                150,
                50,
                30,
                gives=right,
                tolerance=0.01,
                mistakes=[
                    Mistake(
                        "winning paid for those who stay only",
                        right + 60,
                        "You paid for winning those who stay. Those who leave were won, too.",
                    ),
                    Mistake(
                        "winning paid for the whole reach",
                        right - 1200,
                        "You paid for everybody reached. Winning is paid for those who try.",
                    ),
                    Mistake(
                        "retention of the whole reach",
                        5 * right + 1200,
                        "You kept a part of everybody reached. Only those who try can stay.",
                    ),
                    Mistake(
                        "winning paid once",
                        right + 270,
                        "You took the cost of winning off once. It is paid for each who tries.",
                    ),
                    Mistake(
                        "billions for millions",
                        right / 1000,
                        "That is in USD bn. Millions of people times USD give USD million.",
                    ),
                    Mistake(
                        "serving paid for all who try",
                        right - 100,
                        "You served everybody who tried. In this model serving is paid for those who stay.",
                    ),
                    Mistake(
                        "revenue for contribution",
                        got,
                        "That is revenue. Take serving and winning off.",
                    ),
                    *fee_forgotten,
                ],
            ),
            expect.that(
                f"With owned reach (winning = 0) and serving at {all_of_it}, nothing is left: contribution(500, 0.1, 0.4, 60, {60 * paid:g}, 0) should be 0.",
                lambda f: abs(f(500, 0.1, 0.4, 60, 60 * paid, 0)) < 1e-9,
            ),
        ],
        hints=(
            "How many try, and how many of them stay?",
            "tried = reach x activation; customers = tried x retention; then what each group brings and costs.",
            "tried = reach * activation",
            "tried = reach * activation; customers = tried * retention; cost_of_winning = tried * winning",
        ),
    )
    drawn = SheetCheck(
        "Users that a stock of data draws",
        kind="function",
        name="users_drawn",
        expects="users_drawn(data, half_data, required, steepness) that returns a share between 0 and 1",
        right="Half of the market comes where quality equals what half of it requires.",
        tests=[
            _power_sign,
            expect.call(
                1.5,
                1.5,
                0.5,
                3,
                gives=_users_drawn(1.5, usable),
                tolerance=1e-4,
                mistakes=[
                    Mistake(
                        "quality without bound",
                        usable**3 / (usable**3 + 0.5**3),
                        "Quality is data / (data + half_data). You left the data out below the line.",
                    ),
                    Mistake(
                        "percent for share",
                        100 * _users_drawn(1.5, usable),
                        "That is in percent. Give a share between 0 and 1.",
                    ),
                ],
            ),
            expect.call(
                3,
                1.5,
                0.5,
                3,
                gives=_users_drawn(3, usable),
                tolerance=0.0005,
                mistakes=[
                    Mistake(
                        "quality for users",
                        _quality(3, usable),
                        "That is the quality. Users depend on it through the steepness.",
                    ),
                    Mistake(
                        "steepness left out",
                        _quality(3, usable) / (_quality(3, usable) + 0.5),
                        "You left the steepness out: raise both terms to it.",
                    ),
                    *all_data,
                ],
            ),
            expect.that(
                "Without data nobody comes: users_drawn(0, 1.5, 0.5, 3) should be 0.",
                lambda f: abs(f(0, 1.5, 0.5, 3)) < 1e-9,
            ),
        ],
        hints=(
            "Two steps: data give quality, quality draws users.",
            f"quality = {data} / ({data} + half_data); users = q^h / (q^h + required^h).",
            f"quality = {data} / ({data} + half_data)",
            f"quality = {data} / ({data} + half_data); pull = quality**steepness",
        ),
    )
    figure = SheetCheck(
        "The curve and the diagonal",
        kind="figure",
        name="q6_figure",
        expects="a matplotlib figure with a title, a curve and a diagonal, and axis labels that name %",
        right="Title, units, curve and diagonal are right. Check for yourself that the title states how often the curve meets the diagonal.",
        tests=[
            expect.figure_texts(x_unit="%", y_unit="%"),
            lambda drawn_figure: _curve_and_diagonal(drawn_figure, usable, ageing),
        ],
        hints=(
            "For each share of users: which stock lasts, and whom does it draw?",
            "shares = np.linspace(0, 1, 101); stock = (shares + outside) / ageing; then users_drawn.",
            "q6_figure, axes = plt.subplots()",
            "Plot 100 * shares against 100 * drawn, and [0, 100] against [0, 100].",
        ),
    )
    gap = SheetCheck(
        "Platform less API",
        kind="value",
        expects="an amount in USD million a year, to one decimal",
        right=f"The platform's funnel leaves {platform:.1f} million a year, the API's {api:.1f} million.",
        tests=[
            expect.number(
                less,
                "USD million",
                tolerance=0.1,
                mistakes=[
                    expect.rounded(less),
                    Mistake(
                        "winning left out",
                        less - 20,
                        "You left out what the API's customers cost to win. The platform's users need no winning.",
                    ),
                    Mistake(
                        "revenue for contribution",
                        14.4 * paid,
                        "That compares revenues. Take serving and winning off.",
                    ),
                    Mistake(
                        "billions for millions",
                        less / 1000,
                        "That is in USD bn. Reach in millions times USD gives USD million.",
                    ),
                    Mistake(
                        "API less platform",
                        -less,
                        "The sign is turned: the platform leaves more.",
                    ),
                    *gap_forgotten,
                ],
            )
        ],
        hints=(
            "Use your function of Q2 twice.",
            "Platform: winning costs nothing. API: winning costs 200 for each who tries.",
            "platform = contribution(80, 0.12, 0.35, 30, 11, 0)",
            f"{platform:.2f} - {api:.2f} = {less:.2f}",
        ),
    )
    tips = 100 * loop.tipping_point
    tipping = SheetCheck(
        "Where the loop tips without the platform",
        kind="value",
        expects="a share of the market in percent, to one decimal",
        right=few,
        tests=[
            expect.number(
                tips,
                "%",
                tolerance=0.1,
                mistakes=[
                    expect.rounded(tips),
                    Mistake(
                        FRACTION_FOR_PERCENT, tips / 100, fraction_note(tips / 100), tolerance=5e-4
                    ),
                    Mistake(
                        "low state for the tipping point",
                        low,
                        "That is the stable state with few users. The tipping point is the unstable one above it.",
                        tolerance=0.05,
                    ),
                    Mistake(
                        "high state for the tipping point",
                        high,
                        "That is the stable state with many users. The tipping point is the unstable one.",
                    ),
                    Mistake(
                        "outside data left out",
                        100 * _skerry_loop(usable, ageing, outside_data=0).tipping_point,
                        "You left the outside data out: they lower the tipping point.",
                    ),
                    *all_usable,
                ],
            )
        ],
        hints=(
            "Between which two states does the loop change its mind?",
            "DataLoop(...).tipping_point, without placement; or the first crossing of your figure after the low state.",
            f"DataLoop(half_data={half}, required_quality=0.5, steepness=3, outside_data=0.03, ageing={ageing:g})",
            f"{tips:.1f} %",
        ),
    )
    users = SheetCheck(
        "Where users settle with the platform",
        kind="function",
        name="settles_at",
        expects="settles_at(placed) that returns a share of the market in percent, starting from 5 %",
        right=f"Without placement the start of 5 % dies down; with 5 % placed it ends near {share} of the market.",
        tests=[
            expect.call(
                0.05,
                gives=placed[-1],
                tolerance=0.5,
                mistakes=[
                    Mistake(
                        "share for percent",
                        placed[-1] / 100,
                        "That is a share. Give percent: 100 times as much.",
                    ),
                    Mistake(
                        "ageing left out",
                        _settles(_skerry_loop(usable, 0.1, placed=0.05))[-1],
                        "DataLoop takes an ageing of 0.1 unless you name another. Pass Skerry's, and its other terms.",
                    ),
                    *(
                        Mistake(
                            "not at rest yet",
                            on_the_way,
                            "Users still rise at that point. Let the loop run for 400 periods.",
                        )
                        for on_the_way in placed[10:61:10]  # 10 to 60 periods
                    ),
                ],
            ),
            expect.call(
                0.0,
                gives=alone,
                tolerance=0.15,
                mistakes=[
                    Mistake(
                        "high state whatever the start",
                        high,
                        "That is the high state. A start of 5 % lies below the tipping point and never gets there.",
                    )
                ],
            ),
        ],
        hints=(
            "Let the loop run until nothing changes any more.",
            "DataLoop(..., placed=placed).simulate(0.05, 400), last row.",
            'path = DataLoop(..., placed=placed).simulate(0.05, 400)["users"]',
            "return 100 * path.iloc[-1]",
        ),
    )
    return {
        "q2": funnel,
        "q3": drawn,
        "q6": figure,
        "q7_gap": gap,
        "q7_tipping": tipping,
        "q7_users": users,
    }


def _newest_counts(floor: float = 0) -> dict[str, SheetCheck]:
    """Q5: a product has an entry if its newest count is at least `floor` million."""
    small = []
    if floor:
        table = pd.DataFrame(
            {
                "metric": "downloads",
                "date": pd.to_datetime(["2025-01-01", "2025-04-01", "2025-04-01"]),
                "product": ["Petrel", "Petrel", "Tern"],
                "value_millions": [50.0, floor - 0.01, floor],
            }
        )
        small = [
            expect.that(
                f"The newest count of Petrel, a product of our own, is {floor - 0.01:g}, so it has no entry: less than {floor:g} million.",
                lambda f: "Petrel" not in f(table, "downloads").index,
                mistake="small counts left in",
            ),
            expect.that(
                f"Tern, a product of our own, has exactly {floor:g} million and has an entry.",
                lambda f: "Tern" in f(table, "downloads").index,
                mistake="the floor itself left out",
            ),
        ]
    check = SheetCheck(
        "Latest count of each product",
        kind="function",
        name="latest_counts",
        expects="latest_counts(users, metric) that returns a Series, product -> million users",
        right="One row a product, its newest; and one metric only, so that the numbers can stand side by side.",
        tests=[
            expect.that(
                "The function returns nothing. End it with a return line.",
                lambda f: f(load("users"), "monthly_active_users") is not None,
                mistake="print for return",
            ),
            _only_this_table,
            *small,
            expect.that(
                "X and Grok should be at 550, its newest monthly count.",
                lambda f: abs(f(load("users"), "monthly_active_users")["X and Grok"] - 550) < 1e-6,
                mistake="an old count for the newest",
            ),
            expect.that(
                "With the rows of the table turned round X and Grok should still be at 550. Sort by date.",
                lambda f: (
                    abs(f(load("users").iloc[::-1], "monthly_active_users")["X and Grok"] - 550)
                    < 1e-6
                ),
                mistake="the last row taken for the newest",
            ),
            expect.that(
                "Weekly users of ChatGPT should be 1,200.",
                lambda f: abs(f(load("users"), "weekly_active_users")["ChatGPT"] - 1200) < 1e-6,
                mistake="an old count for the newest",
            ),
            expect.that(
                "Among monthly counts there is none of Meta's Family of Apps: that is a count of days.",
                lambda f: "Family of Apps" not in f(load("users"), "monthly_active_users").index,
                mistake="days, weeks and months mixed",
            ),
            expect.that(
                "Every product should be there once.",
                lambda f: f(load("users"), "monthly_active_users").index.is_unique,
                mistake="several counts of one product",
            ),
        ],
        hints=(
            "Which rows may stand in one list? And which of a product's rows do you want?",
            "Filter on metric, sort by date, keep the last row of each product.",
            "users[users['metric'] == metric] keeps the rows of one metric; .sort_values('date') puts the newest last",
            "kept = users[users['metric'] == metric].sort_values('date')",
        ),
    )
    return {"q5": check}


SHEET = {
    **_funnel_steps(),
    **_skerrys_ways(),
    "q4": SheetCheck(
        "Put the lines in order",
        kind="order",
        name="q4_order",
        expects='a list of labels such as ["B", "A"]',
        right="Users see the quality of the stock as it stands, leave their data, and only then change in number.",
        lines=(
            "users = users + adjustment * (drawn - users)",
            "left_behind = users + outside_data",
            "quality = data / (data + half_data)",
            "users, data, ageing, outside_data, half_data, adjustment = 0.2, 0.5, 0.3, 0.03, 1.5, 0.5",
            "data = (1 - ageing) * data + left_behind",
            "data = left_behind / ageing",
            "drawn = quality**3 / (quality**3 + 0.5**3)",
        ),
        before=[
            ("D", "B", "it uses users and outside_data, which line D sets."),
            ("D", "C", "it uses data and half_data, which line D sets."),
            ("B", "E", "it adds what was left behind, which line B sets."),
            ("C", "E", "users see the quality of the stock before it changes; line C takes it."),
            ("C", "G", "it uses the quality, which line C sets."),
            ("G", "A", "it uses the users drawn, which line G sets."),
            (
                "B",
                "A",
                "this period's users leave their data before they change; line B counts them.",
            ),
        ],
        distractors={
            "F": "that is the stock in which the loop comes to rest, not the stock of next period."
        },
        hints=(
            "Which line needs nothing from the others?",
            "Quality as it stands, who is drawn by it, what the present users leave, the new stock, the new users.",
            "D first, then C.",
            'For example ["D", "C", "G", "B", "E", "A"]',
        ),
    ),
    **_newest_counts(),
}

# Question -> its checks under a learner's own numbers; solutions/variants/ says which numbers there are.
OWN = {
    "q1": _funnel_steps,
    "q2": _skerrys_ways,
    "q4": lambda order: {"q4": SHEET["q4"].with_labels(order)},
    "q5": _newest_counts,
}

MANUAL = {"q8": "marked by hand; its rubric stands in its cell"}
