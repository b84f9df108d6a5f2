"""Twelve concepts of the course, each asked twice: before lesson 1 and after lesson 10, in the same steps.

Each function below writes one question from the firm and the numbers of a case, so the twins cannot drift
apart. The right answer comes first there; `right_at` puts it under one letter in the first form and another
in the second. Every wrong option is a named mistake of the field. All firms are made up.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ..questions import Choice, LearningError, Option

FORMS = ("pre", "post")


@dataclass(frozen=True)
class Concept:
    """One concept: its group, the lesson that teaches it, the question, and the case of each form."""

    id: str
    name: str
    group: str
    lesson: str
    ask: Callable[..., tuple[str, Sequence[Option]]]
    cases: Mapping[str, Mapping[str, object]]
    right_at: str  # a letter for each form

    def question(self, form: str) -> Choice:
        """The question as it is asked in the "pre" or the "post" form."""
        if form not in FORMS:
            raise LearningError(f"There is no form {form!r}; there are: {', '.join(FORMS)}.")
        text, (right, *wrong) = self.ask(**self.cases[form])
        letter = self.right_at[FORMS.index(form)]
        options = wrong if form == "pre" else wrong[::-1]
        options.insert("ABCD".index(letter), right)
        return Choice(self.id, text, options)


def _stake(firm: str, new: float, pre: float):
    return (
        f"{firm} sells new shares for USD {new} bn, at a pre-money value of USD {pre} bn. "
        "Which share of the firm do the buyers hold after that?",
        [
            Option(
                f"{100 * new / (pre + new):.0f} %",
                correct=True,
                why=f"{new} of {pre + new}: once it is in, the new money is part of what the firm is worth.",
            ),
            Option(
                f"{100 * new / pre:.0f} %",
                why=f"That is {new} of {pre}, the value before the money came.",
                mistake="pre-money for post-money",
            ),
            Option(
                f"{100 * new / (pre - new):.0f} %",
                why="The new money is added to the pre-money value, not taken off it.",
                mistake="new money taken off the value",
            ),
            Option(
                "Not to be said without the number of shares",
                why="Both numbers of shares follow from one price, so the price drops out of the share.",
                mistake="number of shares thought necessary",
            ),
        ],
    )


def _paid(firm: str, promised: float, paid: float, purchases: float):
    return (
        f"Investors commit USD {promised} bn to {firm}. USD {paid} bn arrive at signing; the rest is due when targets are met, "
        f"and none has been met yet. {firm} in turn has promised to buy computing for USD {purchases} bn over the next years. "
        "How much money has the round brought in so far?",
        [
            Option(
                f"USD {paid} bn",
                correct=True,
                why="Only what has been paid is cash. The rest is a promise with conditions, and so are the purchases.",
            ),
            Option(
                f"USD {promised} bn",
                why="That is what was promised. The larger part still depends on targets.",
                mistake="committed for paid",
            ),
            Option(
                f"USD {paid - purchases} bn",
                why="The purchases lie in the future; they have not taken anything from what came in.",
                mistake="promised purchases taken for payments",
            ),
            Option(
                f"USD {promised - purchases} bn",
                why="That sets one promise against another. Neither has moved any money.",
                mistake="promises netted as if they were cash",
            ),
        ],
    )


def _free_cash(firm: str, operating: float, capex: float, profit: float, depreciation: float):
    return (
        f"{firm} reports for one year: operating cash flow USD {operating} bn, net income {profit} bn, capex {capex} bn, "
        f"depreciation {depreciation} bn. Free cash flow is what the business leaves over after it has paid for its buildings and equipment. How much is it?",
        [
            Option(
                f"USD {operating - capex} bn",
                correct=True,
                why="Operating cash flow less capex: both are cash of this year.",
            ),
            Option(
                f"USD {profit - capex} bn".replace("-", "\u2212"),
                why="Net income is a profit. It already carries earlier equipment, spread over its years of use.",
                mistake="profit for cash",
            ),
            Option(
                f"USD {operating - depreciation} bn",
                why="Depreciation spreads old spending over years; no cash leaves. Capex is this year's payment.",
                mistake="depreciation for capex",
            ),
            Option(
                f"USD {operating} bn",
                why="That is the cash before the equipment is paid for.",
                mistake="cash flow before capex",
            ),
        ],
    )


def _wait(firm: str, now: float, later: float, chance: float):
    expected = chance * later / 100
    return (
        f"{firm} can build safety tests now for USD {now} m. Or it can wait until the rules are known: if they turn out strict, building then costs "
        f"USD {later} m; if not, nothing is needed. The chance of strict rules is {chance} %. Which is cheaper on average, without discounting?",
        [
            Option(
                f"Waiting: USD {expected:.0f} m on average",
                correct=True,
                why=f"{chance} % of {later} is {expected:.0f}, less than {now}. The right to decide later is worth something.",
            ),
            Option(
                f"Building now: {now} is less than {later}",
                why="The later cost comes only if the rules are strict, so it has to be weighed with its chance.",
                mistake="the chance left out",
            ),
            Option(
                "Waiting: lax rules are likelier, so it costs nothing",
                why="The likeliest case is not the average. The strict case is rarer and dear.",
                mistake="likeliest case for the average",
            ),
            Option(
                "Not to be said before the rules are known",
                why="A decision is due before that, and a chance and two costs are enough to compare.",
                mistake="uncertainty taken for ignorance",
            ),
        ],
    )


def _gift(firm: str, tool: str, price: float, buyers: int, users: int, core: float):
    sold, given = buyers * (price + core), users * core
    return (
        f"{firm} has {tool}. At USD {price} it finds {buyers} buyers, at zero {users} users. Each person who has it also brings USD {core} of profit on "
        f"{firm}'s main product. Making one more copy costs nothing. What earns more?",
        [
            Option(
                f"Giving it away: USD {given:,.0f} against {sold:,.0f}",
                correct=True,
                why=f"{users} x {core} is more than {buyers} x ({price} + {core}). The gift pays through the product beside it.",
            ),
            Option(
                f"Selling it: USD {buyers * price:,.0f} against nothing",
                why="That leaves out the main product, whose sales rise with every user.",
                mistake="the complement left out",
            ),
            Option(
                f"Selling it: USD {price + core} a person against {core}",
                why="More a person, from fewer people. Multiply by the number before you compare.",
                mistake="profit a person for profit",
            ),
            Option(
                "Giving it away: more users are worth more in any case",
                why="At a smaller profit on the main product selling would win. It has to be worked out.",
                mistake="users for profit",
            ),
        ],
    )


def _growth(firm: str, revenue: float, profit: float, margin: float, years: int):
    needed = 100 * profit / margin
    times = needed / revenue
    return (
        f"{firm} has a revenue of USD {revenue} bn a year. By a buyer's own sums the price paid for it is right if in {years} years it makes a profit of "
        f"USD {profit} bn a year, at {margin} cents of profit on a dollar of revenue. Which growth of revenue does the price assume?",
        [
            Option(
                f"About {100 * (times ** (1 / years) - 1):.0f} % a year",
                correct=True,
                why=f"The profit needs a revenue of {needed:.0f} bn, {times:.0f} times today's: three doublings in {years} years, one every {years // 3} years.",
            ),
            Option(
                f"About {100 * ((profit / revenue) ** (1 / years) - 1):.0f} % a year",
                why=f"That carries revenue to {profit} bn. But {profit} bn is the profit; the revenue behind it is larger.",
                mistake="profit for revenue",
            ),
            Option(
                f"About {100 * (times - 1) / years:.0f} % a year",
                why="That divides the whole growth by the years. Growth builds on growth, so a lower rate is enough.",
                mistake="compounding left out",
            ),
            Option(
                "None: a price tells what a firm is worth today",
                why="A price above today's profits pays for later ones. One can ask which.",
                mistake="price taken for value",
            ),
        ],
    )


def _reach(firm: str, owner: str, users: int, place: str):
    return (
        f"{owner} puts {firm}'s assistant {place}, before {users} million people. A year later three times as many use it. Nothing they type is used for "
        "training, and in blind tests the assistant is as good as before. What has been shown?",
        [
            Option(
                "Distribution: from that place it reaches more people",
                correct=True,
                why="Reach rose and the product stayed as it was. That is worth money, but a rival with as much reach could do the same.",
            ),
            Option(
                "A network effect: users make it better for each other",
                why="Nobody gains from the others here: the quality stayed the same as their number rose.",
                mistake="distribution for network effect",
            ),
            Option(
                "A data loop: more use makes a better model",
                why="For a loop the use has to reach the training, and the quality has to rise. Neither happened.",
                mistake="use taken for improvement",
            ),
            Option(
                "Lock-in: people can no longer change to a rival",
                why="That they came says nothing about what leaving would cost them.",
                mistake="reach taken for switching costs",
            ),
        ],
    )


def _concentration(market: str, first: int, second: int):
    others = 100 - first - second
    named = first**2 + second**2
    return (
        f'In the market for {market} one firm has {first} % and another {second} %; the rest, {others} %, is listed as "others". '
        "The index of concentration HHI adds the squares of all shares in percent. What do you know about it?",
        [
            Option(
                f"It lies between {named:,} and {named + others**2:,}",
                correct=True,
                why=f"Lowest when the others are very many and very small, highest when they are one firm: with {others} % that is possible here, since it is no larger than the second.",
            ),
            Option(
                f"It is {named + others**2:,}",
                why="That takes the others for one firm. It is only the upper bound.",
                mistake="others taken for one firm",
            ),
            Option(
                f"It is {named:,}",
                why="That leaves the others out. It is only the lower bound.",
                mistake="others left out",
            ),
            Option(
                "Nothing, before every share is known",
                why="The unknown shares are bounded by their sum, so the index is bounded too.",
                mistake="unknown taken for unbounded",
            ),
        ],
    )


def _path(thing: str, winner: str, loser: str, share: int):
    return (
        f"Two {thing}, {winner} and {loser}, start out equally good. The first buyers pick by chance, and everyone who picks one makes it more useful to the next. "
        f"Some years later {winner} has {share} % of the market. What follows?",
        [
            Option(
                f"With another start {loser} could have had it",
                correct=True,
                why="Where each choice strengthens the next, early chance can decide. Only many runs would show how often.",
            ),
            Option(
                f"{winner} was the better of the two",
                why="They were equally good. Having won is not evidence of having been better.",
                mistake="success taken for superiority",
            ),
            Option(
                "Chance evens out, so shares will move back to half",
                why="That holds when choices do not depend on each other. Here each one tilts the next.",
                mistake="law of averages where choices feed on each other",
            ),
            Option(
                f"It could be seen at the start that {winner} would win",
                why="At the start nothing set the two apart.",
                mistake="the end read back into the beginning",
            ),
        ],
    )


def _budget(firm: str, times: int):
    root = round(times**0.5)
    return (
        f"The computing of a training run grows with the number of parameters times the number of tokens of text. A study finds that, for the lowest loss, both "
        f"should grow by the same factor. {firm} gets {times} times the computing for its next run. What should it do?",
        [
            Option(
                f"{root} times the parameters on {root} times the tokens",
                correct=True,
                why=f"{root} x {root} is {times}: the product uses up the budget, and both grow alike.",
            ),
            Option(
                f"{times} times the parameters on the same tokens",
                why="That uses the budget too, but leaves a large model that has read too little.",
                mistake="scale taken for parameters",
            ),
            Option(
                f"{times} times the parameters on {times} times the tokens",
                why=f"That needs {times**2} times the computing: the two are multiplied.",
                mistake="product taken for a sum",
            ),
            Option(
                f"The same parameters on {times} times the tokens",
                why="That uses the budget too, but a model that stays small cannot learn all that it reads.",
                mistake="scale taken for data",
            ),
        ],
    )


def _run(firm: str, price: int, life: int, run_months: int, trial_months: int):
    year = price / life
    run, trials = year * run_months / 12, year * trial_months / 12
    return (
        f"{firm} buys chips for USD {price} m and uses them for {life} years. The final training run of its model keeps all of them busy for {run_months} months; "
        f"trials before it took {trial_months} months. What did the final run cost, as a part of the chips' life and without power and people?",
        [
            Option(
                f"USD {run:.0f} m",
                correct=True,
                why=f"{run_months} of {12 * life} months. Ask of every quoted cost of a model which of these numbers it is.",
            ),
            Option(
                f"USD {price} m",
                why="That is the price of the chips, which serve many runs after this one.",
                mistake="purchase for use",
            ),
            Option(
                f"USD {run + trials:.0f} m",
                why="That adds the trials. They belong to the cost of developing the model, not to the final run.",
                mistake="development for final run",
            ),
            Option(
                f"USD {year:.0f} m",
                why="That is what the chips cost over a whole year.",
                mistake="a year for the run",
            ),
        ],
    )


def _rule(firm: str, limit: int, sheet: int):
    return (
        f"A rule forbids the export of chips from {limit:,} operations a second upwards (in units of the rule), counted without the trick of skipping zeros. "
        f'{firm}\'s data sheet says "up to {sheet:,}", with that trick, which doubles the rate. Is the chip under the limit?',
        [
            Option(
                f"Yes: what counts is {sheet // 2:,}",
                correct=True,
                why="Without the trick the chip does half of what the sheet says. A rule and a sheet compare only in the same measure.",
            ),
            Option(
                f"No: {sheet:,} is above {limit:,}",
                why="The sheet's number is the rate with skipped zeros (sparse); the rule counts the one without (dense).",
                mistake="sparse for dense rate",
            ),
            Option(
                f"No: what counts is {2 * sheet:,}",
                why="The sheet's number holds the doubling already; the rule takes it out.",
                mistake="the factor applied the wrong way",
            ),
            Option(
                "That depends on what the buyer computes with it",
                why="This rule goes by what a chip can do, not by what is done with it.",
                mistake="use taken for capability",
            ),
        ],
    )


MONEY, VALUE, MARKETS, COMPUTING = (
    "Money in, money out",
    "Value and choice",
    "Markets",
    "Computing",
)
CONCEPTS = [
    Concept(
        "stake",
        "Pre-money and post-money",
        MONEY,
        "01",
        _stake,
        {
            "pre": {"firm": "Harrow", "new": 2, "pre": 6},
            "post": {"firm": "Brindle", "new": 3, "pre": 12},
        },
        "BD",
    ),
    Concept(
        "wait",
        "The value of deciding later",
        VALUE,
        "04",
        _wait,
        {
            "pre": {"firm": "Corran", "now": 10, "later": 20, "chance": 40},
            "post": {"firm": "Tolland", "now": 20, "later": 60, "chance": 30},
        },
        "CA",
    ),
    Concept(
        "reach",
        "Distribution and network effects",
        MARKETS,
        "03",
        _reach,
        {
            "pre": {
                "firm": "Maskell",
                "owner": "A chat app",
                "users": 50,
                "place": "at the top of every conversation",
            },
            "post": {
                "firm": "Ferring",
                "owner": "A maker of phones",
                "users": 90,
                "place": "on the first screen",
            },
        },
        "DB",
    ),
    Concept(
        "budget",
        "Computing, parameters and data",
        COMPUTING,
        "06",
        _budget,
        {"pre": {"firm": "Orrin", "times": 16}, "post": {"firm": "Dunmore", "times": 9}},
        "AC",
    ),
    Concept(
        "paid",
        "Committed and paid",
        MONEY,
        "01",
        _paid,
        {
            "pre": {"firm": "Lindow", "promised": 10, "paid": 4, "purchases": 3},
            "post": {"firm": "Askham", "promised": 12, "paid": 5, "purchases": 2},
        },
        "BC",
    ),
    Concept(
        "gift",
        "Complements",
        VALUE,
        "05",
        _gift,
        {
            "pre": {
                "firm": "Penrose",
                "tool": "a drawing tool",
                "price": 6,
                "buyers": 100,
                "users": 250,
                "core": 5,
            },
            "post": {
                "firm": "Wexcombe",
                "tool": "a route planner",
                "price": 8,
                "buyers": 200,
                "users": 600,
                "core": 5,
            },
        },
        "DA",
    ),
    Concept(
        "hhi",
        "Concentration when others are unknown",
        MARKETS,
        "07",
        _concentration,
        {
            "pre": {"market": "model hosting", "first": 40, "second": 30},
            # The rest must not be larger than the second, or it could not be one firm.
            "post": {"market": "optical cables", "first": 50, "second": 30},
        },
        "AD",
    ),
    Concept(
        "run",
        "Three costs of one run",
        COMPUTING,
        "07",
        _run,
        {
            "pre": {
                "firm": "Calder",
                "price": 320,
                "life": 4,
                "run_months": 3,
                "trial_months": 6,
            },
            "post": {
                "firm": "Esker",
                "price": 600,
                "life": 5,
                "run_months": 3,
                "trial_months": 6,
            },
        },
        "CB",
    ),
    Concept(
        "free_cash",
        "Free cash flow",
        MONEY,
        "02",
        _free_cash,
        {
            "pre": {
                "firm": "Tarn Search",
                "operating": 9,
                "capex": 7,
                "profit": 4,
                "depreciation": 3,
            },
            "post": {
                "firm": "Holm Media",
                "operating": 14,
                "capex": 9,
                "profit": 6,
                "depreciation": 3,
            },
        },
        "DC",
    ),
    Concept(
        "growth",
        "The growth that a price assumes",
        VALUE,
        "08",
        _growth,
        {
            "pre": {"firm": "Quill", "revenue": 5, "profit": 8, "margin": 20, "years": 6},
            "post": {"firm": "Sable", "revenue": 4, "profit": 8, "margin": 25, "years": 9},
        },
        "AB",
    ),
    Concept(
        "path",
        "Path dependence",
        MARKETS,
        "10",
        _path,
        {
            "pre": {
                "thing": "file formats for models",
                "winner": "Sorrel",
                "loser": "Tansy",
                "share": 85,
            },
            "post": {"thing": "plugs for chargers", "winner": "Kite", "loser": "Lark", "share": 90},
        },
        "CD",
    ),
    Concept(
        "rule",
        "Dense and sparse rates",
        COMPUTING,
        "09",
        _rule,
        {
            "pre": {"firm": "Nimbus", "limit": 4000, "sheet": 6000},
            "post": {"firm": "Gannet", "limit": 1600, "sheet": 2800},
        },
        "BA",
    ),
]
