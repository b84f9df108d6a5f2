/* The course without a kernel: numbers as learners type them, questions, labs. Everything stays in this browser. */
'use strict';
(() => {
const $ = (root, selector) => root.querySelector(selector);
const $$ = (root, selector) => [...root.querySelectorAll(selector)];
const make = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== false) made.setAttribute(name, value === true ? '' : value);
  made.append(...children);
  return made;
};

// ---- numbers: the same rules as aicapital/learning/quantity.py, which a test compares with these
const scales = {};
for (const [words, factor] of [['tn trillion trillions', 1e12], ['bn billion billions b', 1e9], ['mn million millions m', 1e6], ['thousand thousands k', 1e3]])
  for (const word of words.split(' ')) scales[word] = factor;
const PERCENT = new Set(['%', 'percent', 'pct', 'percentage', 'pp']);
const POINTS = new Set(['point', 'points']);
const CURRENCY = new Set(['$', 'usd', 'us$', 'dollar', 'dollars']);
const TIMES = new Set(['x', '×', 'times', 'fold']);
const NUMBER = /^([^\d.+\-]*)([+-]?)([$]?)\s*((?:\d{1,3}(?:[, ]\d{3})+(?!\d)|\d+)(?:\.\d*)?|\.\d+)(e[+-]?\d+)?(.*)$/;
const DECIMAL_COMMA = /^\D*\d[\d.]*,(\d{1,2}|\d{4,})(\D.*)?$/;
const A_YEAR = /\b((a|per|each|every)\s+year|per\s+annum|annually|p\.?a)\b|\/\s*(year|yr|y|a)\b/g;
const YEARLY = 'yearly';
const PERCENTAGE_POINTS = /\b(percent|percentage)[ -]points?\b/g;
const tokens = text => text.toLowerCase().replaceAll('per cent', 'percent').replace(PERCENTAGE_POINTS, 'pp').replace(A_YEAR, ` ${YEARLY} `).match(/us\$|[%$×]|\p{L}+/gu) ?? [];
const isPercent = unit => tokens(unit).some(word => PERCENT.has(word));
const kindOfNumber = unit => unit ? `one number in ${unit}` : 'one number';
const shorten = text => { text = text.split(/\s+/).filter(Boolean).join(' '); return text.length <= 40 ? text : text.slice(0, 39) + '…'; };
class NotANumber extends Error {}

