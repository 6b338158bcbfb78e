/* Keep progress in the browser, save it as corrections.json, and take such a file back. */

const saving = { served: false, pending: false, name: "corrections.json" };

function storageKey() {
  return `projector-review:${state.index.run}`;
}

/** Return a file's content as it would be saved now. */
function savedContent() {
  return correctionsFile(state.index.run, reviewer(), state.corrections.values());
}

function reviewer() {
  return byId("reviewer").value.trim();
}

/** Keep what was decided in the browser, and on the disk where the page is served. */
function keepNow() {
  if (!saving.pending) return;
  saving.pending = false;
  try {
    localStorage.setItem(storageKey(), savedContent());
    if (!saving.served) told("kept in this browser");
  } catch {
    told("this browser keeps nothing: save before you close it");
  }
  if (saving.served) post();
}

const keepSoon = debounced(keepNow, 250);

function keep() {
  saving.pending = true;
  keepSoon();
}

function told(words) {
  byId("kept").textContent = words;
}

/** Take up what the browser kept of this run. */
function restore() {
  try {
    const content = localStorage.getItem(storageKey());
    if (content) take(readCorrections(content, state.index.run));
    saving.pending = false; // it is kept already
  } catch (error) {
    told(`what this browser kept can't be used: ${error.message}`);
  }
}

/** Add a file's corrections to those that are there: of two of a mention the later one counts. */
function take(file, undoable = false) {
  const taken = [];
  for (const made of file.corrections) {
    const key = keyOf(made.language, made.document, made.mention);
    const there = state.corrections.get(key);
    if (there && there.time >= made.time) continue;
    const author = made.reviewer ?? file.reviewer;
    taken.push([key, author && author !== reviewer() && reviewer() ? { ...made, reviewer: author } : made]);
  }
  if (!reviewer() && file.reviewer) byId("reviewer").value = file.reviewer;
  if (taken.length) decide(taken);
  if (taken.length && !undoable) state.done.pop();
  return taken.length;
}

/** Save: to the disk where the page is served, else as a download. */
function save() {
  if (saving.served) return post();
  const url = URL.createObjectURL(new Blob([savedContent()], { type: "application/json" }));
  const link = make("a", { href: url, download: saving.name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
  told(`${counted(state.corrections.size, "correction")} saved as ${saving.name}`);
  return null;
}

async function post() {
  try {
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch("corrections", { method: "POST", headers, body: savedContent() });
    const words = await answer.text();
    told(answer.ok ? `saved in ${words}` : `not saved: ${words}`);
  } catch {
    told("not saved: the server does not answer. Your work is kept in this browser; start it again");
  }
}

/** Take what the served folder holds of this reviewer. */
async function restoreServed() {
  saving.served = true;
  const answer = await fetch(`corrections?reviewer=${encodeURIComponent(reviewer())}`);
  if (answer.ok) take(readCorrections(await answer.text(), state.index.run));
}

async function loadFile(file) {
  try {
    const number = take(readCorrections(await file.text(), state.index.run), true);
    announce(`${counted(number, "correction")} taken from ${file.name}`);
  } catch (error) {
    announce(`${file.name} can't be taken: ${error.message}`);
  }
}

function watchSaving() {
  window.addEventListener("pagehide", keepNow);
  // What is decided in another window of the same run is taken up here, so that neither is lost.
  window.addEventListener("storage", (event) => {
    if (event.key === storageKey() && event.newValue) take(readCorrections(event.newValue, state.index.run));
  });
  byId("save").addEventListener("click", save);
  byId("load").addEventListener("click", () => byId("file").click());
  byId("file").addEventListener("change", async () => {
    for (const file of byId("file").files) await loadFile(file);
    byId("file").value = "";
  });
  byId("reviewer").addEventListener("change", async () => {
    if (saving.served) await restoreServed();
    keep();
  });
}
