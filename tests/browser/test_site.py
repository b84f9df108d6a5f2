"""The static site and the slides, opened from a plain folder in Chromium without a network, lesson by lesson."""

import html
import json
import os
import random
import re
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest

from aicapital.authoring.notebook_file import read
from aicapital.learning import brief
from aicapital.learning.banks.concepts import CONCEPTS, FORMS
from aicapital.learning.concept_test import ConceptResult
from aicapital.learning.progress import open_progress
from aicapital.learning.quantity import NotANumber, close, parse_quantity, show_number, with_unit
from aicapital.learning.questions import ANSWERS, DO_NOT_KNOW
from aicapital.site.build import MOST_BYTES, build, bytes_of

from ..test_brief import full, judge
from .jupyter import NUMBER_OF, browser, chromium
from .npm import REVEAL, packages, violations

NEEDED = os.environ.get("COURSE_NEEDS_BROWSER")
pytestmark = pytest.mark.skipif(
    not (NEEDED or (chromium() and packages())),
    reason="NO CHROMIUM OR NO NPM: the site and the slides were NOT tried in a browser. Install chromium and npm.",
)
ROOT = Path(__file__).parents[2]
LESSONS = [path.stem for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))]
OTHERS = ["index", "data"]
FIRST, LAST = LESSONS[0], LESSONS[-1]
FRAMES = 24  # a lab: the shape of what `make site` writes, in less time
PHONE, DESKTOP = {"width": 360, "height": 800}, {"width": 1280, "height": 800}


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    assert packages()
    out = tmp_path_factory.mktemp("site")
    assert build(out, most_frames=FRAMES, reveal=REVEAL) == []
    return out


@pytest.fixture(scope="module")
def page(site):
    with browser() as opened:
        page = opened.new_page(viewport=DESKTOP)
        page.problems, page.foreign = [], []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on(
            "console",
            lambda line: page.problems.append(line.text) if line.type == "error" else None,
        )
        page.on(
            "request",
            lambda request: (
                page.foreign.append(request.url)
                if not request.url.startswith(("file:", "data:"))
                else None
            ),
        )
        page.context.set_offline(True)
        yield page


@pytest.fixture
def show(page, site):
    """Opens a page of the site, at the size of a desktop; it must load without an error and ask nobody else for anything."""

    def opened(name: str):
        page.set_viewport_size(DESKTOP)
        page.goto((site / f"{name}.html").as_uri())
        return page

    yield opened
    assert page.problems == [] and page.foreign == []


def wake(page, lab) -> None:
    lab.scroll_into_view_if_needed()
    page.wait_for_function(
        "lab => lab.classList.contains('alive')", arg=lab.element_handle(), timeout=10_000
    )


@pytest.fixture(scope="module", params=LESSONS)
def name(request) -> str:
    """A lesson: all that is tried on its page follows one after the other, since loading it takes as long as one test."""
    return request.param


@pytest.fixture
def lesson(show, name, page, site):
    """The page of a lesson as the test before has left it."""
    if page.url != (site / f"{name}.html").as_uri():
        show(name)
    page.set_viewport_size(DESKTOP)
    return page


def test_everybody_can_use_a_lesson_on_a_desktop_and_on_a_phone(lesson):
    usable(lesson)


@pytest.mark.parametrize("other", OTHERS)
def test_everybody_can_use_the_other_pages(show, other):
    usable(show(other))


def usable(page) -> None:
    for lab in page.locator(".lab").all():
        wake(page, lab)
    assert violations(page) == []
    # 640 is what is left of a desktop at 200 % zoom.
    for width in (640, PHONE["width"]):
        page.set_viewport_size(PHONE | {"width": width})
        page.wait_for_timeout(50)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        titles = page.evaluate(
            "[...document.querySelectorAll('caption')].filter(title => title.offsetWidth > document.documentElement.clientWidth - 30).map(title => title.innerText)"
        )
        assert titles == [], "titles of tables leave the screen"
        if width == 640:
            cut = "[...document.querySelectorAll('.picture')].filter(box => box.scrollWidth > box.clientWidth + 1).length"
            assert page.evaluate(cut) == 0, "pictures that are not whole at 200 %"
    # Boxes that scroll on a phone must be reachable there.
    page.evaluate("dispatchEvent(new Event('resize'))")
    assert page.evaluate(
        "[...document.querySelectorAll('.scroll')].every(box => box.scrollWidth <= box.clientWidth + 1 || box.tabIndex === 0)"
    )