function readNumber(given, unit = '', expects = '') {
  const wanted = expects || kindOfNumber(unit);
  const text = given.replaceAll('−', '-').replace(/[０-９]/g, digit => String.fromCharCode(digit.charCodeAt(0) - 0xfee0)).replaceAll("'", '').split(/\s+/).filter(Boolean).join(' ').toLowerCase();
  if (!text) throw new NotANumber(`The box is empty. Expected: ${wanted}.`);
  if (DECIMAL_COMMA.test(text)) throw new NotANumber(`I cannot tell what the comma in “${given.trim()}” means. Write decimals with a point: 13.5.`);
  const match = NUMBER.exec(text.replace(/^[~≈ ]+/, ''));
  if (!match) throw new NotANumber(`I cannot read “${shorten(given)}” as a number. Use digits. Expected: ${wanted}.`);
  const [, before, sign, dollar, digits, exponent = '', after] = match;
  const value = Number(sign + digits.replace(/[, ]/g, '') + exponent), words = [...tokens(`${before} ${dollar}`), ...tokens(after)];
  if (!Number.isFinite(value) || /\d/.test(after)) throw new NotANumber(`I cannot read “${shorten(given)}” as one number. Expected: ${wanted}.`);
  return {value: value * factorOf(words, unit, given, wanted), percentSign: isPercent(unit) && words.some(word => PERCENT.has(word) || POINTS.has(word))};
}
function factorOf(words, unit, given, wanted) {
  const expected = tokens(unit), has = set => expected.some(word => set.has(word));
  let factor = 1;
  for (const word of words) {
    if (expected.includes(word) || ((PERCENT.has(word) || POINTS.has(word)) && isPercent(unit)) || (POINTS.has(word) && has(POINTS)) || (CURRENCY.has(word) && has(CURRENCY)) || (TIMES.has(word) && has(TIMES))) continue;
    if (word in scales && !isPercent(unit)) factor *= scales[word] / (scales[expected.find(each => each in scales)] ?? 1);
    else if (PERCENT.has(word)) throw new NotANumber(`“${shorten(given)}” is in per cent. Expected: ${wanted}.`);
    else throw new NotANumber(`I do not know “${word === YEARLY ? 'a year' : word}” here. Expected: ${wanted}.`);
  }
  return factor;
}
function close(value, target, tolerance, relative) {
  if (tolerance == null && relative == null) relative = 0.01;
  const room = Math.max(tolerance ?? 0, (relative ?? 0) * Math.abs(target));
  return Math.abs(value - target) <= room + 1e-9 * Math.max(Math.abs(target), Math.abs(room));
}
const plain = (value, digits) => {  // Python's format "g"
  const [head, power] = value.toExponential(digits - 1).split('e');
  if (value === 0 || (power >= -4 && power < digits)) return String(Number(value.toPrecision(digits)));
  return `${Number(head)}e${power[0]}${power.slice(1).padStart(2, '0')}`;
};
function showNumber(value) {
  const size = Math.abs(value), fixed = digits => value.toLocaleString('en-US', {minimumFractionDigits: digits, maximumFractionDigits: digits});
  if (size && (size < 1e-4 || size >= 1e15)) return plain(value, 3);
  if (size >= 10000 || (size >= 1000 && Number.isInteger(value))) return fixed(0);
  return size >= 1000 ? fixed(1) : plain(value, 4);
}
const besideUnit = (shown, unit) => unit.startsWith('USD ') ? `USD ${shown} ${unit.slice(4)}` : `${shown} ${unit}`.trim();
const withUnit = (value, unit) => besideUnit(showNumber(value), unit);
function outOfBounds(value, unit, minimum, maximum) {
  if ((minimum == null || value >= minimum) && (maximum == null || value <= maximum)) return '';
  const bounds = minimum == null ? `is at most ${withUnit(maximum, unit)}` : maximum == null ? `is at least ${withUnit(minimum, unit)}`
    : `lies between ${besideUnit(`${showNumber(minimum)} and ${showNumber(maximum)}`, unit)}`;
  return `${withUnit(value, unit)} is out of range: the number ${bounds}.`;
}
const isFraction = value => value > 0 && value < 1;
const fractionNote = value => `${showNumber(value)} reads as ${showNumber(value)} %. If you mean a share of ${showNumber(100 * value)} %, type ${showNumber(100 * value)}.`;

// ---- the record: as in the progress file of the notebooks, in this browser
const STORE = 'aicapital.progress';
let memory = null;  // where the browser keeps nothing for a page
try { localStorage.setItem(`${STORE}.try`, ''); localStorage.removeItem(`${STORE}.try`); } catch { memory = {}; }
const readRecords = () => { try { return memory ?? JSON.parse(localStorage.getItem(STORE)) ?? {}; } catch { return memory ?? {}; } };
const record = (kind, lesson, id) => readRecords()[kind]?.[lesson]?.[id];
function put(kind, lesson, id, value) {
  const all = readRecords();
  ((all[kind] ??= {})[lesson] ??= {})[id] = value;
  keep(all);
  document.dispatchEvent(new CustomEvent('recorded', {detail: `${lesson}.${id}`}));
}
function keep(all) { try { localStorage.setItem(STORE, JSON.stringify(all)); } catch { memory = all; } }
const today = () => new Date().toISOString();
// In a folder some browsers give each page a record of its own; with none at all, answers end with the page.
const KEPT = {
  memory: 'This browser keeps nothing for this page, so your answers last until you close or reload it. Save them as a file and load it on the next page.',
  file: 'Kept in this browser only. Opened from a folder, some browsers keep the answers of each page apart: then save them as a file here and load it on the next page.',
  site: 'Kept in this browser only.',
};
const whereKept = () => KEPT[memory ? 'memory' : location.protocol === 'file:' ? 'file' : 'site'];
function kindsIn(text) {
  const all = JSON.parse(text), isMap = it => it !== null && typeof it === 'object' && !Array.isArray(it);
  const found = isMap(all) ? Object.entries(all).filter(([, lessons]) => isMap(lessons) && Object.values(lessons).every(isMap)) : [];
  if (!found.length) throw new Error('no records');
  return found;
}
// What a file holds is added; where both have an answer, that of the file stays.
function load(text) {
  const all = readRecords();
  for (const [kind, lessons] of kindsIn(text))
    for (const [lesson, records] of Object.entries(lessons)) Object.assign((all[kind] ??= {})[lesson] ??= {}, records);
  keep(all);
}

