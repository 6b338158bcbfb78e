/* Hold what is shown, what was decided, and what can be undone. */

const state = {
  index: null, // of the run
  language: 0, // its number
  names: [], // of the language's documents
  documentNumber: -1,
  wanted: null, // the document that was asked for last
  document: null, // with `sourceText` and `targetText`, which count code points, and `bounds`
  mention: null, // the id of the one that is selected
  edge: { fragment: 0, side: "end" }, // which the arrow keys move
  corrections: new Map(),
  done: [], // to undo: what was decided before and after, of one or several mentions
  undone: [],
  listeners: new Set(),
};

function onChange(listener) {
  state.listeners.add(listener);
}

/** Tell those who show something: `what` is "document", "mention", "corrections" or "language". */
function changed(what) {
  for (const listener of state.listeners) listener(what);
}

function languageCode() {
  return state.index.languages[state.language].language;
}

/** Return a mention of the document that is shown; without an id the one that is selected. */
function mentionOf(id = state.mention) {
  return state.document?.mentions.find((mention) => mention.id === id) ?? null;
}

function correctionOf(id = state.mention) {
  return state.document ? state.corrections.get(keyOf(languageCode(), state.document.name, id)) : undefined;
}

/** Return where a mention stands by now: as corrected, else as the run says. */
function fragmentsNow(mention) {
  const correction = correctionOf(mention.id);
  return correction ? fragmentsOf(correction.new) : mention.target;
}

/** Decide on some mentions, as one step that can be undone; null takes a decision back. */
function decide(changes) {
  const step = [];
  for (const [key, after] of changes) {
    const before = state.corrections.get(key) ?? null;
    step.push({ key, before, after });
    put(key, after);
  }
  state.done.push(step);
  state.undone = [];
  changed("corrections");
}

function put(key, correction) {
  if (correction) state.corrections.set(key, correction);
  else state.corrections.delete(key);
}

/** Undo the last step, or do it again; return what it was about, null if there is none. */
function stepBack(forward = false) {
  const step = (forward ? state.undone : state.done).pop();
  if (!step) return null;
  for (const { key, before, after } of step) put(key, forward ? after : before);
  (forward ? state.done : state.undone).push(step);
  changed("corrections");
  return JSON.parse(step[0].key);
}

/** Show a document, and select one of its mentions. */
async function openDocument(number, mention = null) {
  const { chunks } = state.index.languages[state.language];
  const wanted = { number };
  state.wanted = wanted;
  if (number !== state.documentNumber) {
    const chunk = chunks.findLastIndex((first) => first <= number);
    const documents = await load(`${state.language}-documents-${chunk}`);
    if (state.wanted !== wanted) return; // another was asked for meanwhile
    state.document = prepared(documents[number - chunks[chunk]]);
    state.documentNumber = number;
    state.mention = null;
    changed("document");
  }
  select(mention ?? state.document.mentions[0]?.id ?? null);
}

function prepared(record) {
  if (record.sourceText) return record;
  record.sourceText = new CodePoints(record.source.text);
  record.targetText = new CodePoints(record.target.text);
  record.bounds = new Bounds(record.targetText);
  return record;
}

function select(id) {
  state.mention = id;
  state.edge = { fragment: 0, side: "end" };
  changed("mention");
}
