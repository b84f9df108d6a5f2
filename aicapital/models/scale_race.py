"""Two firms, one with more money: who gains when compute gets cheaper, or algorithms better?

Each firm trains at the compute-optimal point of a scaling law with effective compute
C = budget x FLOP a dollar x own algorithmic efficiency. Demand then splits:

- "gap": share odds exp(strength x gap in loss), the logit of differentiated products;
- "ratio": share odds (loss above E, theirs / own)^strength, buyers who count in proportions.

Every buyer has a task. A model of loss L does it with the chance 1 / (1 + exp(sharpness (L - need))), each firm's by
itself. Who finds one model that does the task buys it; who finds both splits as above; who finds none does not buy.
The demand side is a modelling choice of this course, not an estimate.
"""

import math
from dataclasses import dataclass

import numpy as np

from aicapital.models.scaling_law import ScalingLaw
from aicapital.models.validation import known, number
from aicapital.models.validation_arrays import Numbers

DEMANDS = ("gap", "ratio")
FINDERS = ("leader", "follower")


@dataclass(frozen=True)
class RaceResult:
    """Effective FLOP and loss (nats per token) of both, and the leader's share among buyers who can use both models."""

    leader_flop: float
    follower_flop: float
    leader_loss: float
    follower_loss: float
    leader_share: float
    sharpness: float

    @property
    def compute_ratio(self) -> float:
        return self.leader_flop / self.follower_flop

    @property
    def loss_gap(self) -> float:
        """Follower's loss less the leader's: above zero, the leader's model is better."""
        return self.follower_loss - self.leader_loss

    def sales(self, need_loss: Numbers) -> tuple[Numbers, Numbers]:
        """Leader's and follower's sales, as parts of all buyers whose task needs a loss of `need_loss` (nats per token)."""
        # The logistic function as a tanh, which does not overflow far from the task.
        leader, follower = (
            (1 + np.tanh(self.sharpness * (np.asarray(need_loss, dtype=float) - loss) / 2)) / 2
            for loss in (self.leader_loss, self.follower_loss)
        )
        both = leader * follower
        return (
            leader - both * (1 - self.leader_share),
            follower - both * self.leader_share,
        )

    def lead(self, need_loss: Numbers) -> Numbers:
        """Leader's sales less the follower's, as a part of all buyers of that task."""
        leader, follower = self.sales(need_loss)
        return leader - follower


JUST_BEYOND = 0.015  # nats below the leader's loss of today: a task that it does once compute is ten times cheaper


@dataclass(frozen=True)
class ScaleRace:
    """Budgets in USD m; `flop_per_usd` before any shock."""

    law: ScalingLaw
    leader_budget: float
    follower_budget: float
    flop_per_usd: float
    demand: str
    strength: float
    sharpness: float

    def __post_init__(self):
        number("leader_budget", self.leader_budget, "USD m", above=0)
        number(
            "follower_budget", self.follower_budget, "USD m", above=0, maximum=self.leader_budget,
            hint="The leader is the firm with the larger budget.",
        )  # fmt: skip
        number("flop_per_usd", self.flop_per_usd, "FLOP per USD", above=0)
        known("demand", self.demand, DEMANDS)
        number("strength", self.strength, "per nat, or exponent", minimum=0)
        number("sharpness", self.sharpness, "log-odds per nat", above=0)

    @property
    def budget_ratio(self) -> float:
        return self.leader_budget / self.follower_budget

    def after(
        self,
        price_fall: float = 1.0,
        leader_extra_spending: float = 0.0,
        algorithm_gain: float = 1.0,
        finder: str = "follower",
        leak: float = 0.0,
    ) -> RaceResult:
        """The race after the shocks; without arguments, before them.

        price_fall : a FLOP costs 1/price_fall of before, for both firms.
        leader_extra_spending : elasticity; the leader's budget grows by price_fall to this power.
        algorithm_gain : the finder needs 1/gain of the compute for the same loss.
        leak : share of the gain, in logarithms, that the other firm copies; 0 proprietary, 1 public.
        """
        price = number("price_fall", price_fall, "times", minimum=1)
        response = number("leader_extra_spending", leader_extra_spending, "elasticity", minimum=0)
        gain = number("algorithm_gain", algorithm_gain, "times", minimum=1)
        known("finder", finder, FINDERS)
        copied = number("leak", leak, "share", minimum=0, maximum=1)
        gains = {"leader": gain**copied, "follower": gain**copied} | {finder: gain}
        per_million = 1e6 * self.flop_per_usd * price
        leader = self.leader_budget * price**response * per_million * gains["leader"]
        follower = self.follower_budget * per_million * gains["follower"]
        best, other = self.law.optimal_loss(leader), self.law.optimal_loss(follower)
        share = self._share(best, other)
        return RaceResult(leader, follower, best, other, share, self.sharpness)

    def gain_to_overtake(self, leak: float = 0.0) -> float:
        """Algorithmic gain with which the follower draws level: ratio^(1 / (1 - leak))."""
        copied = number("leak", leak, "share", minimum=0, maximum=1)
        return (
            math.inf
            if copied == 1 and self.budget_ratio > 1
            else self.budget_ratio ** (1 / (1 - copied) if copied < 1 else 1)
        )

    def _share(self, leader: float, follower: float) -> float:
        if self.demand == "gap":
            log_odds = self.strength * (follower - leader)
        else:
            log_odds = self.strength * math.log((follower - self.law.E) / (leader - self.law.E))
        return 1 / (1 + math.exp(-log_odds))
