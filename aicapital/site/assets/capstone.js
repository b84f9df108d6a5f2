/* The concept forms and the brief: the rules of aicapital/learning/concept_test.py and brief.py, with their words; a test compares both. */
'use strict';
(() => {
const {$, $$, make, dataOf, reply, escaped, reachable, record, readRecords, put, today, whereKept, plain, isFraction, NotANumber} = aicapital.kit;
const {readNumber, withUnit, close} = aicapital.numbers;
const fill = (template, values) => template.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const count = (number, noun) => `${number} ${noun}${number === 1 ? '' : 's'}`;
const safe = text => String(text).replace(/[&<>"']/g, sign => ({'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#x27;'})[sign]);
// Two decimals, a half to the even one, as Python writes them: with eight questions left a half is common.
function twoDecimals(value) {
  const scaled = value * 100, down = Math.floor(scaled);
  const whole = scaled - down === 0.5 ? down + Math.abs(down % 2) : Math.round(scaled);
  return (whole / 100).toFixed(2);
}
const table = (caption, head, rows) => `<div class="scroll"><table><caption>${safe(caption)}</caption><thead><tr>${head.map(name => `<th scope="col">${safe(name)}</th>`).join('')}</tr></thead><tbody>${
  rows.map(([first, ...rest]) => `<tr><th scope="row">${safe(first)}</th>${rest.map(cell => `<td>${safe(cell)}</td>`).join('')}</tr>`).join('')}</tbody></table></div>`;

// ---- twelve questions before, their twins after
function compare({concepts, letters, says}, answers) {
  const mistake = (form, concept) => concept.mistakes[form][letters.indexOf(answers[form][concept.id])];
  const right = (form, concept) => mistake(form, concept) === '';
  const score = (name, some) => {
    const both = some.filter(it => it.id in answers.pre && it.id in answers.post), [pre, post] = ['pre', 'post'].map(form => both.filter(it => right(form, it)).length);
    return {name, pre, post, count: both.length, gain: pre === both.length ? null : (post - pre) / (both.length - pre)};
  };
  const words = ({pre, post, count: of, gain}) => !of ? says.row_nothing : gain === null ? says[post < pre ? 'row_all_fewer' : 'row_all'] : gain < 0 ? fill(says.row_fewer, {gain: twoDecimals(gain)}) : twoDecimals(gain);
  const row = it => [it.name, ...[it.pre, it.post].map(of => it.count ? fill(says.row, {right: of, count: it.count}) : ''), words(it)];
  const shown = (form, concept) => {
    const letter = answers[form][concept.id];
    if (letter === undefined) return says.not_answered;
    if (letter === letters.at(-1)) return says.did_not_know;
    return right(form, concept) ? says.was_right : fill(says.mistake, {letter, mistake: mistake(form, concept)});
  };
  const whole = score('All', concepts), groups = [...new Set(concepts.map(it => it.group))];
  return {
    words: say(whole),
    gains: [...groups.map(name => score(name, concepts.filter(it => it.group === name))), whole].map(row),
    review: concepts.map(it => [it.name, shown('pre', it), shown('post', it), it.answer]),
  };
  function say({pre, post, count: of, gain}) {
    const said = [fill(says.right, {right: concepts.filter(it => right('post', it)).length, answered: Object.keys(answers.post).length})];
    if (!Object.keys(answers.pre).length) return [...said, says.no_pre];
    if (!of) return [...said, says.none_in_both];
    if (of < concepts.length) said.push(fill(says.compared, {questions: count(of, 'question')}));
    const lost = pre - post, left = of - pre;
    if (gain === null) return [...said, fill(says.all_before, {count: of}), ...(lost > 0 ? [fill(says.went_wrong, {lost})] : [])];
    said.push(lost > 0 ? fill(says.fewer, {lost, gain: twoDecimals(gain)})
      : fill(says.more, {questions: count(left, 'question'), were: left === 1 ? 'was' : 'were', gained: -lost, gain: twoDecimals(gain)}));
    return [...said, fill(says.sample, {step: twoDecimals(1 / left)})];
  }
}
function conceptForm(form) {
  const data = dataOf(form), {form: name, keys, letters, says} = data, area = $(form, '.reply');
  const recordsOf = which => Object.fromEntries(Object.entries(readRecords().concepts?.[which] ?? {}).filter(([key]) => keys.includes(key)));
  const answersOf = which => Object.fromEntries(Object.entries(recordsOf(which)).map(([key, kept]) => [key, kept.answer]));
  const handedIn = () => (name === 'pre' && Object.keys(recordsOf('post')).length > 0) || Object.values(recordsOf(name)).some(kept => kept.handed_in);
  const save = (key, answer, handed_in) => put('concepts', name, key, {answer, when: today(), handed_in});
  const boxes = key => $$(form, `input[name="${form.id}-${key}"]`);
  let warned = false;
  function show(said = '') {
    const answers = answersOf(name), closed = handedIn(), answered = Object.keys(answers).length;
    for (const key of keys) boxes(key).forEach((box, i) => { box.checked = letters[i] === answers[key]; box.disabled = closed; });
    $(form, 'button[type=submit]').disabled = closed;
    if (!answered && !closed && !said) { area.replaceChildren(); return; }
    reply(area, 'recorded', '', escaped([fill(says.answered, {answered, asked: keys.length}), says[closed ? name : 'open'], said].filter(Boolean).join(' ')));
    if (name !== 'post' || !closed) return;
    const pre = answersOf('pre'), found = compare(data, {pre, post: answers});
    area.insertAdjacentHTML('beforeend', found.words.map(escaped).join('') + (Object.keys(pre).length ? '' : escaped(whereKept())) + table(...data.gains, found.gains) + table(...data.review, found.review));
    reachable();
  }
  keys.forEach(key => boxes(key).forEach((box, i) => { box.onchange = () => { warned = false; save(key, letters[i], false); show(); }; }));
  form.onsubmit = event => {
    event.preventDefault();
    const answers = answersOf(name), left = keys.flatMap((key, i) => key in answers ? [] : [i + 1]);
    if (!Object.keys(answers).length) show(says.nothing);
    else if (left.length && !warned) { warned = true; show(fill(says.left, {left: left.join(', ')})); }
    else { Object.entries(answers).forEach(([key, letter]) => save(key, letter, true)); show(); }
  };
  document.addEventListener('loaded', () => show());
  show();
}

// ---- the brief
const AT = ['briefs', '10', 'page'];
function ownText(what, text, most, refused) {
  text = text.replace(/\r\n?/g, '\n').trim();
  const length = [...text].length;
  if (length > most.text) throw new NotANumber(fill(refused.long, {what, length, most: most.text}));
  if (text.split('\n').length > most.lines) throw new NotANumber(fill(refused.lines, {what, most: most.lines}));
  return text;
}
function forecastsOf(given, {settled, refused, expected}) {
  const found = {};
  for (const claim of Object.keys(settled)) {
    if (!given[claim].trim()) continue;
    const {value, percentSign} = readNumber(given[claim], '%', expected), what = `The probability for ${claim}`;
    if (isFraction(value) && !percentSign) throw new NotANumber(fill(refused.fraction, {what, value: plain(value, 6), percent: plain(100 * value, 6)}));
    if (value < 0 || value > 100) throw new NotANumber(fill(refused.outside, {what, value: plain(value, 6)}));
    found[claim] = value;
  }
  const sum = Object.values(found).reduce((all, each) => all + each, 0);
  if (sum > 100) throw new NotANumber(fill(refused.sum, {sum: plain(sum, 6)}));
  return found;
}
// The record as brief.py reads it.
function judgedOf({claims}, records) {
  return claims.flatMap(({id, lesson, text, course}) => {
    const kept = records.verdicts?.[lesson]?.[id];
    return kept ? [{id, lesson, text, course, ...kept}] : [];
  });
}
function predictedOf({predictions}, records) {
  return predictions.flatMap(asked => {
    const kept = records.predictions?.[asked.lesson]?.[asked.id], {truth, tolerance, relative} = asked;
    if (!kept?.revealed || kept.after_evidence || kept.unit !== asked.unit || (typeof kept.value === 'string') !== asked.options) return [];
    if (asked.options) return [{...asked, yours: kept.value, hit: kept.value === truth, off: null}];
    const room = Math.max(tolerance ?? 0, (relative ?? 0) * Math.abs(truth)), gap = Math.abs(kept.value - truth);
    return [{...asked, yours: withUnit(kept.value, asked.unit), hit: close(kept.value, truth, tolerance, relative), off: room ? gap / room : gap}];
  });
}
function gapsOf({claims, sections, gaps, settled}, judged, predicted, scenario, own) {
  const done = new Set(judged.map(it => it.id)), left = claims.filter(it => !done.has(it.id)), found = [];
  if (left.length) found.push(fill(gaps.verdicts, {left: left.length, claims: claims.length, sections: [...new Set(left.map(it => sections[it.lesson]))].join(', ')}));
  if (!predicted.length) found.push(gaps.predictions);
  if (!scenario) found.push(`${gaps.scenario}.`);
  for (const name of ['answer', 'change_my_mind', 'name']) if (!own[name]) found.push(`${gaps[name]}.`);
  const unset = Object.keys(settled).filter(claim => !(claim in own.forecasts));
  if (unset.length) found.push(`${fill(gaps.forecasts, {forecasts: unset.join(' and ')})}.`);
  return found;
}
const plainTable = (head, rows, caption) => table(caption, head, rows).replace('<div class="scroll">', '').replace('</div>', '').replace('<caption></caption>', '');
const section = (heading, text) => text ? `<h2>${heading}</h2>${text}` : '';
const ownSection = (heading, text) => section(heading, text && `<p class="own">${safe(text)}</p>`);
function scenarioHtml({says, settled, where, still, size}, scenario, forecasts) {
  let text = '';
  if (scenario) {
    const sentence = safe(scenario.sentence), [width, height] = size;
    text += `<figure><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="${scenario.view}" role="img" aria-label="${sentence}" style="stroke-linejoin:round">`
      + `<image width="${width}" height="${height}" href="data:image/png;base64,${still}"/>${scenario.svg}</svg>`
      + `<figcaption>${fill(says.caption, {settings: safe(scenario.settings.join('; ')), sentence})}</figcaption></figure>`;
  }
  const listed = Object.entries(forecasts).map(([claim, chance]) => fill(says.probability, {chance: plain(chance, 6), claim, settled: safe(settled[claim])})).join(' ');
  if (listed) text += `<p>${fill(says.probabilities, {listed, where: safe(where)})}</p>`;
  return section(says.scenario, text);
}
function verdictsHtml({says, sections, verdicts, claims}, judged, apart) {
  if (!judged.length) return '';
  const rows = Object.entries(sections).sort().flatMap(([lesson, name]) => {
    const own = judged.filter(it => it.lesson === lesson);
    return own.length ? [[name, ...verdicts.map(verdict => own.filter(it => it.verdict === verdict).map(it => it.id).join(', '))]] : [];
  });
  const counts = verdicts.map(verdict => `${judged.filter(it => it.verdict === verdict).length} ${verdict}`).join(', ');
  return section(fill(says.verdicts, {judged: judged.length, claims: claims.length}), plainTable([says.section, ...verdicts], rows, fill(says.counts, {counts})) + apart);
}
function apartHtml({says, confidences, shown}, judged) {
  const compared = judged.filter(it => it.course), same = it => it.verdict === it.course;
  const lines = [...confidences].reverse().flatMap(confidence => {
    const own = compared.filter(it => it.confidence === confidence);
    return own.length ? [fill(says.sure, {confidence, same: own.filter(same).length, count: own.length})] : [];
  });
  let words = lines.length ? `<p>${fill(says.sureness, {lines: lines.join('; ')})}</p>` : '';
  const changed = judged.filter(it => it.verdict !== it.first).length;
  if (changed) words += `<p>${fill(says.changed, {count: changed, verdicts: changed === 1 ? 'verdict' : 'verdicts'})}</p>`;
  const differ = compared.filter(it => !same(it)).sort((a, b) => confidences.indexOf(b.confidence) - confidences.indexOf(a.confidence));
  if (differ.length) words += `<p>${says.apart}</p><ul>${differ.slice(0, shown).map(it =>
    `<li>${fill(says.differ, {claim: it.id, text: safe(it.text), mine: it.verdict, confidence: it.confidence, course: it.course})}</li>`).join('')}</ul>`;
  return words;
}
function predictionsHtml({says, shown}, predicted) {
  if (!predicted.length) return '';
  const numeric = predicted.filter(it => it.off !== null).sort((a, b) => a.off - b.off);
  const rows = [['nearest', numeric.slice(0, shown)], ['furthest', numeric.slice(shown).reverse().slice(0, shown)]]
    .flatMap(([what, some]) => some.map(it => [says[what], it.text, it.yours, it.evidence]));
  const hits = predicted.filter(it => it.hit).length;
  return `<h2>${fill(says.predictions, {hits, count: predicted.length})}</h2>${rows.length ? plainTable(says.prediction_columns, rows, '') : ''}`;
}
function written(data, own, scenario) {
  const {says} = data, records = readRecords(), judged = judgedOf(data, records), predicted = predictedOf(data, records);
  const gaps = gapsOf(data, judged, predicted, scenario, own), hits = predicted.filter(it => it.hit).length;
  const day = new Date().toLocaleDateString('en-GB', {day: 'numeric', month: 'long', year: 'numeric'});
  const body = [
    `<h1>${data.question}</h1>`,
    `<p class="by">${fill(says.by, {by: safe([own.name, day].filter(Boolean).join(' · ')), day: data.day})}</p>`,
    ownSection(says.answer, own.answer),
    scenarioHtml(data, scenario, own.forecasts),
    verdictsHtml(data, judged, apartHtml(data, judged)),
    predictionsHtml(data, predicted),
    ownSection(says.change_my_mind, own.change_my_mind),
    gaps.length ? `<div class="missing"><b>${says.incomplete}</b> Missing:<ul>${gaps.map(gap => `<li>${safe(gap)}</li>`).join('')}</ul></div>` : '',
    `<p class="foot">${says.foot}</p>`,
  ].join('');
  const holds = fill(says.holds, {judged: judged.length, claims: data.claims.length, predictions: predicted.length, hits, hit_or_hits: hits === 1 ? 'hit' : 'hits', your_or_no: scenario ? 'your' : 'no'});
  return {page: data.page.replace('BODY', () => body), summary: [holds, ...gaps.map(gap => fill(says.missing, {gap}))]};
}
function brief(form) {
  const data = dataOf(form), area = $(form, '.reply'), sheet = $(form, '.sheet'), frame = $(form, 'iframe');
  const names = ['name', 'answer', 'change_my_mind', ...Object.keys(data.settled)];
  // The scenario is the lab that stands above.
  const lab = $$(document, '.lab').filter(it => it.compareDocumentPosition(form) & Node.DOCUMENT_POSITION_FOLLOWING).at(-1);
  const given = () => Object.fromEntries(names.map(name => [name, form.elements[name].value]));
  const save = () => put(...AT, {...given(), setting: lab.scenario?.get().at ?? record(...AT)?.setting, when: today()});
  const restore = () => { for (const name of names) form.elements[name].value = record(...AT)?.[name] ?? ''; };
  const place = () => { const kept = record(...AT)?.setting; if (kept) lab.scenario.set(kept); };
  lab.scenario ? place() : lab.addEventListener('alive', place);
  for (const [where, event] of [[form, 'change'], [lab, 'moved']]) where.addEventListener(event, save);
  document.addEventListener('loaded', restore);
  restore();
  form.onsubmit = event => {
    event.preventDefault();
    const texts = given();
    let own;
    try {
      const [answer, change_my_mind] = ['answer', 'change_my_mind'].map(name => ownText(data.gaps[name], texts[name], data.most, data.refused)), name = texts.name.trim(), length = [...name].length;
      if (length > data.most.name) throw new NotANumber(fill(data.refused.name, {what: data.gaps.name, length, most: data.most.name}));
      own = {name, answer, change_my_mind, forecasts: forecastsOf(texts, data)};
    } catch (error) { reply(area, 'unreadable', '', escaped(error.message)); sheet.hidden = true; return; }
    const {page, summary} = written(data, own, lab.scenario?.get());
    reply(area, 'recorded', '', summary.map(escaped).join(''));
    if (summary.length > 1) area.insertAdjacentHTML('beforeend', escaped(whereKept()));
    sheet.hidden = false;
    frame.srcdoc = page;
    $(sheet, '.save').href = URL.createObjectURL(new Blob([page], {type: 'text/html'}));
  };
  $(sheet, '.print').onclick = () => frame.contentWindow.print();
}

aicapital.capstone = {compare};
$$(document, '[data-concepts]').forEach(conceptForm);
$$(document, 'form.brief').forEach(brief);
})();