class _Alts(HTMLParser):
    def __init__(self, text: str):
        super().__init__()
        self.alts = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            self.alts.append(dict(attrs)["alt"])


def test_every_table_and_picture_of_the_notebook_is_on_the_page_and_within_its_size(site, name):
    text = (site / f"{name}.html").read_text(encoding="utf-8")
    on_page = _Alts(text).alts
    notebook = read(ROOT / "notebooks" / f"{name}.ipynb")
    outputs = [
        output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", [])
    ]
    for data in outputs:
        shown = data.get("text/html", "")
        assert not (missing := set(_Alts(shown).alts) - set(on_page)), missing
        for caption in re.findall(r"<caption>.*?</caption>", shown):
            assert html.unescape(caption) in html.unescape(text)
    assert "Run this cell to" not in text
    assert 10_000 < bytes_of(site, f"{name}.html") < MOST_BYTES
    for picture in re.findall(r'src="(img/[^"]+)"', text):
        assert (site / picture).is_file()


# What is to be seen of a lab: one look a step, since each question to the page takes its time.
LOOK = f"""lab => {{
  const svg = lab.querySelector('.stage svg');
  return {{
    picture: {NUMBER_OF}(svg.innerHTML), empty: !svg.innerHTML, label: svg.getAttribute('aria-label'),
    sentence: lab.querySelector('.sentence').textContent, note: lab.querySelector('.lab-note').textContent.trim(),
    controls: [...lab.querySelectorAll('.control')].map(control => {{
      const handle = control.querySelector('input, select'), label = control.querySelector('label');
      return {{
        name: label.textContent.trim(), named: label.htmlFor === handle.id, value: handle.value, slider: handle.type === 'range',
        told: handle.getAttribute('aria-valuetext'), readout: control.querySelector('.readout')?.textContent,
      }}; }}),
  }}; }}"""
FOCUS = "([lab, i]) => lab.querySelectorAll('.control :is(input, select)')[i].focus()"


def test_each_control_of_each_lab_moves_picture_and_sentence_by_keyboard(lesson):
    for lab in lesson.locator(".lab").all():
        wake(lesson, lab)
        element, moved = lab.element_handle(), 0
        before = element.evaluate(LOOK)
        for i, control in enumerate(before["controls"]):
            assert control["name"] and control["named"]
            lesson.evaluate(FOCUS, [element, i])
            lesson.keyboard.press("Home")
            now = element.evaluate(LOOK)
            if now["controls"][i]["value"] == control["value"]:
                lesson.keyboard.press("End")
                now = element.evaluate(LOOK)
            after = now["controls"][i]
            assert after["value"] != control["value"], control["name"]
            assert not after["slider"] or after["told"] == after["readout"] != ""
            moved += now["picture"] != before["picture"] and now["sentence"] != before["sentence"]
            assert now["label"] == now["sentence"]
            before = now
        # At the ends of some assumptions others no longer matter, so not every single one need show a change.
        assert moved >= 1
        assert lab.locator(".sentence").get_attribute("aria-live") == "polite"
        for preset in lab.locator(".presets button").all():
            preset.press("Enter")
            assert not element.evaluate(LOOK)["empty"]


def test_a_setting_that_is_not_drawn_gives_way_to_the_nearest_and_says_so(lesson):
    for lab in lesson.locator(".lab").all():
        wake(lesson, lab)
        element = lab.element_handle()
        now = element.evaluate(LOOK)
        # Towards a far corner, one control after the other.
        for i in range(len(now["controls"])):
            before = [each["value"] for each in now["controls"]]
            lesson.evaluate(FOCUS, [element, i])
            lesson.keyboard.press("End" if before[i] == "0" else "Home")
            now = element.evaluate(LOOK)
            after, note = [each["value"] for each in now["controls"]], now["note"]
            assert after[i] != before[i]  # the control that was moved stays where it was put
            others_stay = [*before[:i], *before[i + 1 :]] == [*after[:i], *after[i + 1 :]]
            assert (note == "") == others_stay
            assert note == "" or ("nearest" in note and "instead of" in note)
            assert now["label"] == now["sentence"]


