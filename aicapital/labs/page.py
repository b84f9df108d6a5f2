"""What a page needs once for all labs: their style, and a script that gives sliders names and keys."""

STYLE = """<style>
.aic-lab{max-width:100%}
.aic-stage{position:relative;width:100%;overflow:hidden;display:block}
.aic-stage>*{margin:0;padding:0}
.aic-stage .widget-html-content{line-height:0}
.aic-still{width:100%;height:auto;background:#fff;display:block}
.aic-moving{position:absolute;inset:0;width:100%;height:100%;pointer-events:none}
.aic-moving svg{width:100%;height:auto;display:block}
.aic-moving svg *{stroke-linejoin:round;stroke-linecap:butt}
.aic-moving text{font-family:"DejaVu Sans",Verdana,sans-serif!important;white-space:pre}
.aic-title{font-weight:600;font-size:1.05em}
.aic-sentence{margin:.3em 0 .6em;line-height:1.45;max-width:790px}
</style>"""

# ipywidgets sliders have no accessible name, a SelectionSlider tells its index instead of its words, and in Notebook 7
# the arrow keys never reach a slider. The script mends all three on every slider that is or comes to be on the page.
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
  for (const says of root.querySelectorAll('.aic-says:not([role])')) { says.setAttribute('role', 'status'); says.setAttribute('aria-live', 'polite'); }
};
let due = false;
new MutationObserver(() => { if (!due) { due = true; setTimeout(() => { due = false; mend(document); }, 100); } })
  .observe(document.body, {childList: true, subtree: true, characterData: true});
mend(document);
})();</script>"""
