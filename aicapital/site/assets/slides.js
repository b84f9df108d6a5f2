/* A lesson as a talk: reveal.js turns the slides, every slide fits its frame, sliders keep their own keys. */
'use strict';
(() => {
const WIDTH = 1280, HEIGHT = 720, FOOT = 24;  // in the foot stands the slide's number
const LEAST_PICTURE = 340, LEAST_WORDS = 300;  // height of a picture, width of the words beside one
// A picture gets all the height that is left under its words, or beside them where it is larger so.
const place = box => {
  const picture = box.querySelector('.shown > figure img');
  if (!picture) return;
  const shape = picture.getAttribute('width') / picture.getAttribute('height'), words = box.querySelector('.words');
  const high = value => box.style.setProperty('--picture', `${value}px`);
  const room = () => { high(1); return HEIGHT - FOOT - box.offsetHeight; };
  box.removeAttribute('data-beside');
  const under = Math.max(LEAST_PICTURE, Math.min(room(), box.clientWidth / shape));
  if (words.textContent.trim()) {
    box.setAttribute('data-beside', '');
    words.hidden = true;
    const beside = Math.min(room(), (box.clientWidth - LEAST_WORDS) / shape);
    words.hidden = false;
    high(beside);
    if (beside > under * 1.1 && box.offsetHeight <= HEIGHT - FOOT + 1) return;
    box.removeAttribute('data-beside');
  }
  high(under);
};
const fit = slide => {
  const box = slide?.querySelector('.fit');
  if (!box) return;
  let zoom = box.style.zoom = 1;
  place(box);
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
