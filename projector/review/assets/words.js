/* Know where words and characters begin and end, and move edges along them. */

const WORD = /[\p{L}\p{N}\p{M}]+|[^\s\p{L}\p{N}\p{M}]/gu;

/** Return where a text's words begin and end; a mark of punctuation is one by itself. */
function wordBounds(text) {
  const starts = [];
  const ends = [];
  for (const match of text.text.matchAll(WORD)) {
    starts.push(text.point(match.index));
    ends.push(text.point(match.index + match[0].length));
  }
  return { starts, ends };
}

/** Return where a text's characters begin as readers see them: an accent belongs to its letter. */
function characterBounds(text) {
  if (!Intl.Segmenter) return Array.from({ length: text.length + 1 }, (_, point) => point);
  const segments = new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text.text);
  return [...[...segments].map((segment) => text.point(segment.index)), text.length];
}

/** The bounds of a text, found once. */
class Bounds {
  constructor(text) {
    this.text = text;
    this.words = wordBounds(text);
  }

  get characters() {
    this.found ??= characterBounds(this.text);
    return this.found;
  }

  /** Return the next bound of an edge, `direction` 1 or -1; the same where there is none. */
  next(offset, edge, direction, unit) {
    let bounds = this.characters;
    if (unit === "word") bounds = edge === "start" ? this.words.starts : this.words.ends;
    if (direction > 0) return bounds.find((bound) => bound > offset) ?? offset;
    return bounds.findLast((bound) => bound < offset) ?? offset;
  }

  /** Return the bound of words that is nearest to an offset. */
  nearest(offset, edge) {
    const bounds = edge === "start" ? this.words.starts : this.words.ends;
    const distance = (bound) => Math.abs(bound - offset);
    return bounds.reduce((best, bound) => (distance(bound) < distance(best) ? bound : best), bounds[0] ?? offset);
  }

  /** Return the first word from an offset on, or the last of all; null in a text without any. */
  wordFrom(offset) {
    const { starts, ends } = this.words;
    if (!starts.length) return null;
    let word = starts.findIndex((start) => start >= offset);
    if (word < 0) word = starts.length - 1;
    return [starts[word], ends[word]];
  }
}

/** Return a stretch without the white space around it; null if it is nothing else. */
function trimmed(text, [start, end]) {
  const words = text.slice(start, end);
  const before = [...words].length - [...words.trimStart()].length;
  const after = [...words].length - [...words.trimEnd()].length;
  return start + before < end - after ? [start + before, end - after] : null;
}

/** Return fragments in text order, those that overlap or touch as one. */
function merged(fragments) {
  const ordered = fragments.map((fragment) => [...fragment]).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const result = [];
  for (const [start, end] of ordered) {
    const last = result.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else result.push([start, end]);
  }
  return result;
}

function sameFragments(some, others) {
  return JSON.stringify(some) === JSON.stringify(others);
}
