/* Draw mentions under a text: each has a bar in a lane of its own, below those that it overlaps, so
   that nested and overlapping ones stay legible; what joins the parts of one is dotted. */

const LANE = 4; // pixels, one of them between bars
const BAR = 3;

// Labels differ in colour and, for eyes that see fewer of them, in how their bars are drawn.
const PATTERNS = [
  (color) => `linear-gradient(${color},${color})`,
  (color) => `repeating-linear-gradient(90deg,${color} 0 8px,transparent 8px 11px)`,
  (color) => `repeating-linear-gradient(90deg,${color} 0 3px,transparent 3px 6px)`,
  (color) => `repeating-linear-gradient(90deg,${color} 0 9px,transparent 9px 12px,${color} 12px 14px,transparent 14px 17px)`,
];
const JOIN = (color) => `repeating-linear-gradient(90deg,${color} 0 2px,transparent 2px 6px)`;

function labelNumber(label) {
  return Math.max(0, state.index.labels.indexOf(label));
}

function colorOf(label) {
  const { palette } = state.index;
  return palette[labelNumber(label) % palette.length];
}

function patternOf(label) {
  return PATTERNS[labelNumber(label) % PATTERNS.length](colorOf(label));
}

/** Return marks with the lane of each: the first that is free from its start on. */
function inLanes(marks) {
  const ordered = marks
    .filter((mark) => mark.fragments.length)
    .sort((a, b) => a.fragments[0][0] - b.fragments[0][0] || b.fragments.at(-1)[1] - a.fragments.at(-1)[1]);
  const freeFrom = [];
  return ordered.map((mark) => {
    const start = mark.fragments[0][0];
    let lane = freeFrom.findIndex((end) => end <= start);
    if (lane < 0) lane = freeFrom.length;
    freeFrom[lane] = mark.fragments.at(-1)[1];
    return { ...mark, lane };
  });
}

/** Cut a stretch of text wherever a mark begins or ends; each piece knows the marks that cover it. */
function segments([start, end], marks) {
  const near = marks.filter((mark) => mark.fragments[0][0] < end && mark.fragments.at(-1)[1] > start);
  const edges = near.flatMap((mark) => [...mark.fragments, ...(mark.old ?? [])].flat());
  const cuts = [...new Set([start, end, ...edges.filter((edge) => edge > start && edge < end)])].sort((a, b) => a - b);
  return cuts.slice(1).map((to, number) => segment(cuts[number], to, near));
}

function segment(start, end, marks) {
  const within = (fragments) => fragments.some(([from, to]) => from <= start && end <= to);
  const covering = marks.filter((mark) => within(mark.fragments));
  const joining = marks.filter(
    (mark) => !covering.includes(mark) && mark.fragments[0][0] <= start && end <= mark.fragments.at(-1)[1],
  );
  const beginning = covering.flatMap((mark) =>
    mark.fragments.flatMap(([from], part) => (from === start ? [{ mark, part }] : [])),
  );
  const old = marks.filter((mark) => mark.old && within(mark.old) && !covering.includes(mark));
  return { start, end, covering, joining, beginning, old };
}

/** Draw the bars of a piece, as layers of its background. */
function drawBars(element, piece, lanes) {
  const layers = [
    ...piece.covering.map((mark) => ({ image: patternOf(mark.label), height: BAR, lane: mark.lane })),
    ...piece.joining.map((mark) => ({ image: JOIN(colorOf(mark.label)), height: 2, lane: mark.lane })),
  ];
  if (!layers.length) return;
  const below = ({ lane }) => (lanes - 1 - lane) * LANE;
  element.style.backgroundImage = layers.map((layer) => layer.image).join(",");
  element.style.backgroundSize = layers.map((layer) => `100% ${layer.height}px`).join(",");
  element.style.backgroundPosition = layers.map((layer) => `0 calc(100% - ${below(layer)}px)`).join(",");
  element.style.paddingBottom = `${lanes * LANE + 1}px`;
  if (piece.covering.length) element.style.setProperty("--mark", colorOf(innermost(piece.covering).label));
}

/** Return the shortest of marks: the one that a pointer means. */
function innermost(marks) {
  const size = (mark) => mark.fragments.reduce((sum, [start, end]) => sum + end - start, 0);
  return marks.reduce((best, mark) => (size(mark) < size(best) ? mark : best));
}

/** Return a small sample of a label's bar with its name, for legends and lists. */
function labelSample(label) {
  const bar = make("span", { class: "sample", "aria-hidden": "true" });
  bar.style.backgroundImage = patternOf(label);
  return make("span", { class: "label" }, bar, label);
}
