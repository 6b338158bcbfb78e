/* List the mentions of a language: the doubtful first, filtered, searched, only as many drawn as are
   seen. Rows come in parts, in the background; what is there can be worked with. */

const ROW_HEIGHT = 76;
const MOST_NAMES = 1000; // a longer list of names is no help
const MOST_ROWS = 200000; // no browser scrolls higher; filters show the rest

const queue = {
  parts: [], // columns each
  starts: [0], // the first row of each part, and how many rows there are
  numbers: new Map(), // of documents, by their names
  folded: [], // of each part the words as they are searched
  matches: new Uint32Array(0),
  place: -1, // of the selected mention among the matches
  filters: { kind: "doubtful", words: "", label: "", name: "", decided: "", order: "doubt" },
};

function columns() {
  return state.index.languages[state.language];
}

/** Bring the queue of the language, part by part; open a document once the first is there. */
async function loadQueue(wanted) {
  const { language } = state;
  Object.assign(queue, { parts: [], starts: [0], folded: [], matches: new Uint32Array(0) });
  state.names = await load(`${language}-names`);
  queue.numbers = new Map(state.names.map((name, number) => [name, number]));
  for (let part = 0; part < columns().queueParts; part += 1) {
    const rows = await load(`${language}-queue-${part}`);
    if (language !== state.language) return;
    queue.parts.push(rows);
    queue.starts.push(queue.starts.at(-1) + rows.id.length);
    filterQueue();
    if (part === 0) await goToDocument(wanted);
    await new Promise((resolve) => setTimeout(resolve));
  }
  if (!columns().queueParts) filterQueue();
}

/** Return the part that a row is in, by its number among all, and its place there. */
function partOf(number) {
  let part = 0;
  while (queue.starts[part + 1] <= number) part += 1;
  return [queue.parts[part], number - queue.starts[part]];
}

function rowAt(number) {
  const [rows, place] = partOf(number);
  return Object.fromEntries(Object.keys(rows).map((name) => [name, rows[name][place]]));
}

