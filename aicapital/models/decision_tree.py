"""Decision trees by rollback, the value of information, and compliance now against retrofit later.

Payoffs are in one unit throughout (USD bn in this course), costs negative. Probabilities are
fractions. Everything is expected value: whoever fears a loss more than the same gain needs more
than this.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from aicapital.models.tornado import tornado
from aicapital.models.validation import amounts, label, number
from aicapital.models.validation_arrays import Numbers, numbers, shaped_like

_SUM_TOLERANCE = 1e-9
_PROBABILITY = "Write 30 % as 0.3."


@dataclass(frozen=True)
class Chance:
    """What nature decides: branches {name: (probability, what follows)}."""

    name: str
    branches: Mapping[str, tuple[float, "Node"]]

    def __post_init__(self):
        label("name of a chance node", self.name)
        _branches(self.name, self.branches, "{'strict': (0.3, -5), 'lax': (0.7, 0)}")
        for branch, pair in self.branches.items():
            if not isinstance(pair, tuple | list) or len(pair) != 2:
                raise ValueError(
                    f"Branch {branch!r} of {self.name!r} must be (probability, what follows); "
                    f"got {pair!r}."
                )
            what = f"probability of {branch!r} in {self.name!r}"
            number(what, pair[0], "fraction", minimum=0, maximum=1, hint=_PROBABILITY)
            _node(branch, self.name, pair[1])
        total = sum(pair[0] for pair in self.branches.values())
        if abs(total - 1) > _SUM_TOLERANCE:
            raise ValueError(
                f"Probabilities in {self.name!r} must add up to 1; they add up to {total:g}. "
                "Add the branch that is missing."
            )


@dataclass(frozen=True)
class Decision:
    """What you decide: options {name: what follows}; the highest expected value is taken."""

    name: str
    options: Mapping[str, "Node"]

    def __post_init__(self):
        label("name of a decision node", self.name)
        _branches(self.name, self.options, "{'build': 10, 'leave': 0}")
        for option, node in self.options.items():
            _node(option, self.name, node)


Node = Chance | Decision | float


def _branches(name: str, branches: object, example: str) -> None:
    if not isinstance(branches, Mapping) or not branches:
        raise ValueError(
            f"{name!r} needs at least one branch, such as {example}; got {branches!r}."
        )
    for branch in branches:
        label(f"each branch of {name!r}", branch)


def _node(branch: str, name: str, node: object) -> None:
    if not isinstance(node, Chance | Decision):
        number(f"payoff at {branch!r} of {name!r}", node, "unit of the payoffs")


def _roll(node: Node, path: str, rows: list[dict]) -> float:
    if not isinstance(node, Chance | Decision):
        return float(node)
    row = {"path": path, "node": node.name}
    rows.append(row)
    if isinstance(node, Chance):
        value = sum(
            probability * _roll(follows, f"{path} > {branch}" if path else branch, rows)
            for branch, (probability, follows) in node.branches.items()
        )
        row.update(kind="chance", expected_value=value, choice="")
        return value
    values = {
        option: _roll(follows, f"{path} > {option}" if path else option, rows)
        for option, follows in node.options.items()
    }
    choice = max(values, key=values.get)
    row.update(kind="decision", expected_value=values[choice], choice=choice)
    return values[choice]


def rollback(tree: Node) -> pd.DataFrame:
    """Work the tree out from its ends: one row a node, root first (path, node, kind,
    expected_value, choice).

    The path lists the branches taken to get there. Between equal options the first one named is
    taken.
    """
    if not isinstance(tree, Chance | Decision):
        raise ValueError(f"rollback needs a Decision or a Chance; got {tree!r}.")
    rows = []
    _roll(tree, "", rows)
    return pd.DataFrame(rows)


def expected_value(tree: Node) -> float:
    """Expected value of a tree when every decision is taken well."""
    return float(rollback(tree)["expected_value"].iloc[0])


def _payoff_table(
    payoffs: pd.DataFrame | Mapping[str, Mapping[str, float]], probabilities: Mapping[str, float]
) -> tuple[pd.DataFrame, np.ndarray]:
    chances = amounts(
        "probabilities",
        probabilities,
        "fraction",
        "{'high': 0.4, 'low': 0.6}",
        minimum=0,
        maximum=1,
    )
    if abs(sum(chances.values()) - 1) > _SUM_TOLERANCE:
        raise ValueError(
            f"probabilities must add up to 1; they add up to {sum(chances.values()):g}."
        )
    if isinstance(payoffs, Mapping) and all(isinstance(row, Mapping) for row in payoffs.values()):
        payoffs = pd.DataFrame(payoffs).T
    table = payoffs if isinstance(payoffs, pd.DataFrame) else pd.DataFrame()
    if table.empty or set(table.columns) != set(chances):
        raise ValueError(
            "payoffs must hold one row an alternative and one column a state, the states of "
            f"`probabilities` ({', '.join(chances)}); got columns "
            f"{', '.join(map(str, table.columns)) or 'none'}."
        )
    for name, row in table.iterrows():
        amounts(f"payoffs of {name}", row, "unit of the payoffs", "{'high': 10, 'low': -5}")
    return table[list(chances)].astype(float), np.array(list(chances.values()))


def expected_payoffs(
    payoffs: pd.DataFrame | Mapping[str, Mapping[str, float]], probabilities: Mapping[str, float]
) -> pd.Series:
    """Expected payoff of each alternative; payoffs are {alternative: {state: payoff}} or such a
    DataFrame."""
    table, chances = _payoff_table(payoffs, probabilities)
    return (table @ chances).rename("expected_payoff")


def value_of_perfect_information(
    payoffs: pd.DataFrame | Mapping[str, Mapping[str, float]], probabilities: Mapping[str, float]
) -> float:
    """What it is worth to know the state before choosing: best payoff in each state, less best
    expected payoff."""
    table, chances = _payoff_table(payoffs, probabilities)
    return float(table.max() @ chances - (table @ chances).max())


@dataclass(frozen=True)
class Compliance:
    """Meet a rule before it is certain, or wait until it is known (USD bn, against a world without
    rules).

    Today: `comply now` costs `cost_now` in any case. Later the rules are strict or lax. If they are
    strict, whoever waited either retrofits (`retrofit_cost` plus `lost_sales` meanwhile) or stays
    out (`penalty`), whichever is cheaper. Whoever was early may gain: `premium_if_strict`,
    `premium_if_lax`. Lost and won sales count at what they leave over after their own costs. A firm
    that gives compliance up for good pays the `penalty` if the rules are strict; without a
    `penalty` there is no such choice. Later amounts are discounted by `discount_pct`, once.
    """

    cost_now: float
    retrofit_cost: float
    lost_sales: float = 0.0
    penalty: float | None = None
    premium_if_strict: float = 0.0
    premium_if_lax: float = 0.0
    discount_pct: float = 0.0

    def __post_init__(self):
        for name in (
            "cost_now",
            "retrofit_cost",
            "lost_sales",
            "premium_if_strict",
            "premium_if_lax",
        ):
            hint = "Costs are given as positive numbers."
            number(name, getattr(self, name), "USD bn", minimum=0, hint=hint)
        if self.penalty is not None:
            number(
                "penalty",
                self.penalty,
                "USD bn",
                minimum=0,
                hint="Costs are given as positive numbers.",
            )
        hint = "One rate for the whole time until the rules are known."
        number("discount_pct", self.discount_pct, "percent", above=-100, hint=hint)

    @property
    def _discount(self) -> float:
        return 1 / (1 + self.discount_pct / 100)

    @property
    def cost_of_late_start(self) -> float:
        """What strict rules cost a firm that waited: the cheaper of retrofit and staying out (USD
        bn, then)."""
        retrofit = self.retrofit_cost + self.lost_sales
        return retrofit if self.penalty is None else min(retrofit, self.penalty)

    def _values(self, probability: Numbers) -> dict[str, np.ndarray]:
        strict = numbers(
            "probability", probability, "fraction", minimum=0, maximum=1, hint=_PROBABILITY
        )
        premium = strict * self.premium_if_strict + (1 - strict) * self.premium_if_lax
        values = {
            "comply now": self._discount * premium - self.cost_now,
            "wait": -self._discount * strict * self.cost_of_late_start,
        }
        if self.penalty is not None:
            values["never comply"] = -self._discount * strict * self.penalty
        return values

    def expected_values(self, probability: Numbers) -> pd.Series | pd.DataFrame:
        """Expected value of each choice if strict rules come with this probability (USD bn).

        One probability gives a Series by choice, a list of them a DataFrame with one row each.
        """
        values = self._values(probability)
        if np.ndim(probability) == 0:
            return pd.Series(
                {name: float(value) for name, value in values.items()}, name="expected_value"
            )
        return pd.DataFrame(values, index=pd.Index(np.asarray(probability), name="probability"))

    def lead_of_compliance(self, probability: Numbers):
        """Expected value of complying now less that of waiting (USD bn)."""
        values = self._values(probability)
        return shaped_like(values["comply now"] - values["wait"], "lead", probability=probability)

    @property
    def break_even_probability(self) -> float:
        """Probability of strict rules at which complying now and waiting are worth the same; NaN if
        none in 0..1.

        (cost_now x (1 + discount) - premium_if_lax) / (premium_if_strict - premium_if_lax +
        cost_of_late_start)
        """
        gain = self.premium_if_strict - self.premium_if_lax + self.cost_of_late_start
        if gain == 0:
            return math.nan
        probability = (self.cost_now / self._discount - self.premium_if_lax) / gain
        return probability if 0 <= probability <= 1 else math.nan

    def lead_of_waiting(self, probability: Numbers):
        """Expected value of deciding after the rules are known less that of the best choice that
        binds today (USD bn).

        The choices that bind are to comply now and, with a `penalty`, never to comply. The option
        to wait is worth this lead where it is positive and nothing where it is negative, because
        nobody has to use an option.
        """
        values = self._values(probability)
        binding = [value for name, value in values.items() if name != "wait"]
        return shaped_like(
            values["wait"] - np.maximum.reduce(binding), "lead_of_waiting", probability=probability
        )

    def value_of_perfect_information(self, probability: Numbers):
        """Worth of knowing the rules today, while complying still costs `cost_now` (USD bn)."""
        values = self._values(probability)
        certain = self._values([0.0, 1.0])
        lax, strict = np.maximum.reduce(list(certain.values()))
        chance = np.asarray(probability, dtype=float)
        gain = (1 - chance) * lax + chance * strict - np.maximum.reduce(list(values.values()))
        return shaped_like(gain, "value_of_perfect_information", probability=probability)

    def tree(self, probability: float) -> Decision:
        """The same problem as a decision tree, with present values at its ends."""
        strict = number(
            "probability", probability, "fraction", minimum=0, maximum=1, hint=_PROBABILITY
        )
        today = self._discount

        def regulation(if_strict: Node, if_lax: Node) -> Chance:
            return Chance(
                "regulation", {"strict": (strict, if_strict), "lax": (1 - strict, if_lax)}
            )

        late = {"retrofit": -today * (self.retrofit_cost + self.lost_sales)}
        if self.penalty is not None:
            late["stay out"] = -today * self.penalty
        options = {
            "comply now": regulation(
                today * self.premium_if_strict - self.cost_now,
                today * self.premium_if_lax - self.cost_now,
            ),
            "wait": regulation(Decision("response", late), 0.0),
        }
        if self.penalty is not None:
            options["never comply"] = regulation(-today * self.penalty, 0.0)
        return Decision("compliance", options)

    def sensitivity(
        self, probability: float, ranges: Mapping[str, tuple[float, float]]
    ) -> pd.DataFrame:
        """Tornado of the lead of complying now over waiting (USD bn); `probability` may be among
        the ranges."""
        base = {name: value for name, value in asdict(self).items() if value is not None}

        def lead(probability: float, **case: float) -> float:
            return Compliance(**case).lead_of_compliance(probability)

        return tornado(lead, {"probability": probability, **base}, ranges)
