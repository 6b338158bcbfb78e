/* Make elements. Words from data become text nodes here and nowhere HTML. */

/** Return an element with properties, attributes (those with a dash, and `role`) and children. */
function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") element.className = value;
    else if (name.includes("-") || name === "role" || name === "for") element.setAttribute(name, value);
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element[name] = value;
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

function byId(id) {
  return document.getElementById(id);
}

/** Tell people who listen what happened; others see it in the status line. */
function announce(words) {
  byId("status").textContent = words;
}

/** Return a name as people read it: `below_threshold` as `below threshold`. */
function plain(name) {
  return name.replaceAll("_", " ");
}

function counted(number, singular, plural = `${singular}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? singular : plural}`;
}

/** Return what a language is called, or its code where nobody knows. */
function languageName(code) {
  try {
    return new Intl.DisplayNames(["en"], { type: "language" }).of(code === "cz" ? "cs" : code);
  } catch {
    return code;
  }
}

/** Call a function once nothing has asked for it for some milliseconds. */
function debounced(wanted, milliseconds) {
  let timer = 0;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => wanted(...values), milliseconds);
  };
}
