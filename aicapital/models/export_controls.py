"""Export rules for chips: what ECCN 3A090 of the United States asks of a chip, by version of the rule.

Teaching material, not classification advice. The measure is total processing performance (TPP): dense TOPS times the
bit length of the operation, the largest over the formats that a chip offers; from November 2023 also performance density, TPP
per mm2 of die made on a non-planar process. Sources: 87 FR 62186 (2022), 88 FR 73458 (2023), 89 FR 23876 (2024), 91 FR 1684
(2026); Supplement No. 1 to 15 CFR part 774, ECCN 3A090, technical notes 1 to 4.

A classification (which ECCN, if any) is one question. The licence policy (how an application is then judged) is another.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from aicapital.models.validation import label, number

NOT_CONTROLLED = "not 3A090"
DENIAL = "presumption of denial"
RULE_COLUMNS = ("eccn", "tpp_min", "tpp_below", "density_min", "density_below", "interconnect_min")


def total_processing_performance(dense_tops: Mapping[int, float]) -> float:
    """TPP of a chip from its dense rates, a mapping from bit length to TOPS (or TFLOPS): the largest product.

    Sparse rates do not count; they are usually printed as twice the dense ones.
    """
    if not isinstance(dense_tops, Mapping) or not dense_tops:
        raise ValueError(
            f"dense_tops must map bit length to dense TOPS, such as {{16: 312, 8: 624}}; got {dense_tops!r}."
        )
    return max(
        number("each bit length", bits, "bits", above=0)
        * number(f"dense_tops[{bits}]", rate, "TOPS", minimum=0)
        for bits, rate in dense_tops.items()
    )


@dataclass(frozen=True)
class Chip:
    """What the rules ask about a chip.

    tpp : total processing performance, TOPS times bits. die_area : mm2 of logic made on a non-planar process; None if unknown.
    interconnect : rate to other chips, both directions, all links, GB/s. dram_bandwidth : GB/s.
    data_centre : whether it is designed or marketed for data centres.
    """

    name: str
    tpp: float
    die_area: float | None
    interconnect: float
    dram_bandwidth: float
    data_centre: bool = True

    def __post_init__(self):
        label("name", self.name)
        number("tpp", self.tpp, "TOPS x bits", minimum=0)
        number("interconnect", self.interconnect, "GB/s", minimum=0)
        number("dram_bandwidth", self.dram_bandwidth, "GB/s", minimum=0)
        if self.die_area is not None:
            number("die_area", self.die_area, "mm2", above=0, hint="Leave out planar dies.")

    @property
    def performance_density(self) -> float | None:
        """TPP per mm2; None without a die area."""
        return None if self.die_area is None else self.tpp / self.die_area


def classify(chip: Chip, tests: pd.DataFrame) -> str:
    """The paragraph of ECCN 3A090 that a chip meets under one version of the rule, or `NOT_CONTROLLED`.

    `tests` holds that version's tests, one row a test, the strictest paragraph first: `*_min` is met from that value on, `*_below`
    below it; an empty limit asks nothing. `data_centre_only` rows leave out a chip that is not designed or marketed
    for data centres (Note 2 to 3A090).
    """
    missing = [name for name in (*RULE_COLUMNS, "data_centre_only") if name not in tests]
    if missing or tests.empty:
        raise ValueError(
            f"tests must be the rows of one version of the rule; missing: {', '.join(missing) or 'all rows'}."
        )
    for test in tests.itertuples():
        if test.data_centre_only and not chip.data_centre:
            continue
        if _meets(chip, test):
            return test.eccn
    return NOT_CONTROLLED


def _meets(chip: Chip, test) -> bool:
    asks_density = pd.notna(test.density_min) or pd.notna(test.density_below)
    in_range = _within(chip.tpp, test.tpp_min, test.tpp_below)
    if asks_density and in_range and chip.performance_density is None:
        raise ValueError(
            f"die_area of {chip.name} is needed: under this version its class depends on performance density (mm2)."
        )
    return (
        in_range
        and (
            not asks_density
            or _within(chip.performance_density, test.density_min, test.density_below)
        )
        and _within(chip.interconnect, test.interconnect_min, None)
    )


def _within(value: float, lower: float | None, upper: float | None) -> bool:
    return (pd.isna(lower) or value >= lower) and (pd.isna(upper) or value < upper)


def licence_review(chip: Chip, eccn: str, tpp_below: float, dram_below: float) -> str:
    """How an export of `eccn` from the United States to China or Macau is judged since 15 January 2026 (91 FR 1684).

    Case by case for a chip of 3A090.a below *both* limits, if all conditions of the rule are met (supply at home, volume,
    the buyer's security, testing in the United States); else a presumption of denial.
    """
    if eccn == NOT_CONTROLLED:
        return "no licence for this ECCN"
    if eccn != "3A090.a":
        return "not changed by this rule"
    below = chip.tpp < tpp_below and chip.dram_bandwidth < dram_below
    return "case by case, if all conditions are met" if below else DENIAL


def may_be_notified(chip: Chip, eccn: str) -> bool:
    """Whether licence exception NAC (15 CFR 740.8) is open: all of 3A090.b, and what of 3A090.a is not for data centres.

    NAC asks for a notice to the government 25 days ahead, and the government may still say no.
    """
    return eccn == "3A090.b" or (eccn == "3A090.a" and not chip.data_centre)