# Answers every check of a page: first its first mistake, then a hint, then the truth; returns what was said.
ANSWER_ALL = """() => [...document.querySelectorAll('form.question[data-kind="checks"]')].map(form => {
  const data = JSON.parse(form.querySelector('script').textContent), reply = form.querySelector('.reply'), said = {};
  const submit = () => { form.requestSubmit(); return reply.innerText; };
  if (data.mistakes?.length) {
    form.elements.answer.value = String(data.mistakes[0].value);
    Object.assign(said, {mistake: data.mistakes[0].name, wrong: submit()});
  } else if (data.options) {
    const wrong = data.options.findIndex(option => !option.right);
    form.elements.answer[wrong].checked = true;
    Object.assign(said, {mistake: data.options[wrong].mistake, wrong: submit()});
  }
  form.querySelector('button.hint')?.click();
  said.hint = data.hints.length ? reply.innerText : 'Hint 1 of 4';
  if ('answer' in data) form.elements.answer.value = /[0-9]/.test(data.unit) ? String(data.answer) : `${data.answer} ${data.unit}`;
  else if (data.options) form.elements.answer[data.options.findIndex(option => option.right)].checked = true;
  else return {code: form.innerText};
  return {...said, right: submit(), live: reply.getAttribute('aria-live')};
})"""


def test_a_wrong_answer_is_told_its_mistake_and_a_right_one_is_right(lesson):
    said = lesson.evaluate(ANSWER_ALL)
    for answer in said:
        if "code" in answer:
            assert "needs the notebook" in answer["code"]
            continue
        assert answer["right"].startswith("Right."), answer
        assert answer["live"] == "polite" and "Hint 1 of 4" in answer["hint"]
        if "wrong" in answer:
            assert answer["wrong"].startswith("Not yet."), answer
            assert answer["mistake"][1:] in answer["wrong"], answer
    assert any("wrong" in answer for answer in said) or not said


def test_a_number_is_answered_by_keyboard(show):
    page = show(LESSONS[1])
    box = page.locator('form.question[data-kind="checks"] input[type=text]').first
    box.focus()
    page.keyboard.type("a lot")
    page.keyboard.press("Enter")
    reply = box.locator("xpath=ancestor::form").locator(".reply")
    assert "I cannot read “a lot” as a number" in reply.inner_text()


def test_predictions_and_verdicts_stay_in_the_browser_and_are_drawn_in(lesson, show, name):
    page = lesson
    for form in page.locator('form.question[data-kind="predictions"]').all():
        data = json.loads(form.locator("script").text_content())
        if data["options"]:
            form.locator("input").first.check()
        else:
            form.locator("input").fill(repr(data["truth"]))
        form.locator("button[type=submit]").click()
        assert "Recorded on" in form.locator(".reply").inner_text()
    for form in page.locator('form.question[data-kind="verdicts"]').all()[:1]:
        form.locator("button[type=submit]").click()
        assert "Pick a verdict" in form.locator(".reply").inner_text()
        form.locator("fieldset.verdict input").first.check()
        form.locator("fieldset.confidence input").last.check()
        form.locator("button[type=submit]").click()
        assert "The course's verdict" in form.locator(".reply").inner_text()
    page = show(name)
    for form in page.locator('form.question[data-kind="predictions"]').all():
        assert "Recorded on" in form.locator(".reply").inner_text()
    for lab in page.locator(".lab").all():
        wake(page, lab)
        if lab.get_attribute("data-prediction"):
            told, drawn = lab.locator(".lab-guess").inner_text(), lab.locator(".stage svg .mark")
            assert told and (drawn.count() == 1 or "outside" in told)
            assert "outside" in told or drawn.locator("path, use").count()
    for box in page.locator(".beside").all():
        box.locator("button").click()
        assert (
            "The evidence" in box.locator(".reply").inner_text()
            and "Distance" in box.locator(".reply").inner_text()
        )


GIVEN = [
    *(
        "840",
        "840 bn",
        "$840bn",
        "USD 840 billion",
        "0.84 tn",
        "840,000 million",
        "~ 840",
        "≈840 bn",
        "8.4e2",
        "-3",
        "−3",
        "+3.5",
    ),
    *(
        "13.1 %",
        "13.1 per cent",
        "13,1",
        "1,234.5",
        "12 345",
        "1'000",
        "a lot",
        "",
        "12 13",
        "7x",
        "7 times",
        "5 apples",
        "1e999",
        ".5",
        "5.",
    ),
    *("0.13", "13 percentage points", "USD", "3 k", "1,2345", "２"),
    *("1 percentage point", "13 per cent points", "0.4 points", "1,894 point", "1894 HHI points"),
    *(
        "24.3 % a year",
        "24.3% per year",
        "24.3 p.a.",
        "24.3 %/yr",
        "24.3 annually",
        "24.3 % a month",
    ),
]
UNITS = ["USD bn", "%", "% a year", "", "x", "million users", "USD", "points", "percentage points"]


