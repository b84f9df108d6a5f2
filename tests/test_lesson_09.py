"""The labs of lesson 09 against published outcomes and cases by hand."""

import pytest

from aicapital import labs


@pytest.mark.parametrize("name", ["chip_design", "supplier_cut"])
def test_the_prediction_is_in_the_picture(name):
    assert "your prediction" in getattr(labs, name)(prediction=50.0).frame.svg
    assert "your prediction" not in getattr(labs, name)().frame.svg


@pytest.mark.parametrize(
    ("preset", "eccn"),
    [
        ("An H100, 2022", "3A090.a"),
        ("An H800, 2022: slower links", "not 3A090"),
        ("The same H800, 2023", "3A090.a"),
        ("An H20: fewer TOPS, same die", "not 3A090"),
    ],
)
def test_presets_of_the_chip_lab_end_as_published(preset, eccn):
    lab = labs.chip_design()
    lab.preset(preset)
    assert lab.result["eccn"] == eccn and f"it is {eccn}" in lab.sentence


def test_a_chip_not_for_data_centres_goes_by_notice_or_free():
    lab = labs.chip_design()
    lab.preset("The same H800, 2023")
    lab.set(use="other uses")
    assert "exception NAC" in lab.sentence
    lab.set(rate=190.0)
    assert lab.result["eccn"] == "not 3A090"


def test_cut_supplier_by_hand():
    lab = labs.supplier_cut()
    lab.preset("The largest memory maker stops")
    # 38 % arrives; two months of stock pay for three full months and 14 points of the fourth.
    assert lab.result["path"][:6] == pytest.approx([100, 100, 100, 52, 38, 38])
    assert lab.result["path"][6:] == pytest.approx([41.8] * 18)
    lab.set(spare=0, stock=0.0)
    assert lab.result["path"] == pytest.approx([38] * 24)
    lab.set(cut=0)
    assert "for all 24 months" in lab.sentence
