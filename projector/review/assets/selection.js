/* Take a span from where the text is selected, or from where a handle is dragged. */

/** Return the stretch of the translation that is selected, null if there is none. */
function selectedStretch() {
  const selection = window.getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const touched = [...byId("rows").querySelectorAll(".cell.target .piece")].filter((piece) => range.intersectsNode(piece));
  const stretches = touched.map((piece) => within(piece, range)).filter(([start, end]) => start < end);
  if (!stretches.length) return null;
  return trimmed(state.document.targetText, [stretches[0][0], stretches.at(-1)[1]]);
}

/** Return which part of a piece of text a range holds, in code points of the whole. */
function within(piece, range) {
  const node = piece.firstChild;
  const from = range.startContainer === node ? range.startOffset : 0;
  const to = range.endContainer === node ? range.endOffset : node.data.length;
  const start = Number(piece.dataset.start);
  return [start + pointsIn(node.data, from), start + pointsIn(node.data, to)];
}

/** Return the offset in the translation that is under a pointer, null elsewhere. */
function offsetUnder(event) {
  const place = document.caretPositionFromPoint?.(event.clientX, event.clientY);
  const range = place ? null : document.caretRangeFromPoint?.(event.clientX, event.clientY);
  const node = place?.offsetNode ?? range?.startContainer;
  const piece = node?.parentElement?.closest?.(".cell.target .piece");
  if (!piece || node.nodeType !== Node.TEXT_NODE) return null;
  return Number(piece.dataset.start) + pointsIn(node.data, place?.offset ?? range.startOffset);
}

function watchSelection() {
  byId("rows").addEventListener("pointerup", (event) => setTimeout(() => offer(event)));
  document.addEventListener("selectionchange", () => {
    if (window.getSelection().isCollapsed) byId("offer").hidden = true;
  });
  byId("offer-set").addEventListener("click", () => useSelection(false));
  byId("offer-add").addEventListener("click", () => useSelection(true));
}

/** Offer to take what was selected; with Ctrl or Command held it is added at once. */
function offer(event) {
  const stretch = selectedStretch();
  const mention = mentionOf();
  byId("offer").hidden = !stretch || !mention;
  if (!stretch || !mention) return;
  if (event.ctrlKey || event.metaKey) {
    useSelection(true);
    return;
  }
  const box = window.getSelection().getRangeAt(0).getBoundingClientRect();
  const bar = byId("offer");
  byId("offer-id").textContent = mention.id;
  byId("offer-add").hidden = !fragmentsNow(mention).length;
  bar.style.left = `${Math.max(8, Math.min(box.left, window.innerWidth - bar.offsetWidth - 8))}px`;
  bar.style.top = `${Math.max(8, box.top - bar.offsetHeight - 8)}px`;
}

function useSelection(added) {
  const stretch = selectedStretch();
  const mention = mentionOf();
  if (!stretch || !mention) {
    announce("Select words of the translation first");
    return;
  }
  setSpan(mention, added ? [...fragmentsNow(mention), stretch] : [stretch]);
  window.getSelection().removeAllRanges();
  byId("offer").hidden = true;
}

/** Let handles be dragged: word by word, with Alt character by character. */
function watchHandles() {
  byId("rows").addEventListener("pointerdown", (event) => {
    const handle = event.target.closest(".handle");
    if (!handle) return;
    event.preventDefault();
    const drag = { fragment: Number(handle.dataset.fragment), side: handle.dataset.side };
    state.edge = drag;
    dragged = null;
    const move = (moving) => dragTo(drag, moving);
    const stop = () => {
      window.removeEventListener("pointermove", move);
      document.body.classList.remove("dragging");
    };
    document.body.classList.add("dragging");
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", stop, { once: true });
  });
}

function dragTo({ fragment, side }, event) {
  const offset = offsetUnder(event);
  const mention = mentionOf();
  if (offset === null || !mention) return;
  const bound = event.altKey ? offset : state.document.bounds.nearest(offset, side);
  const fragments = withEdge(fragmentsNow(mention), fragment, side, bound);
  if (fragments && !sameFragments(fragments, fragmentsNow(mention))) setSpan(mention, fragments, true);
}
