"""A script that a page needs once for all labs and questions: names, words and keys of their controls."""

from functools import cache

import ipywidgets as widgets

# ipywidgets sliders have no accessible name, and a SelectionSlider tells its index instead of its words. The command mode of
# JupyterLab and Notebook 7 takes the arrow keys from sliders, lists and radio buttons, to go to the next cell; and radio buttons
# have no group, in which these keys could choose. The readout of a SelectionSlider is a nameless text box where the Tab key
# stops and typing does nothing.
# The script mends all that on whatever is or comes to be on the page, and lets screen readers hear the sentence of
# a lab when it changes.
#
# It also keeps every picture of a lab that has come from the kernel, shown or drawn ahead. A move to a setting that it
# holds is shown in the next frame, without waiting for the kernel: half of the time to a changed picture is the way there
# and back. The kernel's answer replaces the picture by the same one; while the learner's hand moves on, an answer that is late
# is passed over. A preset moves several controls, one after the other, from the kernel: then the page waits for its picture.
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
    framesOf(lab);
  }
};
let due = false;
// When the page has nothing better to do: a lab that is being moved goes first.
const later = window.requestIdleCallback ?? (work => setTimeout(work, 100));
new MutationObserver(() => { if (!due) { due = true; later(() => { due = false; mend(document); }, {timeout: 500}); } })
  .observe(document.body, {childList: true, subtree: true, characterData: true});

const held = new WeakMap(), MOST = 600;
const framesOf = lab => {
  if (!held.has(lab)) {
    held.set(lab, new Map());
    for (const node of lab.querySelectorAll('.aic-ready script, .aic-sentence')) arrived(lab, node);
  }
  return held.get(lab);
};
const keep = (lab, at, frame) => { const frames = framesOf(lab); if (frames.size >= MOST) frames.clear(); frames.set(at, frame); lab.dataset.held = frames.size; };
// A frame is its text until it is shown, then its nodes.
const arrived = (lab, node) => { if (node.dataset?.at && node.parentNode) keep(lab, node.dataset.at, node.localName === 'script' ? node.textContent : [...node.parentNode.childNodes]); };
// The setting of the controls as the kernel writes it: the position of each one's stop.
const setting = lab => [...lab.querySelectorAll('.aic-control')].map(control => {
  const handle = control.querySelector('.noUi-handle');
  return handle ? Math.round(handle.getAttribute('aria-valuenow')) : control.querySelector('select')?.selectedIndex; }).join();
const parsed = text => { const box = document.createElement('template'); box.innerHTML = text; return [...box.content.childNodes]; };
const show = lab => {
  const at = setting(lab), place = lab.querySelector('.aic-moving .widget-html-content'), frame = framesOf(lab).get(at);
  if (!place || !frame || place.querySelector('.aic-sentence')?.dataset.at === at) return;
  const nodes = typeof frame === 'string' ? parsed(frame) : frame;
  keep(lab, at, nodes);
  for (const node of nodes) ours.add(node);
  place.replaceChildren(...nodes);
};
// ipywidgets keeps back the later of two quick moves until the kernel has heard the first, but never a click on a preset: the move
// would reach the kernel after the preset and undo a part of it. So a preset waits here until the kernel has answered the last move.
const ours = new WeakSet(), unheard = new WeakSet(), waiting = new WeakMap();
const going = new WeakMap();
const go = lab => { unheard.delete(lab); const button = waiting.get(lab); waiting.delete(lab); button?.click(); };
// A hand that moves a control before a preset has come back moves it for the kernel, and the preset moves it for the page. Where they
// still disagree when all is quiet, the page asks where the kernel has the controls.
const asking = new WeakMap();
const agree = (lab, at) => {
  clearTimeout(asking.get(lab));
  asking.set(lab, setTimeout(() => { if (at !== setting(lab)) lab.querySelector('.aic-again')?.click(); }, 500));
};
const answered = (lab, node) => {
  if (!node.dataset?.at) return;
  agree(lab, node.dataset.at);
  if (!unheard.has(lab)) return;
  clearTimeout(going.get(lab));
  // A move that was kept back is on its way once the answer is followed by the kernel's word that it is idle. If the kernel sees the
  // controls elsewhere and stays with that, the preset sets its own for both; the others are asked for once all is quiet.
  going.set(lab, setTimeout(() => go(lab), node.dataset.at === setting(lab) ? 200 : 1000));
};
document.addEventListener('click', event => {
  const button = event.target.closest?.('.aic-controls button'), lab = button?.closest('.aic-lab');
  if (!lab || !unheard.has(lab)) return;
  event.stopImmediatePropagation();
  waiting.set(lab, button);
}, true);
// The control that the learner's hand moves in this very task, the one that it holds, and when it last moved one. A key or a pointer
// elsewhere moves nothing: what changes then is the kernel's doing, and no answer will follow it.
let hand = null, grip = null, last = -Infinity;
const controlOf = node => node.closest?.('.aic-control') ?? null;
const byHand = control => { if (!control) return; hand = control; setTimeout(() => { hand = null; }); };
for (const [kinds, work] of [
  [['keydown', 'change'], event => byHand(controlOf(event.target))],
  [['pointerdown', 'mousedown', 'touchstart'], event => byHand(grip = controlOf(event.target))],
  [['pointermove', 'mousemove', 'touchmove'], () => byHand(grip)],
  [['pointerup', 'mouseup', 'touchend'], () => { byHand(grip); grip = null; }],
]) for (const kind of kinds) document.addEventListener(kind, work, {capture: true, passive: true});
const settling = new WeakMap();
const settle = lab => { clearTimeout(settling.get(lab)); settling.set(lab, setTimeout(() => show(lab), 150)); };
const moved = (lab, control) => { if (control && control === hand) { last = performance.now(); unheard.add(lab); clearTimeout(going.get(lab)); clearTimeout(asking.get(lab)); show(lab); } else settle(lab); };
new MutationObserver(records => {
  for (const {type, target, addedNodes, oldValue} of records) {
    const lab = target.closest?.('.aic-lab');
    if (!lab) continue;
    // A key at the end of a slider writes the same position again, and the kernel hears nothing.
    if (type === 'attributes') { if (oldValue !== target.getAttribute('aria-valuenow')) moved(lab, controlOf(target)); }
    else if (target.closest('.aic-ready, .aic-moving')) {
      for (const node of addedNodes) {
        arrived(lab, node);
        if (!ours.delete(node) && !target.closest('.aic-ready')) answered(lab, node);
      }
      if (performance.now() - last < 500) show(lab); else settle(lab);
    }
  }
}).observe(document.body, {childList: true, subtree: true, attributes: true, attributeOldValue: true, attributeFilter: ['aria-valuenow']});
document.addEventListener('change', event => { const lab = event.target.closest?.('.aic-lab'); if (lab) moved(lab, controlOf(event.target)); }, true);
mend(document);
})();</script>"""


@cache
def script_widget() -> widgets.Output:
    """The script as a part of any widget box: it comes with the live controls, and no saved notebook holds it."""
    shown = {"output_type": "display_data", "data": {"text/html": PAGE_SCRIPT}, "metadata": {}}
    return widgets.Output(outputs=(shown,), layout={"display": "none"})
