/* Draw a document: sentence beside sentence, with its mentions, what an audit found, and handles. */

const SIGNS = { confirmed: "✓", corrected: "✎", absent: "∅" };

function drawDocument() {
  const shown = state.document;
  byId("document-name").textContent = shown.name;
  byId("document-translation").textContent = shown.translation === shown.name ? "" : `→ ${shown.translation}`;
  byId("source-heading").textContent = languageName(shown.source.language);
  byId("target-heading").textContent = languageName(shown.target.language);
  const labels = [...new Set(shown.mentions.map((mention) => mention.label))].filter(Boolean);
  byId("legend").replaceChildren(...labels.sort().map(labelSample));
  const whole = shown.findings.filter((finding) => !finding.source.length && !finding.target.length);
  byId("document-findings").replaceChildren(...whole.map(findingNote));
  drawRows();
}

/** Draw both texts; where the keyboard was it is again. */
function drawRows() {
  const focused = document.activeElement?.closest?.(".badge");
  const marks = { source: inLanes(marksOf("source")), target: inLanes(marksOf("target")) };
  byId("rows").replaceChildren(...state.document.rows.map((row, number) => drawRow(row, number, marks)));
  showSelected();
  if (focused) badgeOf(focused.dataset.side, focused.dataset.id)?.focus({ preventScroll: true });
}

function marksOf(side) {
  return state.document.mentions.map((mention) => {
    const correction = correctionOf(mention.id);
    const moved = side === "target" && correction && correction.decision !== "confirmed";
    return {
      mention,
      id: mention.id,
      label: mention.label,
      fragments: side === "source" ? mention.source : fragmentsNow(mention),
      old: moved ? mention.target : null,
      decision: correction?.decision,
    };
  });
}

function drawRow([source, target], number, marks) {
  const overlaps = (some, others) => some.some(([a, b]) => others.some(([c, d]) => a < d && c < b));
  const found = state.document.findings.filter(
    (finding) => overlaps(finding.source, source) || (!finding.source.length && overlaps(finding.target, target)),
  );
  return make(
    "li",
    { class: "row" },
    make("span", { class: "number", "aria-hidden": "true" }, String(number + 1)),
    drawCell("source", source, marks.source),
    drawCell("target", target, marks.target),
    found.map(findingNote),
  );
}

function drawCell(side, ranges, marks) {
  const { language } = state.document[side];
  const cell = make("div", { class: `cell ${side}`, lang: language === "cz" ? "cs" : language, dir: "auto" });
  const inside = marks.filter((mark) => ranges.some(([start, end]) => mark.fragments[0][0] < end && mark.fragments.at(-1)[1] > start));
  const lanes = Math.max(-1, ...inside.map((mark) => mark.lane)) + 1;
  cell.style.setProperty("--lanes", `${lanes * LANE}px`);
  ranges.forEach((range, number) => {
    if (number) cell.append(make("span", { class: "gap", "aria-hidden": "true" }, " … "));
    cell.append(...segments(range, marks).flatMap((piece) => drawPiece(side, piece, lanes)));
  });
  if (!ranges.length) cell.append(make("span", { class: "nothing" }, side === "target" ? "no counterpart" : "not in the source"));
  return cell;
}

function drawPiece(side, piece, lanes) {
  const text = state.document[`${side}Text`].slice(piece.start, piece.end);
  const span = make("span", { class: "piece" }, text);
  span.dataset.start = piece.start;
  span.dataset.ids = JSON.stringify(piece.covering.map((mark) => mark.id));
  if (piece.covering.length) span.classList.add("marked");
  if (piece.old.length) span.dataset.old = JSON.stringify(piece.old.map((mark) => mark.id));
  drawBars(span, piece, lanes);
  return [...piece.beginning.map(({ mark, part }) => drawBadge(side, mark, part)), span];
}