// ---- what is said to an answer
const escaped = text => make('p', {}, text).outerHTML;
const opened = (html, lead) => html.replace(/^<p[^>]*>/, start => start + lead);
function reply(area, status, word, html, mistake = '') {
  const lead = (word ? `<b>${word}</b> ` : '') + (mistake ? `<i>${make('i', {}, mistake[0].toUpperCase() + mistake.slice(1)).innerHTML}.</i> ` : '');
  area.className = `reply ${status}`;
  area.innerHTML = opened(html, lead);
}
// A box that scrolls can be reached by keyboard; one that need not scroll is no stop on the way.
function reachable() {
  for (const box of $$(document, '.scroll')) {
    if (box.scrollWidth > box.clientWidth + 1) {
      const name = box.classList.contains('picture') ? 'Wide picture' : $(box, 'caption')?.textContent ?? 'Wide table';
      for (const [attribute, value] of [['tabindex', '0'], ['role', 'region'], ['aria-label', name]]) box.setAttribute(attribute, value);
    } else for (const attribute of ['tabindex', 'role', 'aria-label']) box.removeAttribute(attribute);
  }
}
addEventListener('resize', reachable);
addEventListener('load', reachable);
const dataOf = root => JSON.parse($(root, 'script[type="application/json"]').textContent);
const picked = (form, name) => { const box = $(form, `input[name="${name}"]:checked`); return box ? Number(box.value) : null; };
const tried = count => `${count} ${count === 1 ? 'try' : 'tries'}`;

function judgeNumber(data, typed) {
  let quantity;
  try { quantity = readNumber(typed, data.unit, data.expects); } catch (error) { return {status: 'unreadable', html: escaped(error.message)}; }
  const value = quantity.value, hit = (target, tolerance) => close(value, target, tolerance, data.relative);
  if (hit(data.answer, data.tolerance)) return {status: 'right', html: data.right};
  for (const mistake of data.mistakes)
    if (hit(mistake.value, data.tolerance == null ? null : Math.min(data.tolerance, Math.abs(mistake.value) / 2))) return {status: 'wrong', html: mistake.says, mistake: mistake.name === 'fraction for percent' && !isFraction(value) ? '' : mistake.name};
  if (isPercent(data.unit) && !quantity.percentSign && isFraction(value) && Math.abs(data.answer) >= 1) return {status: 'wrong', html: escaped(fractionNote(value)), mistake: 'fraction for percent'};
  const outside = outOfBounds(value, data.unit, data.minimum, data.maximum);
  if (outside) return {status: 'unreadable', html: escaped(outside)};
  return {status: 'wrong', html: escaped(`You have ${withUnit(value, data.unit)}.`), hint: true};
}

