"""Lesson 00: how to read a number."""

from ..questions import Choice, Option

QUESTIONS = [
    Choice(
        "kind",
        "A newspaper writes that a firm burns USD 8 bn a year, citing two people who saw its books. Which kind of number is that?",
        [
            Option(
                "disclosed",
                why="Disclosed means that the firm itself, or a filing, states it. Here the paper speaks for people it does not name.",
                mistake="reported taken for disclosed",
            ),
            Option(
                "reported",
                correct=True,
                why="Somebody saw it and the press passed it on. The firm has not said it, so a later filing may correct it.",
            ),
            Option(
                "estimated",
                why="An estimate is worked out from other things, such as chips and power bills. Here somebody has read the books.",
                mistake="reported taken for estimated",
            ),
            Option(
                "projected",
                why="A projection speaks about a time that has not come. This number is about a year's spending as it is.",
                mistake="present taken for projection",
            ),
        ],
        hints=(
            "Ask who says it, and how they know.",
            "Go through the list: the firm itself, somebody who saw it, somebody who worked it out, somebody who plans it.",
            "The firm has not spoken, so it is not disclosed.",
            "It is reported: seen by somebody, passed on by the press.",
        ),
    ),
    Choice(
        "two_days",
        "The article is dated 3 March 2026. On 31 March the round it describes closes at a larger amount. What do you say about the article's amount?",
        [
            Option(
                "It was wrong.",
                why="On its day it was the best supported amount. Nobody could know the later one.",
                mistake="hindsight",
            ),
            Option(
                "It was right on its day and has been overtaken since.",
                correct=True,
                why="You keep both amounts, each with its date. That is why the tables can be read as they stood on a day.",
            ),
            Option(
                "Take the average of the two.",
                why="Two dates of one growing amount are two facts. Their average is none.",
                mistake="averaging vintages",
            ),
        ],
        hints=(
            "Ask what a careful reader could know on the day.",
            "Give each amount its date before you compare them.",
            "On 3 March the larger amount did not exist yet.",
            "It was right on its day and has been overtaken since.",
        ),
    ),
    Choice(
        "run_rate",
        "A firm takes USD 2 bn in December and says: our revenue is running at 24 bn a year. What was its revenue in that year?",
        [
            Option(
                "24 bn",
                why="That is the December rate carried through twelve months that were mostly smaller.",
                mistake="run rate for revenue",
            ),
            Option(
                "Less than 24 bn, if it grew during the year",
                correct=True,
                why="A run rate is one month times twelve. For a growing firm it lies above the year's revenue.",
            ),
            Option(
                "More than 24 bn, if it grew during the year",
                why="The months before December were smaller, so the sum is below twelve Decembers.",
                mistake="growth counted backwards",
            ),
        ],
        hints=(
            "Think of the other eleven months.",
            "A run rate is the last month times twelve; revenue is the sum of twelve months.",
            "If the firm grew, January was smaller than December.",
            "Less than 24 bn, if it grew during the year.",
        ),
    ),
]