/** Return what stands where a mention begins: a button with its id, not copied with the text. */
function drawBadge(side, mark, part) {
  const { mention, decision } = mark;
  // Blanks that don't break, and an element that is no box: so it stays on the line of its words.
  const parts = mark.fragments.length > 1 ? `\u00a0${part + 1}/${mark.fragments.length}` : "";
  const sign = side === "target" && decision ? `\u00a0${SIGNS[decision]}` : "";
  const words = wordsOf(state.document[`${side}Text`], mark.fragments);
  const badge = make(
    "span",
    {
      class: "badge",
      role: "button",
      tabIndex: 0,
      "aria-label": `${mark.id} ${mark.label}${parts ? ` part${parts}` : ""}: ${words}. ${stateOf(mention)}`,
      title: `${mark.id} ${mark.label} · ${stateOf(mention)}`,
    },
    make("span", {}, `${mark.id}${parts}${sign}`),
    make("span", { class: "tag" }, `\u00a0${mark.label}`),
  );
  badge.dataset.id = mark.id;
  badge.dataset.side = side;
  badge.style.setProperty("--mark", colorOf(mark.label));
  return badge;
}

/** Return in a few words what became of a mention. */
function stateOf(mention) {
  const correction = correctionOf(mention.id);
  if (correction) return DECISIONS[correction.decision];
  return mention.status === "projected" ? `projected, score ${mention.score.toFixed(2)}` : plain(mention.status);
}

function findingNote(finding) {
  const kind = make("strong", {}, `${finding.severity === "warning" ? "Perhaps" : "Audit"}: ${plain(finding.kind)}`);
  return make("p", { class: `finding ${finding.severity}` }, kind, ` ${finding.message}`);
}

function badgeOf(side, id) {
  return [...byId("rows").querySelectorAll(".badge")].find((badge) => badge.dataset.side === side && badge.dataset.id === id);
}

function pieces(side, id, attribute = "ids") {
  const all = byId("rows").querySelectorAll(`.cell.${side} .piece[data-${attribute}]`);
  return [...all].filter((piece) => JSON.parse(piece.dataset[attribute]).includes(id));
}

/** Light up a mention in both texts; null lights none. */
function light(id) {
  setClass("lit", id);
}

function setClass(name, id) {
  for (const element of byId("rows").querySelectorAll(`.${name}`)) element.classList.remove(name);
  if (id === null) return;
  const color = colorOf(mentionOf(id)?.label);
  for (const side of ["source", "target"]) {
    for (const piece of pieces(side, id)) {
      piece.classList.add(name);
      piece.style.setProperty("--lit", color);
    }
    for (const badge of byId("rows").querySelectorAll(`.cell.${side} .badge`)) {
      if (badge.dataset.id === id) badge.classList.add(name);
    }
  }
}

/** Show which mention is selected: lit, with handles at its edges, and where it was. */
function showSelected() {
  setClass("selected", state.mention);
  for (const element of byId("rows").querySelectorAll(".handle")) element.remove();
  for (const element of byId("rows").querySelectorAll(".was, .row.current")) element.classList.remove("was", "current");
  const mention = mentionOf();
  if (!mention) return;
  for (const piece of pieces("target", mention.id, "old")) piece.classList.add("was");
  for (const side of ["source", "target"]) pieces(side, mention.id)[0]?.closest(".row").classList.add("current");
  drawHandles(mention);
}

function drawHandles(mention) {
  const cells = [...byId("rows").querySelectorAll(".cell.target .piece")];
  fragmentsNow(mention).forEach(([start, end], fragment) => {
    const inside = cells.filter((piece) => {
      const from = Number(piece.dataset.start);
      return from >= start && from < end;
    });
    inside[0]?.before(drawHandle(fragment, "start"));
    inside.at(-1)?.after(drawHandle(fragment, "end"));
  });
}

function drawHandle(fragment, side) {
  const active = state.edge.fragment === fragment && state.edge.side === side;
  const handle = make("span", { class: `handle ${side}${active ? " active" : ""}`, "aria-hidden": "true" });
  handle.dataset.fragment = fragment;
  handle.dataset.side = side;
  return handle;
}

/** Bring the selected mention into view, in both texts. */
function revealSelected() {
  const box = byId("texts").getBoundingClientRect();
  const rows = byId("rows").querySelectorAll(".row.current");
  const target = rows[rows.length - 1];
  if (!target) return;
  const place = target.getBoundingClientRect();
  const head = byId("text-head").getBoundingClientRect().bottom;
  if (place.top < head || place.bottom > box.bottom) target.scrollIntoView({ block: "center" });
}
