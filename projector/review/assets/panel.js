/* Tell of the selected mention: what became of it, why, what is said of it, its codes; and decide. */

const MOST_FEATURES = 5;

function drawPanel() {
  const mention = mentionOf();
  const focused = document.activeElement?.closest?.("#panel [data-action]")?.dataset.action;
  const shown = mention ? [...panelParts(mention)].filter(Boolean) : [make("p", { class: "quiet" }, "No mention is selected.")];
  byId("panel-body").replaceChildren(...shown);
  if (focused) byId("panel-body").querySelector(`[data-action="${CSS.escape(focused)}"]`)?.focus();
}

function* panelParts(mention) {
  yield panelHead(mention);
  yield panelWords(mention);
  yield panelState(mention);
  yield panelActions(mention);
  yield panelEdges(mention);
  yield panelRivals(mention);
  yield panelFindings(mention);
  yield panelSaid(mention);
  yield panelCodes(mention);
  yield panelComment(mention);
}

function section(title, ...children) {
  return make("section", {}, make("h3", {}, title), ...children);
}

function panelHead(mention) {
  return make("h2", { id: "mention" }, make("span", { class: "id" }, mention.id), labelSample(mention.label));
}

function panelWords(mention) {
  const { source, target, sourceText, targetText } = state.document;
  const now = fragmentsNow(mention);
  return make(
    "dl",
    { class: "pair" },
    make("dt", {}, languageName(source.language)),
    make("dd", { lang: source.language }, partsOf(sourceText, mention.source) || "not in the text"),
    make("dt", {}, languageName(target.language)),
    make("dd", { lang: target.language, id: "now", class: now.length ? "" : "quiet" }, partsOf(targetText, now) || "nowhere"),
  );
}

function partsOf(text, fragments) {
  return fragments.map(([start, end]) => text.slice(start, end)).join(" … ");
}

function panelState(mention) {
  const made = correctionOf(mention.id);
  const lines = [];
  if (made) lines.push(make("p", { class: "decided-line" }, decisionSign(made.decision), made.reviewer ? ` by ${made.reviewer}` : ""));
  if (made?.decision === "corrected" && mention.target.length) {
    lines.push(make("p", { class: "quiet" }, "The run: ", make("q", {}, partsOf(state.document.targetText, mention.target))));
  }
  const facts = make("p", { class: "facts-line" }, make("span", { class: "status" }, plain(mention.status)));
  if (mention.status === "projected") facts.append(scoreOf("projected", mention.score));
  const doubts = state.index.doubts.filter((_, number) => mention.doubts & (1 << number));
  const told = doubts.filter((name) => plain(name) !== plain(mention.status));
  facts.append(...told.map((name) => make("span", { class: "doubt" }, name === "finding" ? "audit finding" : plain(name))));
  if (mention.reason) lines.push(make("p", { class: "reason" }, mention.reason));
  if (mention.collapsed.length) lines.push(make("p", { class: "reason" }, "On the same words: ", ...mention.collapsed.map(mentionLink)));
  return make("div", { class: "state" }, facts, lines);
}

function mentionLink(id) {
  const mention = mentionOf(id);
  const words = mention ? `${id} ${partsOf(state.document.sourceText, mention.source)}` : id;
  return make("button", { type: "button", class: "link", onclick: () => mention && select(id) }, words);
}

function action(name, words, key, run, properties = {}) {
  const button = make("button", { type: "button", onclick: run, ...properties }, words, key ? make("kbd", {}, key) : null);
  button.dataset.action = name;
  return button;
}

function panelActions(mention) {
  const made = correctionOf(mention.id);
  const right = mention.target.length ? "Right" : "Absent indeed";
  return make(
    "div",
    { class: "actions" },
    action("confirm", made?.decision === "corrected" ? "Next" : right, "R", doConfirm, { class: "primary" }),
    mention.target.length ? action("absent", "Absent", "X", doAbsent) : action("insert", "Put a span", "I", () => insertSpan()),
    made ? action("reset", "Take back", "0", () => reset(mention)) : null,
  );
}

function panelEdges(mention) {
  const fragments = fragmentsNow(mention);
  if (!fragments.length) return null;
  const { fragment, side } = state.edge;
  const which = fragments.length > 1 ? `${side} of part ${fragment + 1}` : side;
  const move = (direction, unit) => () => moveEdge(direction, unit);
  return section(
    "Edges",
    make(
      "div",
      { class: "edges" },
      action("edge", `The ${which}`, "E", switchEdge),
      action("back", "‹ word", "←", move(-1, "word"), { "aria-label": `Move the ${which} a word back` }),
      action("on", "word ›", "→", move(1, "word"), { "aria-label": `Move the ${which} a word on` }),
      action("back1", "‹ letter", "⇧←", move(-1, "character"), { "aria-label": `Move the ${which} a letter back` }),
      action("on1", "letter ›", "⇧→", move(1, "character"), { "aria-label": `Move the ${which} a letter on` }),
      action("part", "+ part", "⇧I", () => insertSpan(true)),
      fragments.length > 1 ? action("unpart", "− part", "D", removePart) : null,
    ),
  );
}

function panelRivals(mention) {
  if (!mention.rivals?.some((rivals) => rivals.length)) return null;
  let number = 0;
  const lists = mention.rivals.map((rivals) =>
    make("ol", { class: "rivals" }, rivals.map((rival) => rivalRow(mention, rival, (number += 1)))),
  );
  return section("What it could be", lists, aheadBy(mention.rivals[0] ?? []), nothingLine(mention));
}

