"""Every lab, walked over every stop of every control and every preset, without a browser."""

import re
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor

import matplotlib
import pytest

from aicapital import labs
from aicapital.labs.lab import Control, Lab

NUMBER = re.compile(r"\d")


@pytest.fixture(scope="module", params=labs.__all__)
def lab(request) -> Lab:
    return getattr(labs, request.param)()


def check(frame, where: str) -> None:
    ElementTree.fromstring(frame.svg)  # well-formed, or the browser drops the rest of the picture
    assert "nan" not in frame.svg.lower().replace("financ", ""), where
    for word in ("nan", "inf ", "None", "{", "-0 ", "USD 0.0 bn"):
        assert word not in frame.sentence, f"{where}: {frame.sentence}"
    assert NUMBER.search(frame.sentence) and frame.sentence.endswith("."), (
        f"{where}: {frame.sentence}"
    )
    assert 40 <= len(frame.sentence) <= 420, f"{where}: {len(frame.sentence)} characters"


def test_every_stop_of_every_control_gives_a_picture_and_a_sentence(lab):
    start = dict(lab.values)
    for control in lab.controls.values():
        for stop in control.stops:
            check(lab.set(**{control.name: stop}), f"{lab.title}: {control.name} = {stop!r}")
        lab.set(**start)


def test_corners_give_a_picture_and_a_sentence(lab):
    for end in (0, -1):
        check(
            lab.set(**{name: control.stops[end] for name, control in lab.controls.items()}),
            f"{lab.title}: corner {end}",
        )


def test_every_control_moves_something_the_learner_sees(lab):
    def moves(control: Control, preset: str) -> bool:
        shown = [lab.preset(preset)]
        # The last stop first: it is the one that differs most often.
        for stop in reversed(control.stops):
            shown.append(lab.set(**{control.name: stop}))
            if len({(frame.svg, frame.sentence) for frame in shown}) > 1:
                return True
        return False

    for control in lab.controls.values():
        assert any(moves(control, preset) for preset in lab.presets), (
            f"{lab.title}: {control.name} changes neither picture nor sentence from any preset"
        )


def test_every_preset_shows_its_own_picture(lab):
    assert len(lab.presets) >= 3
    frames = [lab.preset(name) for name in lab.presets]
    assert len({frame.svg for frame in frames}) == len(frames)
    for name, frame in zip(lab.presets, frames, strict=True):
        check(frame, f"{lab.title}: preset {name!r}")


def test_a_reader_without_a_kernel_gets_a_picture_its_words_and_how_to_go_on(lab):
    bundle = lab.bundle()
    assert f'alt="{lab.sentence[:40]}' in bundle["text/html"]
    assert lab.sentence in bundle["text/plain"] and "Run this cell" in bundle["text/plain"]
    assert len(bundle["image/png"]) > 5_000


def test_moving_a_slider_moves_the_picture(lab):
    view = lab._view
    name, control = next(iter(lab.controls.items()))
    view.controls[name].index = len(control.stops) - 1
    last = view._moving.value
    view.controls[name].index = 0
    assert lab.values[name] == control.stops[0]
    assert view._moving.value.startswith(lab.frame.svg) and view._moving.value != last


def test_a_preset_sends_its_picture_even_if_it_sent_the_same_before(lab):
    """The page may show another one by then: a move that the kernel has not answered yet."""
    name = next(iter(lab.presets))
    frame = lab.preset(name)
    first = lab._view._moving.value
    lab.preset(name)
    again = lab._view._moving.value
    assert again != first and again.strip() == first.strip() == frame.html


def test_a_position_that_the_page_sends_twice_is_answered_twice(lab):
    """The page keeps a preset waiting until its last move has been answered."""
    name, control = next(iter(lab.controls.items()))
    widget, moving = lab._view.controls[name], lab._view._moving
    for index in (len(control.stops) - 1, 0):
        widget.set_state({"index": index})
        first = moving.value
        widget.set_state({"index": index})
        assert lab.values[name] == control.stops[index]
        assert moving.value != first and moving.value.strip() == first.strip() == lab.frame.html


def test_a_wrong_control_stop_or_preset_says_what_there_is(lab):
    name, control = next(iter(lab.controls.items()))
    with pytest.raises(ValueError, match=f"no control '{name}x'.*Did you mean '{name}'"):
        lab.set(**{name + "x": 1})
    with pytest.raises(ValueError, match="none of its stops"):
        lab.set(**{name: "no such stop"})
    with pytest.raises(ValueError, match="no preset 'x' in this lab; there are"):
        lab.preset("x")
    with pytest.raises(ValueError, match="starts at"):
        Control("a", "A", (1, 2), 3)


