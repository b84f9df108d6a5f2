"""Competition and innovation, step by step: the inverted U of Aghion, Bloom, Blundell, Griffith and Howitt (2005).

Two firms a sector ("Competition and Innovation: An Inverted-U Relationship", Quarterly Journal of Economics 120(2),
section III). In a level sector they run neck and neck; in an unlevel one a leader is one step ahead, and no further.
A research intensity n costs n**2 / 2. The laggard catches up at the rate n + h: h is help that it gets for nothing,
by copying. Competition is the part of a leader's profit that each level firm does without: 1 leaves it nothing, at 0.5
the two share all of it by perfect collusion. It is not a number of firms and not an HHI: there are always two.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from aicapital.models.validation import number
from aicapital.models.validation_arrays import Numbers, numbers, shaped_like

COLLUSION, CUT_THROAT = 0.5, 1.0  # least and most competition in the model


@dataclass(frozen=True)
class StepByStep:
    """A continuum of sectors with two firms each.

    leader_profit : profit of a leader a year; a laggard makes none. help : rate h at which a laggard
    catches up for nothing. interest : discount rate a year.
    """

    leader_profit: float = 1.0
    help: float = 0.4
    interest: float = 0.0

    def __post_init__(self):
        number("leader_profit", self.leader_profit, "profit a year", above=0)
        number("help", self.help, "rate a year", minimum=0)
        number("interest", self.interest, "rate a year", minimum=0)

    def level_research(self, competition: Numbers):
        """Research of each of two level firms. It rises with competition: the escape-competition effect.

        Solves n**2 / 2 + (r + h) n = competition x leader_profit (the prize: profit of a leader over that of a
        level firm).
        """
        prize = self._competition(competition) * self.leader_profit
        slack = self.interest + self.help
        return shaped_like(
            -slack + np.sqrt(slack**2 + 2 * prize), "level_research", competition=competition
        )

    def laggard_research(self, competition: Numbers):
        """Research of a laggard. It falls with competition: the Schumpeterian effect, less to catch up for.

        Solves n**2 / 2 + (r + h + m) n = (1 - competition) x leader_profit + m**2 / 2 for the laggard's n, with m
        the research of a level firm.
        """
        level = np.asarray(self.level_research(competition))
        slack = self.interest + self.help
        root = np.sqrt(slack**2 + level**2 + 2 * self.leader_profit)
        return shaped_like(root - slack - level, "laggard_research", competition=competition)

    def level_share(self, competition: Numbers):
        """Share of sectors that are level in the steady state: as many leave that state as come back."""
        leave, back = self._flows(competition)
        return shaped_like(back / (leave + back), "level_share", competition=competition)

    def innovation(self, competition: Numbers):
        """Innovations a sector and year in the steady state: 2 x the flow into level sectors."""
        leave, back = self._flows(competition)
        return shaped_like(2 * leave * back / (leave + back), "innovation", competition=competition)

    def table(self, competition: Numbers) -> pd.DataFrame:
        """All of them, one row a degree of competition."""
        at = np.atleast_1d(self._competition(competition))
        return pd.DataFrame(
            {
                "competition": at,
                "level_research": self.level_research(at),
                "laggard_research": self.laggard_research(at),
                "level_share": self.level_share(at),
                "innovation": self.innovation(at),
            }
        )

    def peak(self) -> float:
        """Competition at which innovation is highest, between 0.5 and 1; an end where it only rises or falls.

        Without interest it is exact: innovation turns where the research of a level firm is
        sqrt((2 leader_profit + h**2) / 3), if that lies between its values at both ends.
        """
        if self.interest == 0:
            level = math.sqrt((2 * self.leader_profit + self.help**2) / 3)
            turn = (level**2 / 2 + self.help * level) / self.leader_profit
            return min(max(turn, COLLUSION), CUT_THROAT)
        low, high = COLLUSION, CUT_THROAT
        golden = (math.sqrt(5) - 1) / 2
        for _ in range(80):
            left, right = high - golden * (high - low), low + golden * (high - low)
            if self.innovation(left) < self.innovation(right):
                low = left
            else:
                high = right
        return (low + high) / 2

    def shape(self) -> str:
        """ "rises", "inverted U" or "falls", between the two ends of competition."""
        turn = self.peak()
        if turn > CUT_THROAT - 1e-6:
            return "rises"
        return "falls" if turn < COLLUSION + 1e-6 else "inverted U"

    def _competition(self, competition: Numbers) -> np.ndarray:
        hint = "0.5 is perfect collusion of two level firms, 1 leaves them no profit."
        return numbers(
            "competition", competition, "share", minimum=COLLUSION, maximum=CUT_THROAT, hint=hint
        )

    def _flows(self, competition: Numbers) -> tuple[np.ndarray, np.ndarray]:
        """Rates at which a level sector becomes unlevel, and an unlevel one level."""
        leave = 2 * np.asarray(self.level_research(competition))
        return leave, np.asarray(self.laggard_research(competition)) + self.help