def test_numbers_are_read_and_written_as_in_the_notebooks(show):
    page = show("index")
    cases = [[given, unit] for unit in UNITS for given in GIVEN]
    read_there = page.evaluate(
        """cases => cases.map(([given, unit]) => { try { const it = aicapital.numbers.readNumber(given, unit, 'a number'); return [it.value, it.percentSign]; } catch (error) { return error.message; } })""",
        cases,
    )
    for (given, unit), there in zip(cases, read_there, strict=True):
        try:
            quantity = parse_quantity(given, unit, "a number")
            assert there == [pytest.approx(quantity.value), quantity.percent_sign], (given, unit)
        except NotANumber as message:
            assert there == str(message), (given, unit)
    values = [
        0,
        1,
        -1,
        0.5,
        1 / 3,
        12.345,
        999.96,
        1000,
        1234.56,
        9999.94,
        12345.6,
        1e9,
        1.5e15,
        2e-5,
        1.234e-7,
        -840,
        0.1 + 0.2,
    ]
    assert page.evaluate("values => values.map(aicapital.numbers.showNumber)", values) == [
        show_number(float(value)) for value in values
    ]
    assert page.evaluate(
        "values => values.map(value => aicapital.numbers.withUnit(value, 'USD bn'))", values
    ) == [with_unit(value, "USD bn") for value in values]
    pairs = [
        (value, target, tolerance, relative)
        for value in (12.9, 13, 13.2, -13)
        for target in (13.0, 12.0)
        for tolerance, relative in ((None, None), (0.1, None), (None, 0.05), (0.1, 0.05))
    ]
    assert page.evaluate("pairs => pairs.map(pair => aicapital.numbers.close(...pair))", pairs) == [
        close(*pair) for pair in pairs
    ]


def test_a_lesson_prints_as_pages_with_its_pictures_and_without_its_buttons(lesson):
    page = lesson
    for lab in page.locator(".lab").all():
        wake(page, lab)
    shown = (
        "[...document.querySelectorAll('main .cell img:not(.still)')].map(picture => picture.src)"
    )
    pictures = len(set(page.evaluate(shown)))  # a picture that is shown twice is kept once
    pdf = page.pdf(prefer_css_page_size=True)
    sheets, images = (
        len(re.findall(rb"/Type\s*/Page\b", pdf)),
        len(re.findall(rb"/Subtype\s*/Image", pdf)),
    )
    assert 1 <= sheets <= 40
    assert images >= pictures
    page.emulate_media(media="print")
    assert not page.locator("button:visible, .live:visible, nav:visible").count()
    assert page.locator(".twin:visible").count() == page.locator(".lab").count()
    page.emulate_media(media="screen")


def test_each_slide_fits_its_frame_and_labs_move_on_it(show, name):
    page = show(f"slides/{name}")
    page.wait_for_function("window.Reveal?.isReady()")
    assert violations(page) == []
    too_tall = page.evaluate(
        """async () => { const found = [];
        for (let i = 0; i < Reveal.getTotalSlides(); i += 1) {
          Reveal.slide(i);
          const slide = Reveal.getCurrentSlide(), lab = slide.querySelector('.lab');
          for (let wait = 0; lab && !lab.classList.contains('alive') && wait < 100; wait += 1) await new Promise(done => setTimeout(done, 50));
          await new Promise(requestAnimationFrame);
          aicapital.fit(slide);
          const box = slide.querySelector('.fit');
          // A picture's smallest words have 9 points, 12 pixels at its own size.
          const picture = slide.querySelector('.shown > figure img'), shown = picture?.getBoundingClientRect();
          if (picture && 12 * shown.width / picture.getAttribute('width') < 10.5) found.push([i, 'small words', shown.width]);
          if (box.getBoundingClientRect().height > Reveal.getScale() * 720 + 1 || box.scrollWidth > box.clientWidth + 1 || (lab && !lab.classList.contains('alive'))) found.push([i, box.innerText.slice(0, 60), box.style.zoom]);
        } return found; }"""
    )
    assert too_tall == []
    for lab in page.locator(".lab").all()[:1]:
        page.evaluate(
            "lab => { const at = Reveal.getIndices(lab.closest('section')); Reveal.slide(at.h); }",
            lab.element_handle(),
        )
        slide, words = page.evaluate("Reveal.getIndices().h"), lab.locator(".sentence").inner_text()
        lab.locator("input").first.focus()
        page.keyboard.press("ArrowLeft")
        assert lab.locator(".sentence").inner_text() != words
        assert page.evaluate("Reveal.getIndices().h") == slide


