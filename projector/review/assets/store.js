/* Bring data: it lies in the page itself, or in files beside it. A page on disk may fetch nothing,
   so a file is a script that hands its data to `projectorReview.receive`. */

const store = { waiting: new Map(), kept: new Map(), most: 24 };

window.projectorReview = {
  receive(key, data) {
    store.waiting.get(key)?.resolve(data);
    store.waiting.delete(key);
  },
};

/** Return a promise of the data of a key. */
function load(key) {
  const kept = store.kept.get(key);
  if (kept) {
    store.kept.delete(key); // to be the latest again
    store.kept.set(key, kept);
    return kept;
  }
  const promised = inPage(key) ?? inFile(key);
  store.kept.set(key, promised);
  promised.catch(() => store.kept.delete(key));
  if (store.kept.size > store.most) store.kept.delete(store.kept.keys().next().value);
  return promised;
}

function inPage(key) {
  const block = document.querySelector(`script[data-key="${key}"]`);
  return block ? Promise.resolve(JSON.parse(block.textContent)) : null;
}

function inFile(key) {
  return new Promise((resolve, reject) => {
    store.waiting.set(key, { resolve });
    const failed = () => reject(new Error(`data/${key}.js can't be read: is it beside the page?`));
    const script = make("script", { src: `data/${key}.js`, onerror: failed });
    script.addEventListener("load", () => script.remove());
    document.head.append(script);
  });
}
