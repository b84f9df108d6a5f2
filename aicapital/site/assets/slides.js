/* A lesson as a talk: reveal.js turns the slides, every slide fits its frame, sliders keep their own keys. */
'use strict';
(() => {
const WIDTH = 1280, HEIGHT = 720, FOOT = 24;  // in the foot stands the slide's number
const fit = slide => {
  const box = slide?.querySelector('.fit');
  if (!box) return;
  let zoom = box.style.zoom = 1;
  // Words reflow when they shrink, so look again after each step.
  while (box.offsetHeight * zoom > HEIGHT - FOOT && zoom > 0.5) box.style.zoom = zoom -= 0.04;
};
Reveal.initialize({
  width: WIDTH, height: HEIGHT, margin: 0.04, center: false, hash: true, transition: 'none', slideNumber: 'c/t',
  keyboardCondition: event => !/^(input|select|textarea)$/i.test(document.activeElement?.tagName ?? ''),
}).then(() => {
  fit(Reveal.getCurrentSlide());
  Reveal.on('slidechanged', event => fit(event.currentSlide));
  // What is opened, answered or comes alive on a slide changes its height.
  new MutationObserver(() => requestAnimationFrame(() => fit(Reveal.getCurrentSlide())))
    .observe(document.querySelector('.slides'), {subtree: true, childList: true, attributes: true, attributeFilter: ['open', 'class']});
});
window.aicapital.fit = fit;
})();