# ---- concept questions and the brief
def answered(rng: random.Random, form: str) -> dict[str, str]:
    """Random answers to one form: some left open, some not known, more right after the lessons."""
    found = {}
    for concept in CONCEPTS:
        right = next(
            letter
            for letter, option in zip(ANSWERS, concept.question(form).options, strict=False)
            if option.correct
        )
        drawn = rng.choice([right, right, *ANSWERS, DO_NOT_KNOW, None])
        if drawn:
            found[concept.id] = drawn
    return found


def test_both_forms_are_compared_as_in_the_notebook(show):
    page, rng = show(LAST), random.Random(7)
    everything = {
        form: {
            concept.id: ANSWERS[
                [option.correct for option in concept.question(form).options].index(True)
            ]
            for concept in CONCEPTS
        }
        for form in FORMS
    }
    one = CONCEPTS[0].id
    cases = [
        everything,
        {"pre": {}, "post": everything["post"]},
        {"pre": {one: DO_NOT_KNOW}, "post": {CONCEPTS[1].id: "A"}},
        {"pre": everything["pre"], "post": everything["post"] | {one: DO_NOT_KNOW}},
        *({form: answered(rng, form) for form in FORMS} for _ in range(60)),
    ]
    said = page.evaluate(
        """cases => { const data = JSON.parse(document.querySelector('[data-concepts] script').textContent);
        return cases.map(answers => aicapital.capstone.compare(data, answers)); }""",
        cases,
    )
    for answers, there in zip(cases, said, strict=True):
        records = {
            form: {key: {"answer": letter, "handed_in": True} for key, letter in given.items()}
            for form, given in answers.items()
        }
        here = ConceptResult(SimpleNamespace(read=lambda kept=records: {"concepts": kept}))
        assert there["words"] == here.words, answers
        assert [tuple(row) for row in there["gains"]] == [score.row for score in here.scores]
        assert [tuple(row) for row in there["review"]] == here.review()


def test_concept_questions_wait_for_their_twins_and_stay_once_handed_in(show):
    page = show(FIRST)
    page.evaluate("localStorage.clear()")
    assert "mistakes" not in page.locator("[data-concepts=pre] script").text_content()
    form, hand_in = page.locator("[data-concepts=pre]"), "button[type=submit]"
    boxes = form.locator("fieldset")
    boxes.nth(0).locator("input").nth(1).focus()
    page.keyboard.press("Space")
    form.locator(hand_in).click()
    assert "Still open: 2, 3, 4" in form.locator(".reply").inner_text()
    form.locator(hand_in).click()
    page = show(FIRST)
    assert boxes.nth(0).locator("input").nth(1).is_checked()
    assert form.locator(hand_in).is_disabled() and boxes.nth(3).locator("input").first.is_disabled()
    assert "Before the lessons: 1 of 12 answered, handed in" in page.locator(".record").inner_text()
    page = show(LAST)
    twins = page.locator("[data-concepts=post]")
    for number in range(len(CONCEPTS)):
        twins.locator("fieldset").nth(number).locator("input").first.check()
    twins.locator(hand_in).click()
    said = twins.locator(".reply").inner_text()
    assert "The comparison counts the 1 question that you answered both times." in said
    assert "What you gained" in said and "Question by question" in said
    assert violations(page, "[data-concepts=post]") == []


@pytest.fixture
def record(tmp_path, monkeypatch):
    """A fresh record of the notebooks."""
    monkeypatch.setenv("AICAPITAL_PROGRESS", str(tmp_path / "progress"))
    return open_progress()


def put_in(page, store) -> None:
    """The record of the notebooks and nothing else, loaded as a file the way a reader would."""
    page.evaluate("localStorage.clear()")
    with page.expect_navigation():
        page.locator("input[type=file]").first.set_input_files(
            {
                "name": "progress.json",
                "mimeType": "application/json",
                "buffer": store.file.read_bytes(),
            }
        )


