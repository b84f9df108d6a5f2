"""A script that a page needs once for all labs and questions: names, words and keys of their controls."""

from functools import cache

import ipywidgets as widgets

# ipywidgets sliders have no accessible name, and a SelectionSlider tells its index instead of its words. The command mode of
# JupyterLab and Notebook 7 takes the arrow keys from sliders, lists and radio buttons, to go to the next cell; and radio buttons
# have no group, in which these keys could choose. The readout of a SelectionSlider is a nameless text box where the Tab key
# stops and typing does nothing.
# The script mends all that on whatever is or comes to be on the page, and lets screen readers hear the sentence of
# a lab when it changes.
PAGE_SCRIPT = """<script>(() => {
if (window.aicapitalPage) return; window.aicapitalPage = true;
let groups = 0;
const mend = root => {
  for (const box of root.querySelectorAll('.widget-slider, .widget-hslider')) {
    const handle = box.querySelector('.noUi-handle'), label = box.querySelector('.widget-label'),
          readout = box.querySelector('.widget-readout');
    if (!handle) continue;
    if (label && handle.getAttribute('aria-label') !== label.textContent) handle.setAttribute('aria-label', label.textContent);
    if (readout && handle.getAttribute('aria-valuetext') !== readout.textContent) handle.setAttribute('aria-valuetext', readout.textContent);
    if (readout?.isContentEditable && box.closest('.aic-lab')) readout.contentEditable = 'false';
  }
  for (const control of root.querySelectorAll('.noUi-handle, .aic-lab select, .aicapital-question :is(select, input[type=radio])')) {
    if (!control.hasAttribute('data-lm-suppress-shortcuts')) control.setAttribute('data-lm-suppress-shortcuts', 'true');
  }
  for (const box of root.querySelectorAll('.aicapital-question .widget-radio')) {
    const options = [...box.querySelectorAll('input[type=radio]')];
    if (options.every(option => option.name)) continue;
    groups += 1;
    for (const option of options) option.name = `aicapital-${groups}`;
  }
  // A live region must stay when its words change, so the sentence is copied into one of its own.
  for (const lab of root.querySelectorAll('.aic-lab')) {
    let live = lab.querySelector('.aic-live');
    if (!live) { live = document.createElement('div'); live.className = 'aic-live'; live.setAttribute('role', 'status'); lab.append(live); }
    const words = lab.querySelector('.aic-sentence')?.textContent ?? '';
    if (live.textContent !== words) live.textContent = words;
  }
};
let due = false;
// When the page has nothing better to do: a lab that is being moved goes first.
const later = window.requestIdleCallback ?? (work => setTimeout(work, 100));
new MutationObserver(() => { if (!due) { due = true; later(() => { due = false; mend(document); }, {timeout: 500}); } })
  .observe(document.body, {childList: true, subtree: true, characterData: true});
mend(document);
})();</script>"""


@cache
def script_widget() -> widgets.Output:
    """The script as a part of any widget box: it comes with the live controls, and no saved notebook holds it."""
    shown = {"output_type": "display_data", "data": {"text/html": PAGE_SCRIPT}, "metadata": {}}
    return widgets.Output(outputs=(shown,), layout={"display": "none"})
