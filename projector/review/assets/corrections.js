/* State what a reviewer decided, as corrections.json has it. */

const DECISIONS = { confirmed: "right", corrected: "corrected", absent: "absent" };

function keyOf(language, documentName, mention) {
  return JSON.stringify([language, documentName, mention]);
}

function spansOf(fragments) {
  return fragments.map(([start, end]) => ({ start, end }));
}

function fragmentsOf(spans) {
  return spans.map(({ start, end }) => [start, end]);
}

/** Return the corrections as a file's content; the same bytes for the same decisions. */
function correctionsFile(run, reviewer, corrections) {
  const ordered = [...corrections].sort((a, b) => (keyOf(a.language, a.document, a.mention) < keyOf(b.language, b.document, b.mention) ? -1 : 1));
  return `${JSON.stringify({ version: 1, run, reviewer, corrections: ordered }, null, 2)}\n`;
}

/** Return the corrections of a file; an error says why they can't be taken. */
function readCorrections(content, run) {
  let file;
  try {
    file = JSON.parse(content);
  } catch (error) {
    throw new Error(`it is no JSON: ${error.message}`);
  }
  if (file?.version !== 1 || !Array.isArray(file.corrections)) {
    throw new Error("it is not a file of corrections, version 1");
  }
  if (file.run !== run) throw new Error("its corrections are of another run");
  file.corrections.forEach(checkCorrection);
  return file;
}

function checkCorrection(correction, number) {
  const strings = ["language", "document", "mention", "text", "time"];
  const sound =
    strings.every((name) => typeof correction?.[name] === "string") &&
    Object.hasOwn(DECISIONS, correction.decision) &&
    [correction.old, correction.new].every(areSpans) &&
    (correction.decision === "absent") === (correction.new.length === 0);
  if (!sound) throw new Error(`its correction ${number + 1} can't be understood`);
}

function areSpans(spans) {
  const isSpan = (span) => Number.isInteger(span?.start) && Number.isInteger(span?.end) && 0 <= span.start && span.start < span.end;
  return Array.isArray(spans) && spans.every(isSpan);
}
