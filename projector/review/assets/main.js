/* Start: read the index, bring the queue, open the first mention. */

async function start() {
  state.index = await load("index");
  drawHelp();
  drawLanguages();
  watchAll();
  restore();
  const { served, reviewer } = document.documentElement.dataset;
  if (reviewer) byId("reviewer").value = reviewer;
  if (served) await restoreServed();
  await openLanguage(...wantedByAddress());
}

function drawLanguages() {
  const options = state.index.languages.map(({ language, mentions }, number) =>
    make("option", { value: String(number) }, `${languageName(state.index.sourceLanguage)} → ${languageName(language)} (${mentions.toLocaleString("en")})`),
  );
  byId("language").replaceChildren(...options);
  byId("run-name").textContent = state.index.name;
}

/** Return what the address names after its #, as language/document: the language's number, or the
    first one's, and the document's name, null where it names none. */
function wantedByAddress() {
  const [language, name] = location.hash.slice(1).split("/").map(decoded);
  return [Math.max(0, state.index.languages.findIndex((one) => one.language === language)), name ?? null];
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // by hand, with a lone %
  }
}

/** Open a language where its most doubtful mention is, or at a document's. */
async function openLanguage(number, name = null) {
  state.language = number;
  state.documentNumber = -1;
  state.document = null;
  state.mention = null;
  byId("language").value = String(number);
  history.replaceState(null, "", `#${encodeURIComponent(languageCode())}`);
  await loadQueue(name);
  if (!columns().mentions) showEmpty();
}

function showEmpty() {
  byId("rows").replaceChildren(make("li", { class: "quiet" }, "There is nothing to review in this language."));
  drawPanel();
}

function watchAll() {
  onChange(show);
  watchQueue();
  watchSelection();
  watchHandles();
  watchSaving();
  watchMarks();
  document.addEventListener("keydown", onKey);
  byId("language").addEventListener("change", () => openLanguage(Number(byId("language").value)));
  byId("undo").addEventListener("click", () => undo());
  byId("redo").addEventListener("click", () => undo(true));
  byId("tags").addEventListener("click", toggleTags);
  byId("help-button").addEventListener("click", () => toggleHelp());
  byId("help-close").addEventListener("click", () => toggleHelp(false));
}

/** Show what has changed. */
function show(what) {
  byId("undo").disabled = !state.done.length;
  byId("redo").disabled = !state.undone.length;
  if (what === "document") drawDocument();
  if (what === "corrections") {
    keep();
    if (state.document) drawRows();
    filterQueue();
  }
  if (what === "mention") {
    showSelected();
    revealSelected();
    drawQueue();
  }
  drawPanel();
}

/** Light up the counterpart of a mention that is pointed at or has the focus; select on a click. */
function watchMarks() {
  const rows = byId("rows");
  const idAt = (element) => {
    const badge = element.closest?.(".badge");
    if (badge) return badge.dataset.id;
    const ids = JSON.parse(element.closest?.(".piece")?.dataset.ids ?? "[]");
    return ids.length ? innermost(ids.map((id) => ({ id, fragments: shownFragments(element, id) }))).id : null;
  };
  const lightAt = (event) => light(idAt(event.target));
  rows.addEventListener("mouseover", lightAt);
  rows.addEventListener("mouseleave", () => light(null));
  rows.addEventListener("focusin", lightAt);
  rows.addEventListener("focusout", () => light(null));
  rows.addEventListener("click", (event) => {
    const id = idAt(event.target);
    if (id !== null && window.getSelection().isCollapsed) select(id);
  });
}

function shownFragments(element, id) {
  const mention = mentionOf(id);
  return element.closest(".cell").classList.contains("source") ? mention.source : fragmentsNow(mention);
}

start().catch((error) => {
  byId("status").textContent = `The page can't be shown: ${error.message}`;
  throw error;
});
