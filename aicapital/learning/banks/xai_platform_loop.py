"""Lesson 03: does owning the platform make the model better, or only the distribution cheaper?"""

from ...data import load
from ...models.data_loop import DataLoop
from ...models.funnel import Funnel
from .. import expect
from ..questions import (
    Choice,
    Claim,
    Code,
    Mistake,
    Number,
    Option,
    Prediction,
    SheetCheck,
    Verdict,
)

ARTICLE = "2026-03-03"
# ---- what the texts quote, from the tables


def _users() -> dict[str, float]:
    counts = load("users").set_index("row_id")["value_millions"]
    return {
        "x_then": counts["users_x_202601"],
        "x_now": counts["users_x_202603"],
        "grok": counts["users_grok_202603"],
        "paying": counts["subs_x_202603"],
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


def _grok_visits() -> float:
    visits = load("market_shares").query(
        "market == 'consumer_genai_web_traffic' and company == 'xAI Grok'"
    )
    return float(visits["share_pct"].iloc[-1])


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


def _loop_numbers() -> dict[str, float]:
    items = _skerry()
    placed = items["loop_placed_platform"]
    hard = 2 * items["loop_half_data"]
    return {
        "ageing": 100 * items["loop_ageing"],
        "outside": 100 * items["loop_outside_data"],
        "half": items["loop_half_data"],
        "hard": hard,
        "placed": 100 * placed,
        "tips": 100 * _loop().tipping_point,
        "high": 100 * _loop().steady_states()["users"].iloc[-1],
        "placed_end": 100 * _loop(placed).steady_states()["users"].iloc[-1],
        "hard_end": 100 * _loop(placed, hard).steady_states()["users"].iloc[-1],
        "hard_alone": 100 * _loop(0.0, hard).steady_states()["users"].iloc[-1],
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
        "A made-up assistant gets better with the data that its users leave, and draws users by its quality. {ageing:g} % of the data age in every period. "
        "Below some share of the market the loop dies down, above it the loop feeds itself. Where is that share, do you think?",
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
        explain="{paying:g} million, says the filing: about one in a hundred. {grok:,.0f} million used Grok.",
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
                why="That was {group_loss:g} bn. The whole group also has rockets and Starlink, whose profits pay for part of the loss.",
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
        "One fifth of the market uses a product in every period. Each period it leaves data worth 0.2, other sources bring {outside_share:g}, and {ageing:g} % of the stock "
        "age away. Which stock of data lasts, in periods of use by the whole market?",
        answer=lambda: (0.2 + _skerry()["loop_outside_data"]) / _skerry()["loop_ageing"],
        unit="periods",
        tolerance=0.01,
        expects="a stock of data, such as 0.5 or 2",
        right="What comes in must equal what ages: 0.23 = 0.3 x stock. Data that age more slowly make a larger stock from the same users.",
        mistakes=[
            Mistake(
                "flow taken for a stock",
                0.23,
                "That comes in within one period. The stock holds what is left of all periods.",
            ),
            Mistake(
                "outside data left out",
                0.2 / 0.3,
                "You counted the users' data only. Other sources bring some, too.",
            ),
            Mistake(
                "multiplied by the ageing",
                0.069,
                "You multiplied. If more data age, less is left, so the stock is the inflow divided by the part that ages.",
            ),
            Mistake(
                "what stays for what ages",
                0.23 / 0.7,
                "You divided by the part that stays. What leaves the stock is the part that ages.",
            ),
        ],
        hints=(
            "When does a stock stay as it is?",
            "Inflow = ageing x stock.",
            "0.2 + 0.03 = 0.3 * stock",
            "About 0.77",
        ),
        values=lambda: {**_loop_numbers(), "outside_share": _skerry()["loop_outside_data"]},
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
                why="Users rose by about as many as were placed. Data and quality hardly moved, so nothing feeds itself.",
                mistake="reach taken for a loop",
            ),
            Option(
                "It made distribution cheaper, and the model hardly better",
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
            "It made distribution cheaper, and the model hardly better.",
        ),
        values=_loop_numbers,
    ),
    Number(
        "paying_share",
        "{x_now:,.0f} million people a month use X or Grok, {grok:,.0f} million of them use Grok, {paying:g} million pay for a plan. Which part of the whole reach pays?",
        answer=lambda: 100 * _users()["paying"] / _users()["x_now"],
        unit="%",
        tolerance=0.06,
        expects="a percentage between 0 and 100",
        right="The product of both steps, 21 % times 5 %. Owned reach is large, but each step multiplies.",
        mistakes=[
            Mistake(
                "one step for the funnel",
                lambda: 100 * _users()["paying"] / _users()["grok"],
                "That is the part of Grok's users. The reach is everybody on the platform.",
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
            "About 1.1 %",
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
            "0.6 * (1440 - 700)",
            "USD 444",
        ),
        values=_api,
    ),
    # ---- verdicts
    Claim(
        "II.2.1",
        "xAI uses X to close a data loop.",
        then=Verdict(
            "holds in part",
            "medium",
            "One of three arrows was on record: X's terms opened its posts to xAI and closed them to others, though not the posts of Europeans. Grok was also placed before X's users, which is distribution. Nobody had measured that these data make Grok better, or that quality draws users; Grok had {visits:g} % of visits to assistants' websites, use inside X not counted.",
        ),
        now=Verdict(
            "holds in part",
            "low",
            "The arrow from data to quality is still unmeasured. A loop that closes would show rising use; X and Grok went from about {x_then:,.0f} million (as claimed) to {x_now:,.0f} million (as filed), which may be a change of count. Studies of web search find some effect of data, or little, and none is about a social platform.",
        ),
        evidence=[
            "data_rights",
            "data_studies",
            "users",
            "market_shares",
            "models.data_loop",
        ],
        values=lambda: {**_users(), "visits": _grok_visits()},
    ),
    Claim(
        "II.2.2",
        "xAI differentiates by vertical integration into social media.",
        then=Verdict(
            "holds in part",
            "high",
            "xAI had owned X since March 2025 and built Grok into it. But a month before the article, on 2 February 2026, SpaceX had taken both over: the integration already reached from rockets to posts, and to xAI's own data centres.",
        ),
        now=Verdict(
            "overtaken",
            "medium",
            "The parent has been listed since June 2026, and the segment rents computing to a rival lab. In the second quarter of 2026 about {ai_share_q2:.0f} % of its revenue came from AI with that rent, about {ads_share_q2:.0f} % from advertising on X, against {ads_share_2025:.0f} % in 2025.",
        ),
        evidence=["rival_rounds", "strategic_stakes", "company_financials", "revenue_mix"],
        values=_shares,
    ),
    Claim(
        "II.2.3",
        "xAI stresses one seamless product and brand personality against OpenAI's API and enterprise services.",
        then=Verdict(
            "holds in part",
            "medium",
            "xAI's income came through X: advertising, and subscriptions at a run rate of about USD {subs:g} bn. OpenAI was not mainly a seller of an API: that was about {api_2025:.0f} % of its run rate in August 2025, and the rest came mostly from ChatGPT. Brand personality is not in these tables.",
        ),
        now=Verdict(
            "holds in part",
            "medium",
            "OpenAI moves towards firms (more than {business_march:.0f} % of revenue in March, about {business_june:.0f} % in June) while also starting advertising. The larger shift is xAI's: its largest stream is AI sales with the rent of computing, which a rival lab pays under one large contract: far from a seamless consumer product.",
        ),
        evidence=["revenue_mix", "company_financials", "player_profiles"],
        values=_results,
    ),
    Claim(
        "II.2.4",
        "OpenAI has the enterprise reach but no consumer traffic platform of its own and xAI is the reverse.",
        then=Verdict(
            "overtaken",
            "high",
            "In March 2023 ChatGPT had about {chatgpt_2023:g} million users a week. By the article's day its own {chatgpt_then:,.0f} million a week were more than X and Grok's {x_then:,.0f} million a month. OpenAI's reach into firms (about {business:g} million paying users) and xAI's lack of it do hold.",
        ),
        now=Verdict(
            "overtaken",
            "high",
            "ChatGPT says {chatgpt_now:,.0f} million a week; X and Grok filed {x_now:,.0f} million a month, of whom {grok:,.0f} million use Grok. Who means by a platform a place where people talk to each other can still defend the contrast.",
        ),
        evidence=["users", "revenue_mix", "market_shares", "player_profiles"],
        values=_users,
    ),
]

