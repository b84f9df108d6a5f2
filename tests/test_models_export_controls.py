"""The classifier of ECCN 3A090 against published outcomes, and at the edges of each limit."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aicapital.data import load
from aicapital.models.export_controls import (
    NOT_CONTROLLED,
    Chip,
    classify,
    licence_review,
    may_be_notified,
    total_processing_performance,
)

RULES = load("export_rules")
OUTCOMES = load("chip_classifications")


def rows_of(rule: str) -> pd.DataFrame:
    # January 2026 changed the review of licences; the tests of October 2023 go on.
    version = "October 2022" if rule == "October 2022" else "October 2023"
    return RULES[RULES["rule"].eq(version) & RULES["row_type"].eq("test")]


def chip_of(name: str) -> Chip:
    row = load("rated_chips").set_index("chip").loc[name]
    area = None if np.isnan(row["die_area_mm2"]) else row["die_area_mm2"]
    tpp = total_processing_performance({int(row["bit_length"]): row["dense_tops"]})
    return Chip(name, tpp, area, row["interconnect_gb_s"], row["dram_bandwidth_gb_s"], bool(row["data_centre"]))  # fmt: skip


def review(chip: Chip, eccn: str) -> str:
    limits = RULES.set_index("row_id").loc["rule_2026_review"]
    return licence_review(chip, eccn, limits["tpp_below"], limits["dram_bandwidth_below"])


@pytest.mark.parametrize(
    ("name", "rule", "published"),
    list(OUTCOMES[["chip", "rule", "outcome"]].itertuples(index=False, name=None)),
)
def test_published_outcomes(name, rule, published):
    chip = chip_of(name)
    eccn = classify(chip, rows_of(rule))
    if rule == "January 2026":
        assert eccn == "3A090.a" and review(chip, eccn).startswith(published)
    else:
        assert ("not controlled" if eccn == NOT_CONTROLLED else "controlled") == published


def test_the_seven_chips_of_the_lesson_have_a_published_outcome_under_october_2023():
    told = OUTCOMES.query("rule == 'October 2023'").set_index("chip")["outcome"]
    assert told.eq("controlled").sum() == 6 and told["Nvidia H20"] == "not controlled"


@pytest.mark.parametrize(
    ("name", "published"),
    [
        ("Nvidia A100 80GB", 4992),  # 87 FR's limit of 4800 lies just below
        ("Nvidia RTX 4090", 5285),  # press of October 2023
        ("AMD Instinct MI325X", 20918),
    ],
)
def test_total_processing_performance_as_published(name, published):
    names = load("rated_chips")["chip"]
    full = next(chip for chip in names if name.split()[-1] in chip or name in chip)
    assert chip_of(full).tpp == pytest.approx(published, rel=0.001)


def test_sparse_rates_would_change_the_answer():
    dense = chip_of("Nvidia H20")
    sparse = Chip("H20 by its sparse rate", 2 * dense.tpp, dense.die_area, 900, 4000)
    assert classify(dense, rows_of("October 2023")) == NOT_CONTROLLED
    assert classify(sparse, rows_of("October 2023")) == "3A090.b"


def test_only_what_is_not_for_data_centres_is_open_to_notice():
    gaming, server = chip_of("Nvidia GeForce RTX 4090"), chip_of("Nvidia L40S")
    assert may_be_notified(gaming, classify(gaming, rows_of("October 2023")))
    assert not may_be_notified(server, classify(server, rows_of("October 2023")))
    assert may_be_notified(server, "3A090.b") and not may_be_notified(server, NOT_CONTROLLED)


def test_the_review_of_2026_needs_both_limits():
    assert review(chip_of("AMD Instinct MI325X"), "3A090.a").startswith("case by case")
    assert review(chip_of("Nvidia B200"), "3A090.a") == "presumption of denial"
    for tpp, dram in ((20_999, 6500), (21_000, 6499)):
        assert review(Chip("edge", tpp, 800, 900, dram), "3A090.a") == "presumption of denial"
    assert review(Chip("in", 20_999, 800, 900, 6499), "3A090.a").startswith("case by case")
    assert review(chip_of("Nvidia H20"), NOT_CONTROLLED) == "no licence for this ECCN"
    assert review(chip_of("Nvidia H20"), "3A090.b") == "not changed by this rule"


@pytest.mark.parametrize(
    ("tpp", "area", "data_centre", "eccn"),
    [
        (4800, 10_000, True, "3A090.a"),
        (4800, 10_000, False, "3A090.a"),
        (4799, 10_000, True, NOT_CONTROLLED),
        (1600, 1600 / 5.92, True, "3A090.a"),
        (1600, 1600 / 5.92, False, NOT_CONTROLLED),
        (1599, 100, True, NOT_CONTROLLED),
        (2400, 1500, True, "3A090.b"),
        (2399, 1500, True, NOT_CONTROLLED),
        (1600, 500, True, "3A090.b"),
        (1600, 501, True, NOT_CONTROLLED),
    ],
)
def test_edges_of_october_2023(tpp, area, data_centre, eccn):
    assert classify(Chip("edge", tpp, area, 0, 0, data_centre), rows_of("October 2023")) == eccn


@pytest.mark.parametrize(
    ("tpp", "rate", "eccn"),
    [(4800, 600, "3A090.a"), (4799, 600, NOT_CONTROLLED), (4800, 599, NOT_CONTROLLED)],
)
def test_edges_of_october_2022(tpp, rate, eccn):
    assert classify(Chip("edge", tpp, None, rate, 0), rows_of("October 2022")) == eccn


@given(
    st.floats(0, 50_000),
    st.floats(0, 20_000),
    st.floats(1, 2000),
    st.floats(1, 2000),
    st.booleans(),
)
def test_more_performance_or_less_area_never_frees_a_chip(tpp, more, area, extra, centre):
    order = [NOT_CONTROLLED, "3A090.b", "3A090.a"]
    rule = rows_of("October 2023")
    weak = classify(Chip("weak", tpp, area + extra, 0, 0, centre), rule)
    strong = classify(Chip("strong", tpp + more, area, 0, 0, centre), rule)
    assert order.index(strong) >= order.index(weak)


def test_bad_input_says_what_to_do():
    with pytest.raises(ValueError, match="must map bit length to dense TOPS"):
        total_processing_performance({})
    with pytest.raises(ValueError, match="die_area must be positive.*planar"):
        Chip("flat", 1000, 0, 0, 0)
    with pytest.raises(ValueError, match="die_area of unknown is needed"):
        classify(Chip("unknown", 2500, None, 0, 0), rows_of("October 2023"))
    with pytest.raises(ValueError, match="rows of one version"):
        classify(Chip("any", 1, 1, 0, 0), RULES.iloc[:0])