def test_any_prediction_can_be_drawn(lab):
    for prediction in (0.0, 0.5, 24.0, 1300.0, 1e9, -5.0):
        # All else in the picture stays: one lab draws the marks of all of them.
        lab.prediction = prediction
        lab._frames.clear()
        for preset in lab.presets:
            check(lab.preset(preset), f"{lab.title} with the prediction {prediction}")
    lab.prediction = None
    lab._frames.clear()


@pytest.mark.parametrize(
    ("name", "prediction"),
    [
        ("waterfall", 500.0),
        ("round_builder", 20.0),
        ("circular_flows", 2.0),
        ("self_funding", 60.0),
        ("make_or_buy", 50_000.0),
        ("effective_compute", 20.0),
        ("entrants", 3.0),
        ("scale_race", "its share falls"),
    ],
)
def test_the_prediction_is_in_the_picture(name, prediction):
    assert "your prediction" in getattr(labs, name)(prediction=prediction).frame.svg
    assert "your prediction" not in getattr(labs, name)().frame.svg


def test_a_prediction_is_told_only_where_it_is_drawn():
    drawn = labs.capital_mix(prediction=24.0)
    assert drawn.sentence.endswith(" Your prediction: 24.")
    assert 'aria-label="' + drawn.sentence[:40] in drawn.frame.svg
    drawn.set(firm="OpenAI")  # the question was about Anthropic
    assert "24" not in drawn.sentence and "your prediction" not in drawn.frame.svg
    who_can = labs.entrants(prediction=5.0)  # at the start settings
    assert who_can.sentence.endswith(" You predicted 5 firms for 2030.")
    assert "You predicted" not in who_can.set(research=1).sentence
    assert labs.scale_race(prediction="its share falls").sentence.endswith("its share falls.")


def test_any_prediction_has_its_mark_without_making_the_lab_again():
    bare, made = labs.make_or_buy(), labs.make_or_buy(prediction=1_000_000.0)
    shown, (mark, outside) = bare.frame.svg, bare.marks([1_000_000.0, 1.0])
    assert "your prediction" in mark and outside == ""
    assert mark.count("<text") == made.frame.svg.count("<text") - shown.count("<text")
    # Nothing of a mark stays behind.
    assert "your prediction" not in bare.preset(next(iter(bare.presets))).svg
    assert made.sentence.endswith(" Your prediction: 1,000,000.")


# What the labs teach, against published figures


def test_waterfall_first_dollar_at_thirteen_hundred():
    lab = labs.waterfall()
    assert "first dollar comes above USD 1,300 bn" in lab.preset("2019 terms: 100x").sentence
    assert "the non-profit never sees a dollar" in lab.preset("No cap").sentence


def test_round_builder_shows_the_published_post_money_values():
    lab = labs.round_builder()
    assert lab.preset("27 February 2026: announced").sentence.startswith(
        "Post-money 840 = pre-money 730 + new money 110"
    )
    closed = lab.preset("31 March 2026: closed")
    assert closed.sentence.startswith("Post-money 852 = pre-money 730 + new money 122")
    assert lab.result.stake("SoftBank") == pytest.approx(
        13, abs=0.5
    )  # SoftBank, 1 October 2026: about 13 %
    assert "the company gets none of it" in lab.preset("Only a share sale").sentence


def test_circular_flows_end_at_the_sum_of_the_contracts():
    lab = labs.circular_flows()
    lab.preset("As signed, to the end")
    out = lab.result["partners"]["purchases_out"]
    assert out["Amazon"] == pytest.approx(138)  # 38 in November 2025 and 100 in February 2026
    assert out["Oracle"] == pytest.approx(300)
    assert "2.8 dollars" in lab.sentence


def test_a_lab_can_be_moved_while_another_thread_draws():
    """As JupyterLab does while a cell runs: no picture is lost or torn, and the learner's own settings stay."""
    lab, alone = labs.waterfall(), labs.waterfall()
    before = dict(matplotlib.rcParams)
    stops = lab.controls["exit_value"].stops[::4]
    wanted = {stop: alone.set(exit_value=stop) for stop in stops}
    with ThreadPoolExecutor(3) as pool:
        drawn = pool.submit(lambda: [labs.capital_mix().picture for _ in range(4)])
        there = [pool.submit(lab._frame_at, lab.values | {"exit_value": stop}) for stop in stops]
        shown = [frame.result() for frame in there]
        assert len(set(drawn.result())) == 1
    assert [frame.sentence for frame in shown] == [frame.sentence for frame in wanted.values()]
    assert [frame.svg for frame in shown] == [frame.svg for frame in wanted.values()]
    assert dict(matplotlib.rcParams) == before
