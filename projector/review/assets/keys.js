/* Do everything from the keyboard. The list is what the help shows, so the two can't differ. */

const KEYS = [
  ["The queue"],
  ["j", "Next mention", () => step(1)],
  ["k", "Previous mention", () => step(-1)],
  ["n", "Next that is undecided", () => nextOpen()],
  ["/", "Search", () => byId("search").focus()],
  ["Decide"],
  ["r Enter", "Right as it stands, go on", () => doConfirm()],
  ["x Delete", "Absent, go on", () => doAbsent()],
  ["1 2 3 4 5 6 7 8 9", "Take this rival span", (event) => doRival(Number(event.key))],
  ["0", "Take the decision back", () => mentionOf() && reset(mentionOf())],
  ["c", "Comment on the decision", () => byId("comment")?.focus()],
  ["Move edges"],
  ["e", "The other edge: arrows move it", () => switchEdge()],
  ["ArrowLeft", "Move the edge a word back", () => moveEdge(-1, "word")],
  ["ArrowRight", "Move the edge a word on", () => moveEdge(1, "word")],
  ["Shift+ArrowLeft", "Move the edge a letter back", () => moveEdge(-1, "character")],
  ["Shift+ArrowRight", "Move the edge a letter on", () => moveEdge(1, "character")],
  [",", "Move all of the span a word back", () => shiftSpan(-1)],
  [".", "Move all of the span a word on", () => shiftSpan(1)],
  ["New spans"],
  ["m", "Take the selected words", () => useSelection(false)],
  ["M", "Take them as a further part", () => useSelection(true)],
  ["i", "Put a span where it should stand", () => insertSpan()],
  ["I", "Add a further part", () => insertSpan(true)],
  ["d", "Take the part away", () => removePart()],
  ["The page"],
  ["z Mod+z", "Undo", () => undo()],
  ["Z Mod+Shift+z Mod+y", "Redo", () => undo(true)],
  ["s Mod+s", "Save", () => save()],
  ["t", "Show labels in the texts", () => toggleTags()],
  ["F6", "Next part of the page", () => nextPane(1)],
  ["Shift+F6", "Previous part of the page", () => nextPane(-1)],
  ["?", "These keys", () => toggleHelp()],
  ["Escape", "Leave a field, close this", () => escape()],
];

const SHOWN = { ArrowLeft: "←", ArrowRight: "→", Delete: "Del", Escape: "Esc", Mod: "Ctrl", Shift: "⇧", z: "Z", y: "Y", s: "S" };
const actions = new Map(KEYS.flatMap(([keys, , run]) => (run ? keys.split(" ").map((key) => [key, run]) : [])));
const PANES = ["list", "texts", "panel"];

/** Return a key with what is held beside it; a capital letter says of Shift itself. */
function pressed(event) {
  const letter = event.key.length === 1;
  const name = letter && (event.ctrlKey || event.metaKey) ? event.key.toLowerCase() : event.key;
  const shift = event.shiftKey && (!letter || event.ctrlKey || event.metaKey);
  return `${event.ctrlKey || event.metaKey ? "Mod+" : ""}${event.altKey ? "Alt+" : ""}${shift ? "Shift+" : ""}${name}`;
}

function onKey(event) {
  if (event.defaultPrevented || event.isComposing) return;
  const key = pressed(event);
  const typing = event.target.closest?.("input, textarea, select");
  if (typing && key !== "Escape" && key !== "Mod+s" && !key.endsWith("F6")) return;
  if (!byId("help").hidden && key !== "Escape" && key !== "?") return;
  if (key === "Enter" && event.target.closest?.("button, summary, a")) return;
  if ((key === "Enter" || key === " ") && event.target.closest?.(".badge")) {
    event.preventDefault();
    select(event.target.closest(".badge").dataset.id);
    return;
  }
  const inList = event.target.id === "list";
  const run = actions.get(key) ?? (inList && { ArrowDown: () => step(1), ArrowUp: () => step(-1) }[key]);
  if (!run || !state.index) return;
  event.preventDefault();
  run(event);
}

function doConfirm() {
  if (!mentionOf()) return;
  confirm(mentionOf());
  nextOpen();
}

function doAbsent() {
  if (!mentionOf()) return;
  markAbsent(mentionOf());
  nextOpen();
}

function doRival(number) {
  const mention = mentionOf();
  const rival = mention && listedRivals(mention)[number - 1];
  if (rival) takeRival(mention, rival);
}

async function undo(forward = false) {
  const about = stepBack(forward);
  if (!about) {
    announce(forward ? "There is nothing to redo" : "There is nothing to undo");
    return;
  }
  const [language, name, mention] = about;
  announce(`${forward ? "Redone" : "Undone"}: ${mention} of ${name}`);
  const number = language === languageCode() ? state.names.indexOf(name) : -1;
  if (number >= 0) await openDocument(number, mention);
}

function toggleTags() {
  const on = document.body.classList.toggle("tags");
  byId("tags").setAttribute("aria-pressed", String(on));
}

function nextPane(direction) {
  const now = PANES.findIndex((id) => byId(id).contains(document.activeElement));
  byId(PANES[(now + direction + PANES.length) % PANES.length]).focus();
}

function toggleHelp(shown = byId("help").hidden) {
  byId("help").hidden = !shown;
  for (const behind of document.querySelectorAll("header, main")) behind.inert = shown;
  byId("help-button").setAttribute("aria-expanded", String(shown));
  if (shown) byId("help-close").focus();
  else byId("help-button").focus();
}

function escape() {
  if (!byId("help").hidden) toggleHelp(false);
  else if (document.activeElement?.closest("input, textarea, select")) byId("list").focus();
  else window.getSelection().removeAllRanges();
}

function drawHelp() {
  const lists = [];
  for (const [keys, words] of KEYS) {
    if (!words) lists.push(make("dl", {}, make("h3", {}, keys)));
    else lists.at(-1).append(make("div", {}, make("dt", {}, keysShown(keys)), make("dd", {}, words)));
  }
  byId("help-keys").replaceChildren(...lists);
}

function keysShown(keys) {
  const all = keys.split(" ");
  const shown = all.length > 4 ? [all[0], "…", all.at(-1)] : all.slice(0, 2);
  return shown.map((key) => (key === "…" ? " … " : make("kbd", {}, keyShown(key))));
}

function keyShown(key) {
  if (/^[A-Z]$/.test(key)) return `⇧ ${key}`;
  if (/^[a-z]$/.test(key)) return key.toUpperCase();
  return key.split("+").map((part) => SHOWN[part] ?? part).join(" ");
}
