"""What a page needs once for all labs: their style, and a script that gives sliders names and keys."""

STYLE = """<style>
.aic-lab{max-width:100%}
.aic-stage{position:relative;width:100%;overflow:hidden;display:block}
.aic-stage>*{margin:0;padding:0;width:100%}
.aic-stage .widget-html-content{width:100%}
.aic-still{position:absolute;left:0;top:0;width:100%;height:auto;background:#fff}
.aic-moving{position:relative;height:auto;pointer-events:none}
.aic-moving svg{width:100%;height:auto;display:block}
.aic-moving svg *{stroke-linejoin:round;stroke-linecap:butt}
.aic-moving text{font-family:"DejaVu Sans",Verdana,sans-serif!important;white-space:pre}
.aic-title{font-weight:600;font-size:1.05em}
.aic-sentence{margin:.3em 0 .6em;line-height:1.45;pointer-events:auto}
.aic-assumptions{line-height:1.35;font-size:.92em;max-width:787px}
.aic-assumptions summary{cursor:pointer}
.aic-assumptions table{font-size:1em;border-collapse:collapse}
.aic-assumptions td,.aic-assumptions th{padding:.1em .5em .1em 0;text-align:left;vertical-align:top}
.aic-live{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
</style>"""

# ipywidgets sliders have no accessible name, a SelectionSlider tells its index instead of its words, and in Notebook 7
# the arrow keys never reach a slider. The script mends all three on every slider that is or comes to be on the page,
# and lets screen readers hear the sentence of a lab when it changes.
#
# It also keeps every picture of a lab that has come from the kernel, shown or drawn ahead. A move to a setting that it
# holds is shown in the next frame, without waiting for the kernel: half of the time to a changed picture is the way there
# and back. The kernel's answer replaces the picture by the same one; an answer that is late by then is passed over.
PAGE_SCRIPT = """<script>(() => {
if (window.aicapitalPage) return; window.aicapitalPage = true;
const mend = root => {
  for (const box of root.querySelectorAll('.widget-slider, .widget-hslider')) {
    const handle = box.querySelector('.noUi-handle'), label = box.querySelector('.widget-label'),
          readout = box.querySelector('.widget-readout');
    if (!handle) continue;
    if (label && handle.getAttribute('aria-label') !== label.textContent) handle.setAttribute('aria-label', label.textContent);
    if (readout && handle.getAttribute('aria-valuetext') !== readout.textContent) handle.setAttribute('aria-valuetext', readout.textContent);
    if (!handle.hasAttribute('data-lm-suppress-shortcuts')) handle.setAttribute('data-lm-suppress-shortcuts', 'true');
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
  place.replaceChildren(...nodes);
};
new MutationObserver(records => {
  const moved = new Set();
  for (const {type, target, addedNodes} of records) {
    const lab = target.closest?.('.aic-lab');
    if (!lab) continue;
    if (type === 'childList') {
      if (!target.closest('.aic-ready, .aic-moving')) continue;
      for (const node of addedNodes) arrived(lab, node);
    }
    moved.add(lab);
  }
  moved.forEach(show);
}).observe(document.body, {childList: true, subtree: true, attributes: true, attributeFilter: ['aria-valuenow']});
document.addEventListener('change', event => { const lab = event.target.closest?.('.aic-lab'); if (lab) show(lab); }, true);
mend(document);
})();</script>"""