const kinds = {
  checks(form, data, area, at) {
    let hints = 0;
    const blank = () => record(...at) ?? {first: '', first_right: false, tries: 0, hints: 0, solved: false};
    const before = record(...at);
    if (before?.tries) reply(area, '', '', escaped(before.solved ? `You solved this after ${tried(before.tries)}.` : `On record: ${tried(before.tries)}, not solved yet.`));
    const hint = () => {
      hints = Math.min(hints + 1, data.hints.length);
      const kept = blank();
      if (!kept.solved && hints > kept.hints) put(...at, {...kept, hints, when: today()});
      $$(area, '.hint').forEach(old => old.remove());
      area.append(...data.hints.slice(0, hints).map(html => { const line = make('div', {class: 'hint'}); line.innerHTML = html; return line; }));
    };
    if ($(form, 'button.hint')) $(form, 'button.hint').onclick = hint;
    form.onsubmit = () => {
      let verdict, shown;
      if ('answer' in data) { shown = form.elements.answer.value; verdict = judgeNumber(data, shown); }
      else if (data.options) {
        const index = picked(form, 'answer'), option = data.options[index], last = String.fromCharCode(64 + data.options.length);
        shown = String.fromCharCode(65 + index);
        verdict = option ? {status: option.right ? 'right' : 'wrong', html: option.says, mistake: option.mistake} : {status: 'unreadable', html: escaped(`Pick one of the options, A to ${last}.`)};
      } else return;
      if (verdict.status !== 'unreadable') {
        const kept = blank(), solved = verdict.status === 'right';
        if (!kept.solved) put(...at, {...kept, ...(kept.tries ? {} : {first: shown, first_right: solved}), tries: kept.tries + 1, solved, when: today()});
      }
      reply(area, verdict.status, {right: 'Right.', wrong: 'Not yet.'}[verdict.status], verdict.html, verdict.mistake);
      if (verdict.hint && !hints) hint();
    };
  },
  predictions(form, data, area, at) {
    const [, lesson, id] = at, choice = data.options.length > 0;
    const late = () => record(...at)?.after_evidence ?? Boolean(record('reveals', lesson, id));
    const show = value => choice ? value : withUnit(value, data.unit);
    const status = () => {
      const kept = record(...at);
      if (!kept) return late() ? 'You have seen the evidence. A prediction is recorded, but does not count as a hit.' : '';
      const rest = kept.after_evidence ? 'It was made after the evidence, so it does not count as a hit.' : kept.revealed ? 'You have seen the evidence since, so it stays.' : 'You may change it until you see the evidence.';
      return `Recorded on ${kept.when.slice(0, 10)}: ${show(kept.value)}. ${rest}`;
    };
    const refresh = () => {
      const kept = record(...at), locked = kept?.revealed && !kept.after_evidence;
      $$(form, 'input, button[type=submit]').forEach(control => { control.disabled = Boolean(locked); });
      if (status()) reply(area, 'recorded', '', escaped(status()));
    };
    const kept = record(...at);
    if (kept && choice) { const box = $$(form, 'input')[data.options.indexOf(kept.value)]; if (box) box.checked = true; }
    else if (kept) form.elements.answer.value = kept.value;
    form.onsubmit = () => {
      let value, note = '';
      try {
        if (choice) {
          value = data.options[picked(form, 'answer')];
          if (value === undefined) throw new NotANumber(`Pick one of: ${data.options.join(', ')}.`);
        } else {
          const typed = form.elements.answer.value;
          value = readNumber(typed, data.unit).value;
          const outside = outOfBounds(value, data.unit, data.minimum, data.maximum);
          if (outside) throw new NotANumber(outside);
          if (isPercent(data.unit) && isFraction(value) && !typed.includes('%')) note = ' ' + fractionNote(value);
        }
      } catch (error) { reply(area, 'unreadable', '', escaped(error.message)); return; }
      const after = late();
      put(...at, {value, unit: data.unit, when: today(), revealed: after, after_evidence: after});
      reply(area, 'recorded', '', escaped(status() + note));
    };
    document.addEventListener('revealed', refresh);
    refresh();
  },
  verdicts(form, data, area, at) {
    const say = () => {
      const kept = record(...at);
      if (!kept) return;
      reply(area, 'recorded', '', escaped(`Recorded: ${kept.verdict} (${kept.confidence} confidence). ${kept.verdict === data.then ? data.same : data.other}`));
      area.insertAdjacentHTML('beforeend', `<div class="scroll">${data.course}</div>`);
      reachable();
    };
    const kept = record(...at);
    if (kept) for (const [name, words, value] of [['verdict', data.verdicts, kept.verdict], ['confidence', data.confidences, kept.confidence]]) {
      const box = $$(form, `input[name=${name}]`)[words.indexOf(value)];
      if (box) box.checked = true;
    }
    form.onsubmit = () => {
      const verdict = data.verdicts[picked(form, 'verdict')], confidence = data.confidences[picked(form, 'confidence')];
      if (!verdict) reply(area, 'unreadable', '', escaped(`Pick a verdict: ${data.verdicts.join(', ')}.`));
      else if (!confidence) reply(area, 'unreadable', '', escaped(`Say how sure you are: ${data.confidences.join(', ')}.`));
      else { put(...at, {verdict, confidence, first: record(...at)?.first ?? verdict, when: today()}); say(); }
    };
    say();
  },
};
function question(form) {
  const {kind, lesson, record: id} = form.dataset;
  form.addEventListener('submit', event => event.preventDefault());
  kinds[kind](form, dataOf(form), $(form, '.reply'), [kind, lesson, id]);
}

