/* Decide on mentions: right, elsewhere, absent. */

/** Return a decision on a mention of the document that is shown. */
function correction(mention, decision, fragments) {
  const before = correctionOf(mention.id);
  const made = {
    language: languageCode(),
    document: state.document.name,
    mention: mention.id,
    decision,
    old: spansOf(mention.target),
    new: spansOf(fragments),
    text: wordsOf(state.document.targetText, fragments),
    time: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
  };
  if (before?.comment) made.comment = before.comment;
  return made;
}

function decideOn(mention, made) {
  decide([[keyOf(languageCode(), state.document.name, mention.id), made]]);
}

/** Say that a mention is right as it stands: where it is not projected, that it is absent. */
function confirm(mention) {
  const before = correctionOf(mention.id);
  if (before?.decision !== "corrected") {
    const decision = mention.target.length ? "confirmed" : "absent";
    if (before?.decision !== decision) decideOn(mention, correction(mention, decision, mention.target));
  }
  announce(`${mention.id}: ${stateOf(mention)}`);
}

function markAbsent(mention) {
  decideOn(mention, correction(mention, "absent", []));
  announce(`${mention.id}: absent`);
}

/** Take back what was decided on a mention. */
function reset(mention) {
  if (!correctionOf(mention.id)) return;
  decideOn(mention, null);
  announce(`${mention.id}: as the run says`);
}

/** Put a mention elsewhere; back where the run put it, it is undecided again. */
function setSpan(mention, fragments, dragging = false) {
  const spans = merged(fragments);
  const unchanged = sameFragments(spans, mention.target);
  const made = unchanged ? null : correction(mention, "corrected", spans);
  if (dragging && dragged && dragged === state.done.at(-1)) {
    joinLast(made);
  } else {
    decideOn(mention, made);
    dragged = dragging ? state.done.at(-1) : null;
  }
  state.edge.fragment = Math.min(state.edge.fragment, spans.length - 1);
  showSelected();
  announce(`${mention.id}: ${wordsOf(state.document.targetText, spans)}`);
}

let dragged = null; // the step that a drag is, from its first move on: all of it is undone at once

function joinLast(made) {
  const [change] = state.done.at(-1);
  change.after = made;
  put(change.key, made);
  changed("corrections");
}

/** Return fragments with one edge elsewhere; null if it would leave its place among the others. */
function withEdge(fragments, number, side, offset) {
  const moved = fragments.map((fragment) => [...fragment]);
  if (!moved[number]) return null;
  moved[number][side === "start" ? 0 : 1] = offset;
  const [start, end] = moved[number];
  const before = moved[number - 1]?.[1] ?? 0;
  const after = moved[number + 1]?.[0] ?? Infinity;
  return before <= start && start < end && end <= after ? moved : null;
}

/** Move the edge that is active by a word or a character. */
function moveEdge(direction, unit) {
  const mention = mentionOf();
  if (!mention) return;
  const fragments = fragmentsNow(mention);
  if (!fragments.length) {
    insertSpan();
    return;
  }
  const { fragment, side } = state.edge;
  const offset = fragments[fragment]?.[side === "start" ? 0 : 1];
  const bound = state.document.bounds.next(offset, side, direction, unit);
  const moved = withEdge(fragments, fragment, side, bound);
  if (moved && bound !== offset) setSpan(mention, moved);
}

/** Let the arrow keys move the next edge, of all that the mention has. */
function switchEdge() {
  const count = fragmentsNow(mentionOf() ?? { target: [] }).length;
  if (!count) return;
  const edges = Array.from({ length: count * 2 }, (_, number) => ({ fragment: number >> 1, side: number % 2 ? "end" : "start" }));
  const now = edges.findIndex((edge) => edge.fragment === state.edge.fragment && edge.side === state.edge.side);
  state.edge = edges[(now + 1) % edges.length];
  showSelected();
  drawPanel();
  announce(`The arrow keys move the ${state.edge.side}${count > 1 ? ` of part ${state.edge.fragment + 1}` : ""}`);
}

/** Move all of a span by a word: as many words as it has, one further on or back. */
function shiftSpan(direction) {
  const mention = mentionOf();
  if (!mention || !fragmentsNow(mention).length) return;
  const { bounds } = state.document;
  const moved = fragmentsNow(mention).map(([start, end]) => [
    bounds.next(start, "start", direction, "word"),
    bounds.next(end, "end", direction, "word"),
  ]);
  if (moved.every(([start, end]) => start < end)) setSpan(mention, moved);
}

/** Put a span of one word where the mention's sentence has its counterpart, to be moved on. */
function insertSpan(further = false) {
  const mention = mentionOf();
  if (!mention) return;
  const fragments = further ? fragmentsNow(mention) : [];
  const from = fragments.length ? fragments.at(-1)[1] + 1 : counterpartStart(mention);
  const word = state.document.bounds.wordFrom(from);
  if (!word) return;
  state.edge = { fragment: fragments.length, side: "end" };
  setSpan(mention, [...fragments, word]);
}

function counterpartStart(mention) {
  const start = mention.source[0]?.[0] ?? 0;
  const number = state.document.rows.findIndex(([source]) => source.some(([from, to]) => from <= start && start < to));
  const row = state.document.rows.slice(Math.max(0, number)).find(([, target]) => target.length);
  return row?.[1][0][0] ?? 0;
}

/** Take a part of a discontinuous mention away. */
function removePart() {
  const mention = mentionOf();
  if (!mention) return;
  const fragments = fragmentsNow(mention);
  if (fragments.length < 2) return;
  setSpan(mention, fragments.filter((_, number) => number !== state.edge.fragment));
}

/** Return a mention's rival spans in the order in which they are listed. */
function listedRivals(mention) {
  return (mention.rivals ?? []).flatMap((rivals, fragment) => rivals.map((rival) => ({ ...rival, fragment })));
}

function takeRival(mention, { fragment, start, end }) {
  const now = fragmentsNow(mention);
  const parts = mention.rivals.length;
  if (parts === 1) setSpan(mention, [[start, end]]);
  else if (now.length === parts) setSpan(mention, now.map((old, number) => (number === fragment ? [start, end] : old)));
  else setSpan(mention, [...now, [start, end]]);
}

function comment(mention, words) {
  const before = correctionOf(mention.id);
  if (!before || (before.comment ?? "") === words) return;
  const { comment: _, ...rest } = before;
  decideOn(mention, words ? { ...rest, comment: words } : rest);
}
