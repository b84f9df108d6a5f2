"""Scaling law of language models: what loss a training budget buys, and how to split the budget.

L(N, D) = E + A / N^alpha + B / D^beta (Hoffmann et al. 2022, approach 3). L is the cross-entropy on
new text in nats per token, N the number of parameters, D the number of training tokens. E is the
irreducible loss: no size and no data brings the loss below it. Training takes C = 6ND FLOP. The
constants hold for dense models and one kind of text; in a mixture of experts 6ND counts the active
parameters, and the law itself would have to be fitted anew.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from aicapital.models.validation import number
from aicapital.models.validation_arrays import Numbers, numbers, same_length, shaped_like

FLOP_TO_TRAIN = 6  # per parameter and token: 2 forward, 4 backward (Hoffmann et al. 2022, sec. 3.3)
FLOP_TO_SERVE = 2  # per active parameter and token: the forward pass alone


def training_flop(active_parameters: Numbers, tokens: Numbers):
    """C = 6ND in FLOP; `active_parameters` are those used for one token, all of them if dense."""
    size = numbers("active_parameters", active_parameters, "parameters", above=0)
    data = numbers("tokens", tokens, "tokens", above=0)
    same_length(active_parameters=size, tokens=data)
    return shaped_like(
        FLOP_TO_TRAIN * size * data,
        "training_flop",
        active_parameters=active_parameters,
        tokens=tokens,
    )


def lifetime_flop(active_parameters: Numbers, tokens: Numbers, served_tokens: Numbers):
    """FLOP to train once and then to read or write `served_tokens`: 6ND + 2N x served tokens."""
    size = numbers("active_parameters", active_parameters, "parameters", above=0)
    data = numbers("tokens", tokens, "tokens", above=0)
    served = numbers("served_tokens", served_tokens, "tokens", minimum=0)
    same_length(active_parameters=size, tokens=data, served_tokens=served)
    return shaped_like(
        size * (FLOP_TO_TRAIN * data + FLOP_TO_SERVE * served),
        "lifetime_flop",
        active_parameters=active_parameters,
        tokens=tokens,
        served_tokens=served_tokens,
    )


@dataclass(frozen=True)
class ScalingLaw:
    """One set of constants. E, A and B in nats per token (A for N = 1, B for D = 1)."""

    E: float
    A: float
    B: float
    alpha: float
    beta: float

    def __post_init__(self):
        number("E", self.E, "nats per token", minimum=0)
        for name in ("A", "B"):
            number(name, getattr(self, name), "nats per token", above=0)
        for name in ("alpha", "beta"):
            number(
                name, getattr(self, name), "exponent", above=0,
                hint="Loss must fall with size and with data.",
            )  # fmt: skip

    @property
    def parameter_power(self) -> float:
        """a in N_opt ~ C^a: beta / (alpha + beta)."""
        return self.beta / (self.alpha + self.beta)

    @property
    def token_power(self) -> float:
        """b in D_opt ~ C^b: alpha / (alpha + beta)."""
        return self.alpha / (self.alpha + self.beta)

    @property
    def loss_power(self) -> float:
        """gamma in L_opt - E ~ C^-gamma: alpha beta / (alpha + beta)."""
        return self.alpha * self.parameter_power

    @property
    def _balance(self) -> float:
        return (self.alpha * self.A / (self.beta * self.B)) ** (1 / (self.alpha + self.beta))

    def loss(self, parameters: Numbers, tokens: Numbers):
        """L(N, D), nats per token."""
        size = numbers("parameters", parameters, "parameters", above=0)
        data = numbers("tokens", tokens, "tokens", above=0)
        same_length(parameters=size, tokens=data)
        return shaped_like(
            self.E + self.A / size**self.alpha + self.B / data**self.beta,
            "loss",
            parameters=parameters,
            tokens=tokens,
        )

    def optimal_parameters(self, compute_flop: Numbers):
        """N that gives the lowest loss for C FLOP (Hoffmann et al. 2022, equation 4)."""
        flop = self._flop(compute_flop)
        best = self._balance * (flop / FLOP_TO_TRAIN) ** self.parameter_power
        return shaped_like(best, "parameters", compute_flop=compute_flop)

    def optimal_tokens(self, compute_flop: Numbers):
        """D that goes with `optimal_parameters`: 6ND is again C."""
        flop = self._flop(compute_flop)
        best = (flop / FLOP_TO_TRAIN) ** self.token_power / self._balance
        return shaped_like(best, "tokens", compute_flop=compute_flop)

    def tokens_per_parameter(self, compute_flop: Numbers):
        """D / N of the compute-optimal model."""
        return self.optimal_tokens(compute_flop) / self.optimal_parameters(compute_flop)

    def optimal_loss(self, compute_flop: Numbers):
        """Lowest loss that C FLOP buy, nats per token."""
        return self.loss(self.optimal_parameters(compute_flop), self.optimal_tokens(compute_flop))

    def compute_for_loss(self, loss: float) -> float:
        """C in FLOP for the compute-optimal model with this loss; infinite from E downwards."""
        target = number("loss", loss, "nats per token", above=0)
        if target <= self.E:
            return float("inf")
        at_one = self.optimal_loss(1.0) - self.E
        return (at_one / (target - self.E)) ** (1 / self.loss_power)

    def compute_multiple(self, reducible_share_left: float) -> float:
        """Times as much compute for this share of today's loss above E: share^(-1 / gamma)."""
        share = number("reducible_share_left", reducible_share_left, "share", above=0, maximum=1)
        return share ** (-1 / self.loss_power)

    def tokens_for_loss(self, parameters: Numbers, loss: float):
        """D for a model of size N to reach a loss; infinite if it is too small at any D."""
        size = numbers("parameters", parameters, "parameters", above=0)
        target = number("loss", loss, "nats per token", above=0)
        room = target - self.E - self.A / size**self.alpha
        with np.errstate(divide="ignore", invalid="ignore"):
            tokens = np.where(room > 0, (self.B / np.maximum(room, 0)) ** (1 / self.beta), np.inf)
        return shaped_like(tokens, "tokens", parameters=parameters)

    def best_tokens(self, parameters: Numbers):
        """D at which a model of size N is the best of its budget: alpha A / N^alpha = beta B / D^beta."""
        size = numbers("parameters", parameters, "parameters", above=0)
        tokens = (self.beta * self.B * size**self.alpha / (self.alpha * self.A)) ** (1 / self.beta)
        return shaped_like(tokens, "tokens", parameters=parameters)

    def plan(self, compute_flop: Numbers) -> pd.DataFrame:
        """One row a budget: C, N, D, tokens per parameter, loss."""
        flop = np.atleast_1d(self._flop(compute_flop))
        size, data = self.optimal_parameters(flop), self.optimal_tokens(flop)
        return pd.DataFrame(
            {
                "compute_flop": flop,
                "parameters": size,
                "tokens": data,
                "tokens_per_parameter": data / size,
                "loss": self.loss(size, data),
            }
        )

    @staticmethod
    def _flop(compute_flop: Numbers) -> np.ndarray:
        return numbers(
            "compute_flop", compute_flop, "FLOP", above=0, hint="Write 1e24, not the exponent 24."
        )


