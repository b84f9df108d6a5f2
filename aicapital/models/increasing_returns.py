"""Increasing returns: every choice of a firm makes the next choice of it more likely.

An urn. Each ball is one large choice of a supplier that stays made: a platform deal, a large customer, a wave of
users who move together. With strength 1 and neither entry nor diffusion it is the urn of Eggenberger and Polya
(1923): any division of the market can come about, and chance settles early which. A strength other than 1 is the
non-linear urn of Hill, Lane and Sudderth (1980) and of Arthur, Ermoliev and Kaniovski (1983), which Arthur used for
rival technologies ("Competing technologies, increasing returns, and lock-in by historical events", Economic
Journal 99, 1989): above 1 one firm ends up with nearly all further choices, below 1 the shares even out. Entry is
Simon's (Biometrika 42, 1955): a choice may be the first one of a new firm.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from aicapital.models.concentration import FULL_MARKET
from aicapital.models.concentration import hhi_of_sizes as hhi  # noqa: F401 - lesson 10 reads it here
from aicapital.models.validation import number
from aicapital.models.validation_arrays import whole_number


@dataclass(frozen=True)
class UrnMarket:
    """A market in which choices add up.

    start : choices made so far, by firm: whole numbers, at least 1 each.
    strength : exponent g of a firm's pull, quality x choices**g. 1: pull in proportion to size.
    diffusion : share of choices (0 to 1) that no longer depend on size, because what the leaders know
        has reached every firm in the market; such a choice falls on each of them alike.
    entry : chance (0 to below 1) that a choice is the first one of a firm that was not there before.
    quality : how good each firm of `start` is beside the others; alike when left out. Entrants get 1.
    """

    start: tuple[int, ...]
    strength: float = 1.0
    diffusion: float = 0.0
    entry: float = 0.0
    quality: tuple[float, ...] | None = None

    def __post_init__(self):
        if not isinstance(self.start, tuple) or not self.start:
            raise ValueError(
                f"start must be a tuple with one whole number a firm, such as (40, 15, 5); got {self.start!r}."
            )
        for place, choices in enumerate(self.start):
            whole_number(f"start[{place}]", choices, "choices so far", minimum=1)
        number("strength", self.strength, "exponent", minimum=0, maximum=5)
        number("diffusion", self.diffusion, "share of choices", minimum=0, maximum=1)
        number("entry", self.entry, "chance a choice", minimum=0, below=1)
        if self.quality is not None:
            if len(self.quality) != len(self.start):
                raise ValueError(
                    f"quality must have one number a firm of start: {len(self.start)} firms, got {len(self.quality)}."
                )
            for place, quality in enumerate(self.quality):
                number(f"quality[{place}]", quality, "pull beside the others", above=0)

    def next_choice(self) -> np.ndarray:
        """Chance (0 to 1) of each firm of `start`, and last of a newcomer, to get the next choice."""
        pull = self._quality * np.asarray(self.start, dtype=float) ** self.strength
        known = (1 - self.diffusion) * pull / pull.sum() + self.diffusion / len(pull)
        return np.append((1 - self.entry) * known, self.entry)

    def simulate(self, choices: int, paths: int, seed: int = 10) -> np.ndarray:
        """Choices by firm at the end of each path, shape (paths, firms); entrants stand after the firms of `start`.

        The same seed gives the same luck to every market, so that two markets differ by their rules alone.
        """
        return self.history(choices, paths, seed, marks=1)[-1]

    def history(self, choices: int, paths: int, seed: int = 10, marks: int = 10) -> np.ndarray:
        """Choices by firm at the start and at `marks` evenly spaced moments: (marks + 1, paths, firms)."""
        steps = whole_number("choices", choices, "choices to come", minimum=1)
        width = whole_number("paths", paths, "paths", minimum=1)
        stops = whole_number("marks", marks, "moments", minimum=1)
        if steps % stops:
            raise ValueError(
                f"marks must divide choices: {steps} choices cannot be cut into {stops} equal parts."
            )
        enters, spreads, picks = _luck(whole_number("seed", seed, "seed"), steps, width)
        enters, spreads = enters < self.entry, spreads < self.diffusion
        firms = len(self.start) + int(enters.sum(axis=0).max())
        size = np.zeros((firms, width), dtype=np.int32)
        size[: len(self.start)] = np.array(self.start, dtype=np.int32)[:, None]
        quality = np.ones(firms, dtype=np.float32)
        quality[: len(self.start)] = self._quality
        # The pull of every size a firm can reach, worked out once: powers are slow.
        pull_of = np.arange(sum(self.start) + steps + 1, dtype=np.float32) ** np.float32(
            self.strength
        )
        pull_of[0] = 0.0  # a firm that has not entered draws nothing, also where 0 ** 0 is 1
        pull = quality[:, None] * pull_of[size]
        there = np.full(width, len(self.start))
        flat_size, flat_pull, column = size.ravel(), pull.ravel(), np.arange(width)
        most = len(self.start)
        seen = [size.T.copy()]
        for step in range(steps):
            reach = pull[:most].cumsum(axis=0)
            chosen = np.add.reduce(reach <= picks[step] * reach[-1], axis=0, dtype=np.int16)
            # Rounding may carry a pick past the last firm that is there.
            np.minimum(chosen, there - 1, out=chosen)
            if self.diffusion:
                chosen = np.where(spreads[step], (picks[step] * there).astype(int), chosen)
            if self.entry:
                new = enters[step]
                chosen = np.where(new, there, chosen)
                there += new
                most += int(there[new].max(initial=0) > most)
            place = chosen.astype(int) * width + column
            flat_size[place] += 1
            flat_pull[place] = quality[chosen] * pull_of[flat_size[place]]
            if (step + 1) % (steps // stops) == 0:
                seen.append(size.T.copy())
        return np.array(seen)

    @property
    def _quality(self) -> np.ndarray:
        return np.ones(len(self.start)) if self.quality is None else np.asarray(self.quality, float)


@lru_cache(maxsize=4)
def _luck(seed: int, steps: int, paths: int) -> np.ndarray:
    """Uniform numbers for entry, diffusion and choice: (3, steps, paths)."""
    luck = np.random.default_rng(seed).random((3, steps, paths), dtype=np.float32)
    luck.flags.writeable = False
    return luck


def share_of_paths(happened: np.ndarray) -> pd.Series:
    """Percent of paths in which something happened, with its standard error (percentage points).

    The error is that of the simulation alone, sqrt(p (1 - p) / paths); more paths shrink it. It says nothing
    of whether the model or its inputs are right.
    """
    flags = np.asarray(happened)
    if flags.ndim != 1 or not flags.size or flags.dtype != bool:
        raise ValueError("happened must be a plain array of True and False, one a path.")
    share = float(flags.mean())
    error = math.sqrt(share * (1 - share) / len(flags))
    return pd.Series(
        {"share_pct": 100 * share, "standard_error": 100 * error, "paths": float(len(flags))}
    )


def futures(index: np.ndarray, open_below: float, monopolised_from: float) -> pd.Series:
    """Percent of paths that end open (HHI below one mark), monopolised (from the other on) or in between."""
    low = number("open_below", open_below, "HHI points", above=0)
    high = number("monopolised_from", monopolised_from, "HHI points", above=0, maximum=FULL_MARKET)
    if high <= low:
        raise ValueError(f"monopolised_from ({high:g}) must lie above open_below ({low:g}).")
    index = np.asarray(index, dtype=float)
    is_open, is_monopoly = (index < low).mean(), (index >= high).mean()
    return 100 * pd.Series(
        {
            "open": is_open,
            "in between": 1 - is_open - is_monopoly,
            "monopolised": is_monopoly,
        }
    )