/** Return words as they are searched: small letters without accents. */
function folded(words) {
  return words.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

function foldedPart(part) {
  const { words, becomes, id } = queue.parts[part];
  queue.folded[part] ??= words.map((some, row) => folded(`${id[row]} ${some} ${becomes[row]}`));
  return queue.folded[part];
}

/** Return by document's number what is decided on its mentions, in the language that is shown. */
function decidedMentions() {
  const language = languageCode();
  const byName = new Map();
  for (const made of state.corrections.values()) {
    if (made.language !== language) continue;
    if (!byName.has(made.document)) byName.set(made.document, new Map());
    byName.get(made.document).set(made.mention, made);
  }
  return new Map([...byName].map(([name, decided]) => [queue.numbers.get(name), decided]));
}

/** Find the rows that pass the filters, and count what each filter would show beside the others. */
function filterQueue() {
  const { kind, words, label, name, decided, order } = queue.filters;
  const sought = folded(words).split(/\s+/).filter(Boolean);
  const names = name ? new Set(state.names.flatMap((one, number) => (folded(one).includes(folded(name)) ? [number] : []))) : null;
  const done = decidedMentions();
  const bit = kind === "all" || kind === "doubtful" ? 0 : 1 << state.index.doubts.indexOf(kind);
  const counts = { kinds: state.index.doubts.map(() => 0), doubtful: 0, all: 0, labels: new Map(), left: 0, decided: 0, documents: new Uint32Array(state.names.length) };
  const found = [];
  queue.parts.forEach((rows, part) => {
    const texts = sought.length ? foldedPart(part) : null;
    for (let row = 0; row < rows.id.length; row += 1) {
      const isDone = done.get(rows.document[row])?.has(rows.id[row]) ?? false;
      if (rows.doubts[row]) counts[isDone ? "decided" : "left"] += 1;
      if (texts && !sought.every((word) => texts[row].includes(word))) continue;
      if (decided && isDone !== (decided === "decided")) continue;
      const isLabel = !label || state.index.labels[rows.label[row]] === label;
      const doubts = rows.doubts[row];
      const isKind = kind === "all" || (bit ? Boolean(doubts & bit) : doubts > 0);
      if (isLabel && isKind) counts.documents[rows.document[row]] += 1;
      if (names && !names.has(rows.document[row])) continue;
      if (isKind) counts.labels.set(rows.label[row], (counts.labels.get(rows.label[row]) ?? 0) + 1);
      if (!isLabel) continue;
      counts.all += 1;
      if (doubts) counts.doubtful += 1;
      for (let number = 0; number < counts.kinds.length; number += 1) if (doubts & (1 << number)) counts.kinds[number] += 1;
      if (isKind) found.push(queue.starts[part] + row);
    }
  });
  queue.matches = Uint32Array.from(order === "text" ? inTextOrder(found) : found);
  queue.place = -1;
  drawFilters(counts);
  drawQueue();
}

/** Return rows by their documents, and within these by where their mentions stand. */
function inTextOrder(numbers) {
  const keyed = numbers.map((number) => {
    const [rows, place] = partOf(number);
    return [rows.document[place], rows.mention[place], number];
  });
  keyed.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return keyed.map(([, , number]) => number);
}

function drawFilters(counts) {
  const kinds = [["doubtful", counts.doubtful], ["all", counts.all], ...state.index.doubts.map((name, number) => [name, counts.kinds[number]])];
  const { kind } = queue.filters;
  const shown = kinds.filter(([name, number], place) => place < 2 || number || name === kind);
  const focused = document.activeElement?.dataset.kind;
  byId("kinds").replaceChildren(...shown.map(([name, number]) => kindButton(name, number)));
  if (focused) document.querySelector(`.kind[data-kind="${focused}"]`)?.focus();
  const labels = state.index.labels.map((name, number) => [name, counts.labels.get(number) ?? 0]).filter(([name]) => name);
  const all = [...counts.labels.values()].reduce((sum, number) => sum + number, 0);
  const options = [["", `All labels (${all})`], ...labels.map(([name, number]) => [name, `${name} (${number})`])];
  byId("label").replaceChildren(...options.map(([value, text]) => make("option", { value, selected: value === queue.filters.label }, text)));
  drawNames(counts.documents);
  drawProgress(counts);
}

/** Offer the documents' names with how many mentions each has; not where they are too many. */
function drawNames(counts) {
  const named = state.names.length > MOST_NAMES ? [] : state.names.map((value, number) => [value, counts[number]]);
  const options = named.filter(([, count]) => count).map(([value, count]) => make("option", { value, label: `${value} (${count})` }));
  byId("names").replaceChildren(...options);
}

function kindButton(name, number) {
  const words = name === "finding" ? "audit finding" : plain(name);
  const pressed = String(queue.filters.kind === name);
  const press = () => setFilter("kind", name);
  const button = make("button", { type: "button", class: "kind", "aria-pressed": pressed, onclick: press }, words, make("span", { class: "count" }, number.toLocaleString("en")));
  button.dataset.kind = name;
  return button;
}

function drawProgress({ left, decided }) {
  const bar = byId("progress");
  bar.max = Math.max(1, left + decided);
  bar.value = decided;
  byId("progress-words").textContent = `${decided.toLocaleString("en")} of ${counted(left + decided, "doubtful mention")} decided`;
}

function setFilter(name, value) {
  queue.filters[name] = value;
  filterQueue();
  byId("list").scrollTop = 0;
  drawQueue();
}

/** Return the place of the selected mention among those that are listed, -1 if it isn't. */
function placeInQueue() {
  const { documentNumber, mention } = state;
  const isSelected = (number) => {
    const [rows, place] = partOf(number);
    return rows.document[place] === documentNumber && rows.id[place] === mention;
  };
  if (mention === null) return -1;
  if (queue.place >= 0 && isSelected(queue.matches[queue.place])) return queue.place;
  // There may be half a million: looked through once for each mention, not for each time it is drawn.
  const sought = `${documentNumber} ${mention}`;
  if (queue.missing === sought && queue.missingFrom === queue.matches) return -1;
  const found = queue.matches.findIndex(isSelected);
  Object.assign(queue, { missing: found < 0 ? sought : null, missingFrom: queue.matches });
  return found;
}

/** Draw those rows of the list that are seen. */
function drawQueue() {
  const list = byId("list");
  const length = Math.min(queue.matches.length, MOST_ROWS);
  byId("list-space").style.height = `${length * ROW_HEIGHT}px`;
  const first = Math.max(0, Math.floor(list.scrollTop / ROW_HEIGHT) - 4);
  const last = Math.min(length, first + Math.ceil(list.clientHeight / ROW_HEIGHT) + 8);
  const done = decidedMentions();
  queue.place = placeInQueue();
  const rows = [];
  for (let place = first; place < last; place += 1) rows.push(drawQueueRow(place, done));
  byId("list-space").replaceChildren(...rows);
  list.setAttribute("aria-activedescendant", queue.place >= first && queue.place < last ? `row-${queue.place}` : "");
  byId("list-count").textContent = length < queue.matches.length
    ? `the first ${counted(length, "mention")} of ${queue.matches.length.toLocaleString("en")}`
    : counted(queue.matches.length, "mention");
}

function drawQueueRow(place, done) {
  const row = rowAt(queue.matches[place]);
  const made = done.get(row.document)?.get(row.id);
  const becomes = made?.decision === "corrected" ? made.text : row.becomes;
  const label = state.index.labels[row.label];
  const status = state.index.statuses[row.status];
  const score = row.score / 10000;
  const element = make(
    "div",
    {
      role: "option",
      id: `row-${place}`,
      class: `queue-row${made ? " decided" : ""}`,
      "aria-selected": String(place === queue.place),
      "aria-posinset": String(place + 1),
      "aria-setsize": String(queue.matches.length),
    },
    make("span", { class: "words" }, row.words || row.id),
    make("span", { class: "becomes" }, becomes || plain(status)),
    make("span", { class: "where" }, labelSample(label), ` ${state.names[row.document]} ${row.id}`),
    make("span", { class: "rank" }, made ? decisionSign(made.decision) : scoreOf(status, score)),
  );
  if (!becomes) element.classList.add("without");
  element.style.top = `${place * ROW_HEIGHT}px`;
  return element;
}

function decisionSign(decision) {
  return make("span", { class: "decision" }, `${SIGNS[decision]} ${DECISIONS[decision]}`);
}

function scoreOf(status, score) {
  if (status !== "projected") return "";
  const bar = make("span", { class: `score${score < state.index.lowScore ? " low" : ""}` }, score.toFixed(2).replace(/^0/, ""));
  bar.style.setProperty("--score", score);
  return bar;
}

/** Open the mention at a place of the list. */
async function goTo(place) {
  if (!queue.matches.length) return;
  const wanted = Math.max(0, Math.min(place, queue.matches.length - 1));
  queue.place = wanted;
  const row = rowAt(queue.matches[wanted]);
  revealRow(wanted);
  await openDocument(row.document, row.id);
}

/** Go to a document's first mention in the queue, or open it where none is listed; without a
    document that is there, to the first mention of all. */
function goToDocument(name) {
  const number = queue.numbers.get(name);
  if (number === undefined) return goTo(0);
  const place = queue.matches.findIndex((row) => rowAt(row).document === number);
  return place < 0 ? openDocument(number) : goTo(place);
}

function revealRow(place) {
  const list = byId("list");
  const top = place * ROW_HEIGHT;
  if (top < list.scrollTop) list.scrollTop = top;
  else if (top + ROW_HEIGHT > list.scrollTop + list.clientHeight) list.scrollTop = top + ROW_HEIGHT - list.clientHeight;
}

/** Go on by one or back; from a mention that is not listed, to the first that is. */
function step(direction) {
  const place = placeInQueue();
  return goTo(place < 0 ? 0 : place + direction);
}

/** Go on to the next mention that nobody has decided on. */
function nextOpen() {
  const done = decidedMentions();
  const from = Math.max(-1, placeInQueue());
  for (let step = 1; step <= queue.matches.length; step += 1) {
    const place = (from + step) % queue.matches.length;
    const row = rowAt(queue.matches[place]);
    if (!done.get(row.document)?.has(row.id)) return goTo(place);
  }
  announce("All that is listed is decided");
  return null;
}

/** Return the place that a pointer is at; rows are drawn anew too often to listen for it. */
function placeUnder(event) {
  const list = byId("list");
  return Math.floor((event.clientY - list.getBoundingClientRect().top - list.clientTop + list.scrollTop) / ROW_HEIGHT);
}

function watchQueue() {
  byId("list").addEventListener("click", (event) => {
    const place = placeUnder(event);
    if (place < queue.matches.length) goTo(place);
  });
  byId("list").addEventListener("scroll", drawQueue);
  new ResizeObserver(drawQueue).observe(byId("list"));
  byId("search").addEventListener("input", debounced(() => setFilter("words", byId("search").value), 120));
  byId("name").addEventListener("input", debounced(() => setFilter("name", byId("name").value), 120));
  for (const name of ["label", "decided", "order"]) {
    byId(name).addEventListener("change", () => setFilter(name, byId(name).value));
  }
}