function distance(value, data) {
  if (data.options.length) return value === data.truth ? 'the same' : 'a different answer';
  const truth = data.truth, gap = value - truth;
  if (Math.abs(gap) <= 1e-9 * Math.max(1, Math.abs(truth))) return 'none';
  let words = `${withUnit(Math.abs(gap), isPercent(data.unit) ? 'percentage points' : data.unit)} too ${gap > 0 ? 'high' : 'low'}`;
  const ratio = truth ? value / truth : 0;
  if (ratio >= 2) words += ` (${showNumber(ratio)} times the evidence)`;
  else if (ratio > 0 && ratio <= 0.5) words += ` (the evidence is ${showNumber(1 / ratio)} times your number)`;
  return words;
}
function reveal(box) {
  const {lesson, record: id} = box.dataset, data = dataOf(box), area = $(box, '.reply'), button = $(box, 'button');
  const show = () => {
    const kept = record('predictions', lesson, id), rows = [['Your prediction', 'none recorded'], ['The evidence', data.evidence]];
    if (kept) {
      const late = kept.after_evidence ? ', made after the evidence' : '';
      rows[0][1] = `${data.options.length ? kept.value : withUnit(kept.value, data.unit)} (recorded on ${kept.when.slice(0, 10)}${late})`;
      rows.push(['Distance', distance(kept.value, data)]);
    }
    const table = make('table', {}, make('tbody', {}, ...rows.map(([name, value]) => make('tr', {}, make('th', {scope: 'row'}, name), make('td', {}, value)))));
    area.className = 'reply recorded';
    area.replaceChildren(table);
    area.insertAdjacentHTML('beforeend', data.explain);
  };
  button.onclick = () => {
    const kept = record('predictions', lesson, id);
    if (kept && !kept.revealed) put('predictions', lesson, id, {...kept, revealed: true});
    else if (!kept) put('reveals', lesson, id, {when: today()});
    show();
    document.dispatchEvent(new Event('revealed'));
  };
}

// ---- the record on a page of its own
function progress(box) {
  const {lessons, concepts, of: asked} = dataOf(box), all = lessons.length > 1;
  const show = () => {
    const records = readRecords(), rows = [];
    for (const {lesson, title, predictions, checks, verdicts} of lessons) {
      const of = kind => Object.values(records[kind]?.[lesson] ?? {});
      rows.push(make('tr', {}, make('th', {scope: 'row'}, title), make('td', {}, `${of('predictions').length} of ${predictions}`),
        make('td', {}, `${of('checks').filter(it => it.solved).length} of ${checks}`), make('td', {}, `${of('verdicts').length} of ${verdicts}`)));
    }
    const head = make('tr', {}, ...['Lesson', 'Predictions', 'Checks solved', 'Verdicts'].map(name => make('th', {scope: 'col'}, name)));
    const forget = make('button', {type: 'button'}, all ? 'Delete all my answers' : 'Delete my answers of this lesson');
    forget.onclick = () => {
      const kept = readRecords(), gone = [...lessons.map(it => it.lesson), ...$$(document, '[data-concepts]').map(it => it.dataset.concepts)];
      for (const kind of Object.values(kept)) for (const lesson of gone) delete kind[lesson];
      keep(all ? {} : kept);
      location.reload();
    };
    const save = make('a', {class: 'save', download: 'progress.json'}, 'Save all my answers as a file');
    save.href = URL.createObjectURL(new Blob([JSON.stringify({version: 1, ...readRecords()}, null, 1)], {type: 'application/json'}));
    const file = make('input', {type: 'file', accept: '.json'}), said = make('p', {role: 'status'});
    file.onchange = async () => {
      try { load(await file.files[0].text()); } catch { said.textContent = `${file.files[0].name} holds no answers of this course. Choose a file that such a page has saved.`; return; }
      if (memory) { document.dispatchEvent(new Event('loaded')); show(); } else location.reload();
    };
    const forms = Object.entries(concepts).map(([form, name]) => {
      const given = Object.values(records.concepts?.[form] ?? {});
      return make('li', {}, `${name}: ${given.length} of ${asked} answered${given.some(it => it.handed_in) ? ', handed in' : ''}`);
    });
    const scroll = make('div', {class: 'scroll'},
      make('table', {}, make('caption', {}, 'Your record'), make('thead', {}, head), make('tbody', {}, ...rows)));
    const questions = forms.length ? [make('p', {}, 'Concept questions'), make('ul', {}, ...forms)] : [];
    $(box, '.record').replaceChildren(scroll, ...questions, make('p', {}, whereKept()),
      make('div', {class: 'buttons'}, save, make('label', {}, 'Load answers from a file: ', file), forget), said);
  };
  document.addEventListener('recorded', show);
  show();
}