@dataclass(frozen=True)
class OptimalLine:
    """Best models on a straight line in logarithms: D = tokens_at_billion (N / 1e9)^power, and C = 6ND.

    Every scaling law of the form above gives such a line, with the power alpha / beta. A printed table of best models
    needs no more than these two numbers.
    """

    tokens_at_billion: float
    power: float

    def __post_init__(self):
        number("tokens_at_billion", self.tokens_at_billion, "tokens", above=0)
        number("power", self.power, "exponent", above=0)

    @classmethod
    def through(
        cls, parameters: Numbers, low_tokens: Numbers, high_tokens: Numbers
    ) -> "OptimalLine":
        """The line that passes through as many of the ranges low_tokens to high_tokens as any line can.

        The ranges hold everything that rounds to a printed number. Among equal lines: the one with most room.
        """
        size, low, high = (
            numbers(name, values, unit, above=0)
            for name, values, unit in (
                ("parameters", parameters, "parameters"),
                ("low_tokens", low_tokens, "tokens"),
                ("high_tokens", high_tokens, "tokens"),
            )
        )
        same_length(parameters=size, low_tokens=low, high_tokens=high)
        powers = np.arange(0.8, 1.3, 1e-5)
        rise = np.log(size / 1e9)[:, None] * powers
        # One column a power: where the line may start, row by row. A best start is the low end of one of the rows.
        floor, ceiling = np.log(low)[:, None] - rise, np.log(high)[:, None] - rise
        inside = (floor[:, None] <= floor) & (floor <= ceiling[:, None])  # row, start, power
        count = inside.sum(axis=0)
        room = np.where(inside, ceiling[:, None], np.inf).min(axis=0) - floor
        start, place = np.unravel_index(
            np.argmax(np.where(count == count.max(), room, -1)), room.shape
        )
        middle = floor[start, place] + room[start, place] / 2
        return cls(float(np.exp(middle)), float(powers[place]))

    @property
    def parameter_power(self) -> float:
        """a in N_opt ~ C^a."""
        return 1 / (1 + self.power)

    def tokens(self, parameters: Numbers):
        """Best D for each N."""
        size = numbers("parameters", parameters, "parameters", above=0)
        best = self.tokens_at_billion * (size / 1e9) ** self.power
        return shaped_like(best, "tokens", parameters=parameters)

    def flop(self, parameters: Numbers):
        """Training compute of the best model of each size."""
        return training_flop(parameters, self.tokens(parameters))


def closest_within_rounding(
    printed: ScalingLaw, half_step: ScalingLaw, parameters: Numbers, tokens: Numbers
) -> float:
    """How far the best constants that round to the printed ones miss a table of best models: part of D, in the worst row.

    half_step : half of the last printed digit of each constant. E does not move the best split.
    """
    size = numbers("parameters", parameters, "parameters", above=0)
    data = numbers("tokens", tokens, "tokens", above=0)
    same_length(parameters=size, tokens=data)
    worst = np.inf
    steps = np.linspace(-1, 1, 81)
    for alpha in printed.alpha + half_step.alpha * steps:
        for ratio in (
            (printed.B + sign * half_step.B) / (printed.A - sign * half_step.A) for sign in (-1, 1)
        ):
            beta = (printed.beta + half_step.beta * steps)[:, None]
            best = (beta * ratio / alpha * size**alpha) ** (1 / beta)
            worst = min(worst, np.abs(best / data - 1).max(axis=1).min())
    return float(worst)