def written(page, texts: dict[str, str]) -> str:
    form = page.locator("form.brief")
    form.scroll_into_view_if_needed()
    page.wait_for_function(
        "[...document.querySelectorAll('.lab')].at(-1).classList.contains('alive')"
    )
    for name, text in texts.items():
        form.locator(f"[name='{name}']").fill(text)
    form.locator("button[type=submit]").click()
    return form.locator("iframe").get_attribute("srcdoc")


def without_figure(page: str) -> str:
    return re.sub(r"<figure>.*?</figure>", "", page, flags=re.DOTALL)


def test_a_whole_brief_is_that_of_the_notebook_and_prints_on_two_sheets(show, record, tmp_path):
    mine, page = full(record), show(LAST)
    put_in(page, record)
    texts = {"name": mine.name, "answer": mine.answer, "change_my_mind": mine.change_my_mind}
    there = written(page, texts | {"C.3": "20", "C.4": "35 %"})
    assert without_figure(there) == without_figure(mine.html)
    assert page.locator("form.brief .reply p").first.inner_text() == mine.summary[0]
    saved = page.locator("form.brief .save")
    with page.expect_download() as download:
        saved.click()
    assert download.value.suggested_filename == "brief.html"
    place = tmp_path / "brief.html"
    download.value.save_as(place)
    page.goto(place.as_uri())
    assert page.locator("figure svg text").count() > 3 and page.locator("figure image").count() == 1
    assert mine.scenario.sentence == page.locator("figure svg").get_attribute("aria-label")
    assert violations(page) == []
    sheets = len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))
    assert sheets in (1, 2)


def test_a_brief_says_what_is_missing_and_keeps_what_is_there(show, record):
    judge(record, "C.1", "holds")
    judge(record, "II.4.1", "overtaken", "low", first="holds")
    mine, page = brief(name="<Ada>", forecasts={"C.3": 12.5}), show(LAST)
    put_in(page, record)
    form = page.locator("form.brief")
    written(page, {"C.3": "0.2"})
    assert "Is that 20 %?" in form.locator(".reply").inner_text()
    assert form.locator("iframe").is_hidden()
    there = written(page, {"name": "<Ada>", "C.3": "12.5"})
    gaps = [
        html.unescape(gap)
        for gap in re.findall("<li>([^<]*)</li>", there.split('class="missing"')[-1])
    ]
    # The notebook also wants its scenario; here the lab above is one.
    wanted = [gap.split(": brief(")[0] for gap in mine.missing if "brief(my_future)" not in gap]
    assert [gap.removesuffix(".") for gap in gaps] == [gap.removesuffix(".") for gap in wanted]
    upto = '<div class="missing">'
    parts = without_figure(there).split(upto)[0], mine.html.split(upto)[0]
    assert parts[0] == parts[1]
    # A reload brings back the texts and the scenario.
    lab = page.locator(".lab").last
    lab.locator("input").first.focus()
    page.keyboard.press("End")
    moved = lab.locator(".sentence").inner_text()
    page = show(LAST)
    assert moved in html.unescape(written(page, {}))
    assert form.locator("[name=name]").input_value() == "<Ada>"


def test_answers_go_from_page_to_page_as_a_file_where_a_browser_keeps_none(site, show):
    page = show(FIRST).context.browser.new_page()
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }})"
    )
    page.goto((site / f"{FIRST}.html").as_uri())
    assert "until you close or reload it" in page.locator(".about[role=status]").inner_text()
    page.locator("[data-concepts=pre] input").first.check()
    with page.expect_download() as download:
        page.locator(".record-of .save").click()
    kept = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert len(kept["concepts"]["pre"]) == 1
    page.goto((site / f"{LAST}.html").as_uri())
    box = page.locator(".record-of input[type=file]")
    box.set_input_files({"name": "x.json", "mimeType": "application/json", "buffer": b"[1]"})
    page.get_by_text("x.json holds no answers").wait_for()
    box.set_input_files(download.value.path())
    page.wait_for_function("!document.querySelector('.record-of input[type=file]').files.length")
    page.locator("[data-concepts=post] input").first.check()
    page.locator("[data-concepts=post] button[type=submit]").click(click_count=2)
    assert "no answers from before" not in page.locator("[data-concepts=post] .reply").inner_text()
    page.close()
