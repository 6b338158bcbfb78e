/* Count text in Unicode code points, as the run does; strings count UTF-16 units. */

class CodePoints {
  constructor(text) {
    this.text = text;
    this.units = CodePoints.unitsOf(text); // of each code point the unit it begins at; null: equal
    this.length = this.units ? this.units.length - 1 : text.length;
  }

  static unitsOf(text) {
    if (!/[\ud800-\udbff]/.test(text)) return null;
    const units = [];
    let unit = 0;
    for (const character of text) {
      units.push(unit);
      unit += character.length;
    }
    units.push(unit);
    return Uint32Array.from(units);
  }

  /** Return the UTF-16 offset of a code point's offset. */
  unit(point) {
    return this.units ? this.units[point] : point;
  }

  /** Return the code point's offset of a UTF-16 offset; within a pair, that of the pair. */
  point(unit) {
    if (!this.units) return unit;
    let low = 0;
    let high = this.units.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.units[middle] <= unit) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  slice(start, end) {
    return this.text.slice(this.unit(start), this.unit(end));
  }
}

/** Return the words of fragments, joined by a blank as the run joins them. */
function wordsOf(text, fragments) {
  return fragments.map(([start, end]) => text.slice(start, end)).join(" ");
}

/** Return how many code points some UTF-16 units of a string are. */
function pointsIn(string, units) {
  return [...string.slice(0, units)].length;
}