// ---- labs
const NEAREST = 'Not every combination is drawn on this page, so';
async function unpack(text) {
  const bytes = Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).json();
}
// The recorded prediction as a lab shows it: its mark, or why there is none, and words.
function predicted(data, marks, picture) {
  const kept = record('predictions', ...data.question.split('.')), none = {svg: '', words: ''};
  if (!kept) return none;
  const value = kept.value, isNumber = typeof value === 'number';
  const words = data.told.replace('{}', isNumber ? Number(value.toPrecision(12)).toLocaleString('en-US', {maximumFractionDigits: 12}) : value);
  if (!marks?.lists.some(list => list.length)) return {svg: '', words};
  const here = marks.lists[marks.of[picture]];
  if (!here.length) return none;  // the question was about another setting
  const svg = isNumber ? mark(here, value) : `<g class="mark">${here.find(each => each[0] === value)?.[1] ?? ''}</g>`;
  return {svg, words: svg ? words : `${words} It lies outside this picture.`};
}
function mark(marks, value) {
  const next = marks.findIndex(each => each[0] >= value);
  if (next < 0 || (next === 0 && marks[0][0] > value)) return '';
  const b = marks[next], a = marks[Math.max(next - 1, 0)], share = a === b ? 1 : (value - a[0]) / (b[0] - a[0]);
  const x = a[2] + share * (b[2] - a[2]), y = a[3] + share * (b[3] - a[3]), from = share > 0.5 ? b : a;
  return `<g class="mark" transform="translate(${(x - from[2]).toFixed(2)} ${(y - from[3]).toFixed(2)})">${from[1]}</g>`;
}
function nearest(settings, wanted, pinned, lengths) {
  let best = null, least = Infinity;
  for (const setting of settings) {
    if (pinned.some(i => setting[i] !== wanted[i])) continue;
    const far = setting.reduce((sum, stop, i) => sum + Math.abs(stop - wanted[i]) / Math.max(1, lengths[i] - 1), 0);
    if (far < least) { least = far; best = setting; }
  }
  return best ?? (pinned.length ? nearest(settings, wanted, [], lengths) : null);
}
let count = 0;
function lab(place, data, base) {
  const id = `lab${count += 1}`, {controls} = data, lengths = controls.map(control => control.shows.length);
  let at = controls.map(control => control.start), body = null, settings = null;
  const title = make('p', {class: 'lab-title', id: `${id}-title`}, data.title);
  const inputs = controls.map((control, i) => {
    const name = `${id}-${i}`;
    if (control.number) {
      const range = make('input', {type: 'range', id: name, min: 0, max: control.shows.length - 1, step: 1, value: control.start});
      range.oninput = () => go(at.map((stop, j) => j === i ? Number(range.value) : stop), [i]);
      return range;
    }
    const list = make('select', {id: name}, ...control.shows.map((words, j) => make('option', {value: j, selected: j === control.start}, words)));
    list.onchange = () => go(at.map((stop, j) => j === i ? Number(list.value) : stop), [i]);
    return list;
  });
  const readouts = controls.map(() => make('span', {class: 'readout', 'aria-hidden': 'true'}));
  const rows = controls.map((control, i) => make('div', {class: 'control'}, make('label', {for: `${id}-${i}`}, control.label), inputs[i], control.number ? readouts[i] : ''));
  const presets = make('div', {class: 'presets', role: 'group', 'aria-label': 'Start from'}, make('span', {}, 'Start from:'), ...data.presets.map(preset => {
    const button = make('button', {type: 'button'}, preset.name);
    button.onclick = () => go(preset.set.map((stop, i) => stop ?? at[i]), preset.set.flatMap((stop, i) => stop === null ? [] : [i]));
    return button;
  }));
  const picture = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  picture.setAttribute('viewBox', data.view);
  picture.setAttribute('role', 'img');
  const still = make('img', {class: 'still', alt: '', src: base + data.still});
  const stage = make('div', {class: 'scroll picture'}, make('div', {class: 'stage', style: `max-width:${data.width}px;--shape:${data.shape}`}, still, picture));
  const sentence = make('p', {class: 'sentence', role: 'status', 'aria-live': 'polite'}), note = make('p', {class: 'lab-note', role: 'status'});
  const guess = make('p', {class: 'lab-guess'});
  const live = make('div', {class: 'live'}, title, make('div', {class: 'setting'}, presets, ...rows), make('div', {class: 'showing'}, stage, sentence, note, guess));

  function show() {
    const number = body.at[at.join()];
    const shown = place.dataset.prediction ? predicted(data, body.marks, number) : {svg: '', words: ''};
    picture.innerHTML = body.pictures[number] + shown.svg;
    picture.setAttribute('aria-label', body.sentences[number]);
    if (sentence.textContent !== body.sentences[number]) sentence.textContent = body.sentences[number];
    guess.textContent = shown.words;
    at.forEach((stop, i) => {
      inputs[i].value = stop;
      readouts[i].textContent = controls[i].shows[stop];
      if (controls[i].number) inputs[i].setAttribute('aria-valuetext', controls[i].shows[stop]);
    });
  }
  function go(wanted, pinned) {
    if (!body) return;
    const found = wanted.join() in body.at ? wanted : nearest(settings, wanted, pinned, lengths);
    const changed = found.flatMap((stop, i) => stop === wanted[i] ? [] : [`${controls[i].label}: ${controls[i].shows[stop]} instead of ${controls[i].shows[wanted[i]]}`]);
    note.textContent = changed.length ? `${NEAREST} you see the nearest one. ${changed.join('; ')}. In JupyterLab every combination works.` : '';
    at = found;
    show();
    place.dispatchEvent(new Event('moved'));
  }
  unpack(data.frames).then(frames => {
    body = frames;
    settings = Object.keys(body.at).map(key => key.split(',').map(Number));
    show();
    // Only now: until then the saved picture stands here.
    place.prepend(live);
    place.classList.add('alive');
    reachable();
    document.addEventListener('recorded', event => { if (event.detail === data.question) show(); });
    // What the brief takes over, and how it brings back what the reader had set.
    place.scenario = {
      get: () => ({at, title: data.title, view: data.view, svg: picture.innerHTML, sentence: sentence.textContent,
        settings: controls.map((control, i) => `${control.label}: ${control.shows[at[i]]}`)}),
      set: wanted => { if (wanted.join() in body.at) { at = wanted; show(); } },
    };
    place.dispatchEvent(new Event('alive'));
  });
}