function rivalRow(mention, rival, number) {
  const chosen = fragmentsNow(mention).some(([start, end]) => start === rival.start && end === rival.end);
  const listed = listedRivals(mention)[number - 1];
  const words = state.document.targetText.slice(rival.start, rival.end);
  const preview = (on) => () => showStretch(on ? [rival.start, rival.end] : null);
  const take = action(`rival-${number}`, make("span", { class: "words" }, words), number < 10 ? String(number) : "", () => takeRival(mention, listed), {
    class: "rival",
    "aria-pressed": String(chosen),
    title: "Take this one",
    onmouseenter: preview(true),
    onmouseleave: preview(false),
    onfocus: preview(true),
    onblur: preview(false),
  });
  take.prepend(make("span", { class: "share" }, `${Math.round(rival.share * 100)} %`));
  const parts = Object.entries(rival.parts).sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]));
  const features = make("details", {}, make("summary", {}, `sum ${minus(rival.total)}`), featureList(parts));
  return make("li", {}, take, features);
}

/** Say by what the best span is ahead of the second. */
function aheadBy([first, second]) {
  if (!first || !second) return null;
  const names = new Set([...Object.keys(first.parts), ...Object.keys(second.parts)]);
  const gains = [...names].map((name) => [name, (first.parts[name] ?? 0) - (second.parts[name] ?? 0)]);
  const telling = gains.filter(([, gain]) => Math.abs(gain) >= 0.005).sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]));
  if (!telling.length) return null;
  return make("div", { class: "decided-by" }, make("h4", {}, "The first is ahead of the second by"), featureList(telling.slice(0, MOST_FEATURES)));
}

function featureList(parts) {
  const most = Math.max(...parts.map(([, part]) => Math.abs(part)), 0.01);
  return make("ul", { class: "features" }, parts.map(([name, part]) => featureRow(name, part, most)));
}

/** Return a number with a true minus sign. */
function minus(number) {
  return number.toFixed(2).replace("-", "−");
}

function featureRow(name, part, most) {
  const bar = make("span", { class: `bar ${part < 0 ? "minus" : "plus"}`, "aria-hidden": "true" });
  bar.style.setProperty("--part", Math.abs(part) / most);
  const signed = part < 0 ? minus(part) : `+${part.toFixed(2)}`;
  return make("li", {}, make("span", {}, plain(name)), bar, make("span", { class: "number" }, signed));
}

function nothingLine(mention) {
  if (mention.nothing === null || mention.nothing === undefined) return null;
  return make("p", { class: "quiet" }, `To have no span: sum ${minus(mention.nothing)}`);
}

/** Show a stretch of the translation, where the browser can highlight without changing the text. */
function showStretch(stretch) {
  if (!window.CSS?.highlights) return;
  CSS.highlights.delete("rival");
  if (!stretch) return;
  const highlight = new Highlight();
  for (const piece of byId("rows").querySelectorAll(".cell.target .piece")) {
    const start = Number(piece.dataset.start);
    const text = new CodePoints(piece.firstChild.data);
    const [from, to] = [Math.max(0, stretch[0] - start), Math.min(text.length, stretch[1] - start)];
    if (from >= to) continue;
    const range = new Range();
    range.setStart(piece.firstChild, text.unit(from));
    range.setEnd(piece.firstChild, text.unit(to));
    highlight.add(range);
  }
  CSS.highlights.set("rival", highlight);
}

function panelFindings(mention) {
  const overlaps = (some, others) => some.some(([a, b]) => others.some(([c, d]) => a < d && c < b));
  const found = state.document.findings.filter(
    (finding) => overlaps(finding.source, mention.source) || overlaps(finding.target, fragmentsNow(mention)),
  );
  return found.length ? section("Audit", found.map(findingNote)) : null;
}

function panelSaid(mention) {
  if (!mention.said.length) return null;
  const lines = mention.said.map((said) => {
    const others = said.arguments.flatMap(([role, id]) => [` ${role ? `${role}: ` : ""}`, mentionLink(id)]);
    return make("li", {}, make("span", { class: "kind-of" }, said.kind), ` ${said.label}`, said.value ? make("q", {}, said.value) : null, others);
  });
  return section("Said of it", make("ul", { class: "said" }, lines));
}

function panelCodes(mention) {
  if (!mention.codes.length) return null;
  const lines = mention.codes.map((code) =>
    make(
      "li",
      { class: code.origin },
      make("span", { class: "code" }, code.code),
      make("span", { class: "description" }, code.description),
      make("span", { class: "quiet" }, code.origin === "given" ? "given" : `proposed ${code.score.toFixed(2)}`),
    ),
  );
  return section("Codes", make("ul", { class: "codes" }, lines));
}

function panelComment(mention) {
  const made = correctionOf(mention.id);
  const field = make("textarea", {
    id: "comment",
    rows: 2,
    "aria-label": `Comment on ${mention.id}`,
    placeholder: made ? "A comment, saved with the decision" : "Decide first, then comment",
    disabled: !made,
    value: made?.comment ?? "",
    onchange: () => comment(mention, field.value.trim()),
  });
  field.dataset.action = "comment";
  return section("Comment", field);
}