# Values below are published figures or made-up ones of the running case; none is a formula of the solution.
SHEET = {
    "q1_prediction": SheetCheck(
        "The part of the reach that pays",
        kind="value",
        expects="a percentage, such as 0.5 or 12",
        right="You expected a small part of the reach. Now compare it with the output.",
        tests=[
            expect.that(
                "A part in percent is a number.", lambda given: isinstance(given, int | float)
            ),
            expect.that(
                "Fewer pay than use Grok, and only about a fifth of the reach uses it.",
                lambda given: 0 < given < 21,
                mistake="activation for payment",
            ),
            expect.that(
                "That would be the part of Grok's users. The last line divides by the whole reach.",
                lambda given: given < 5,
                mistake="one step for the funnel",
            ),
        ],
        hints=(
            "Which number stands below the line at the end?",
            "The two steps multiply.",
            "activation is about a fifth, paying about a twentieth",
            "About 1.1 %",
        ),
    ),
    "q1_reason": SheetCheck(
        "Why it is so small",
        kind="value",
        expects='one of "A", "B", "C"',
        right="A fifth of a twentieth is a hundredth. Large reach and small revenue go together when steps multiply.",
        tests=[
            expect.that(
                "Nothing here says that people left X. The reach is a month's count.",
                lambda given: str(given).strip().upper() != "A",
                mistake="reach taken for growth",
            ),
            expect.that(
                "The price does not stand in these lines.",
                lambda given: str(given).strip().upper() != "C",
                mistake="price taken for a step of the count",
            ),
            expect.that("Pick A, B or C.", lambda given: str(given).strip().upper() == "B"),
        ],
        hints=(
            "Read the goals.",
            "How do the goals combine: by adding or by multiplying?",
            "activation * paying",
            "B",
        ),
    ),
    "q2": SheetCheck(
        "Contribution of a funnel",
        kind="function",
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
                gives=500,
                tolerance=0.01,
                mistakes=[
                    Mistake(
                        "winning paid for those who stay only",
                        560,
                        "You paid for winning those who stay. Those who leave were won, too.",
                    ),
                    Mistake(
                        "winning paid for the whole reach",
                        -700,
                        "You paid for everybody reached. Winning is paid for those who try.",
                    ),
                    Mistake(
                        "serving paid for all who try",
                        400,
                        "You served everybody who tried. In this model serving is paid for those who stay.",
                    ),
                    Mistake(
                        "revenue for contribution",
                        1200,
                        "That is revenue. Take serving and winning off.",
                    ),
                ],
            ),
            expect.that(
                "With owned reach (winning = 0) and serving at the price, nothing is left: contribution(500, 0.1, 0.4, 60, 60, 0) should be 0.",
                lambda f: abs(f(500, 0.1, 0.4, 60, 60, 0)) < 1e-9,
            ),
        ],
        hints=(
            "How many try, and how many of them stay?",
            "tried = reach x activation; customers = tried x retention; then what each group brings and costs.",
            "tried = reach * activation",
            "tried = reach * activation; customers = tried * retention; cost_of_winning = tried * winning",
        ),
    ),
    "q3": SheetCheck(
        "Users that a stock of data draws",
        kind="function",
        expects="users_drawn(data, half_data, required, steepness) that returns a share between 0 and 1",
        right="Half of the market comes where quality equals what half of it requires.",
        tests=[
            expect.call(
                1.5,
                1.5,
                0.5,
                3,
                gives=0.5,
                tolerance=1e-6,
            ),
            expect.call(
                3,
                1.5,
                0.5,
                3,
                gives=0.7033,
                tolerance=0.0005,
                mistakes=[
                    Mistake(
                        "quality for users",
                        0.6667,
                        "That is the quality. Users depend on it through the steepness.",
                    ),
                    Mistake(
                        "steepness left out",
                        0.5714,
                        "You left the steepness out: raise both terms to it.",
                    ),
                ],
            ),
            expect.that(
                "Without data nobody comes: users_drawn(0, 1.5, 0.5, 3) should be 0.",
                lambda f: abs(f(0, 1.5, 0.5, 3)) < 1e-9,
            ),
        ],
        hints=(
            "Two steps: data give quality, quality draws users.",
            "quality = data / (data + half_data); users = q^h / (q^h + required^h).",
            "quality = data / (data + half_data)",
            "quality = data / (data + half_data); pull = quality**steepness",
        ),
    ),
    "q4": SheetCheck(
        "Put the lines in order",
        kind="order",
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
    "q5": SheetCheck(
        "Latest count of each product",
        kind="function",
        expects="latest_counts(users, metric) that returns a Series, product -> million users",
        right="One row a product, its newest; and one metric only, so that the numbers can stand side by side.",
        tests=[
            expect.that(
                "The function returns nothing. End it with a return line.",
                lambda f: f(load("users"), "monthly_active_users") is not None,
                mistake="print for return",
            ),
            expect.that(
                "X and Grok should be at 550, its newest monthly count.",
                lambda f: abs(f(load("users"), "monthly_active_users")["X and Grok"] - 550) < 1e-6,
                mistake="an old count for the newest",
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
            "kept = users[users['metric'] == metric].sort_values('date')",
            "return kept.groupby('product')['value_millions'].last()",
        ),
    ),
    "q6": SheetCheck(
        "The curve and the diagonal",
        kind="figure",
        expects="a matplotlib figure with a title, a curve and a diagonal, and axis labels that name %",
        right="Title, units and lines are there. Check for yourself that the title states how often the curve meets the diagonal.",
        tests=[
            expect.figure_texts(x_unit="%", y_unit="%"),
            expect.that(
                "Two lines are needed: the curve of users drawn, and the diagonal.",
                lambda figure: len(figure.axes[0].lines) >= 2,
            ),
            expect.that(
                "The curve needs more points: draw it over at least 20 shares of the market.",
                lambda figure: max(len(line.get_xdata()) for line in figure.axes[0].lines) >= 20,
            ),
        ],
        hints=(
            "For each share of users: which stock lasts, and whom does it draw?",
            "shares = np.linspace(0, 1, 101); stock = (shares + outside) / ageing; then users_drawn.",
            "q6_figure, axes = plt.subplots()",
            "Plot 100 * shares against 100 * drawn, and [0, 100] against [0, 100].",
        ),
    ),
    "q7_gap": SheetCheck(
        "Platform less API",
        kind="value",
        expects="an amount in USD million a year",
        right="The platform's funnel leaves 63.8 million a year, the API's 24.4 million.",
        tests=[
            expect.number(
                39.44,
                "USD million",
                tolerance=0.1,
                mistakes=[
                    Mistake(
                        "winning left out",
                        19.44,
                        "You left out what the API's customers cost to win. The platform's users need no winning.",
                    ),
                    Mistake(
                        "revenue for contribution",
                        14.4,
                        "That compares revenues. Take serving and winning off.",
                    ),
                    Mistake(
                        "billions for millions",
                        0.03944,
                        "That is in USD bn. Reach in millions times USD gives USD million.",
                    ),
                    Mistake(
                        "API less platform",
                        -39.44,
                        "The sign is turned: the platform leaves more.",
                    ),
                ],
            )
        ],
        hints=(
            "Use your function of Q2 twice.",
            "Platform: winning costs nothing. API: winning costs 200 for each who tries.",
            "platform = contribution(80, 0.12, 0.35, 30, 11, 0)",
            "63.84 - 24.40 = 39.44",
        ),
    ),
    "q7_tipping": SheetCheck(
        "Where the loop tips without the platform",
        kind="value",
        expects="a share of the market in percent",
        right="Skerry alone needs about one user in seven before the loop carries it.",
        tests=[
            expect.number(
                13.7,
                "%",
                tolerance=0.3,
                mistakes=[
                    Mistake(
                        "high state for the tipping point",
                        62.5,
                        "That is the stable state with many users. The tipping point is the unstable one.",
                    ),
                    Mistake(
                        "outside data left out",
                        21.9,
                        "You left the outside data out: they lower the tipping point.",
                    ),
                ],
            )
        ],
        hints=(
            "Between which two states does the loop change its mind?",
            "DataLoop(...).tipping_point, without placement; or the first crossing of your figure after the low state.",
            "DataLoop(half_data=1.5, required_quality=0.5, steepness=3, outside_data=0.03, ageing=0.3)",
            "13.7 %",
        ),
    ),
    "q7_users": SheetCheck(
        "Where users settle with the platform",
        kind="function",
        expects="settles_at(placed) that returns a share of the market in percent, starting from 5 %",
        right="Without placement the start of 5 % dies down; with 5 % placed it ends near two thirds of the market.",
        tests=[
            expect.call(
                0.05,
                gives=65.6,
                tolerance=0.5,
                mistakes=[
                    Mistake(
                        "share for percent",
                        0.656,
                        "That is a share. Give percent: 100 times as much.",
                    ),
                ],
            ),
            expect.call(
                0.0,
                gives=0.2,
                tolerance=0.15,
                mistakes=[
                    Mistake(
                        "high state whatever the start",
                        62.5,
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
    ),
}