window.aicapital = {
  // Called by the script of a lab, which stands in a file of its own: a page opened from a folder may not fetch.
  lab(name, data) {
    const base = document.documentElement.dataset.base ?? '';
    for (const place of $$(document, `[data-lab="${name}"]`)) {
      if (!('DecompressionStream' in window)) { place.append(make('p', {class: 'lab-note'}, 'This browser is too old to move the picture. You see it at its start.')); continue; }
      // What is far down the page can wait until the reader comes near.
      new IntersectionObserver((seen, observer) => { if (seen.some(it => it.isIntersecting)) { observer.disconnect(); lab(place, data, base); } }, {rootMargin: '1200px'}).observe(place);
    }
  },
  numbers: {readNumber, showNumber, withUnit, close},
  kit: {$, $$, make, dataOf, reply, escaped, reachable, record, readRecords, put, today, whereKept, plain, isFraction, NotANumber},
};

$$(document, 'form.question[data-kind]').forEach(question);
if (memory) $$(document, '.about.screen').forEach(it => it.after(make('p', {class: 'about', role: 'status'}, whereKept())));
$$(document, '.beside').forEach(reveal);
$$(document, '.record-of').forEach(progress);
// On paper nothing can be opened.
const closed = new Set();
addEventListener('beforeprint', () => $$(document, 'details:not([open])').forEach(it => { closed.add(it); it.open = true; }));
addEventListener('afterprint', () => { closed.forEach(it => { it.open = false; }); closed.clear(); });
})();
