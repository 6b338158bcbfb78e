"""Documents that hypothesis draws for exports, and what comes back of one, in every format."""

import csv
import json
import os
from collections import Counter
from pathlib import Path
from unittest.mock import patch

from hypothesis import strategies as st

from projector.corpus import open_corpus
from projector.corpus.formats.utf16 import unit_positions
from projector.document import Document, Fragment, Mention
from projector.exchange.export import export_documents
from projector.exchange.marked import MarkedDocument
from projector.exchange.parts import mention_id

# Emoji with joiners and selectors, combining accents, right-to-left, line ends of every kind, a
# byte order mark, what formats reserve, and blanks of every width.
PIECES = [
    *(
        "fiebre",
        "Hb9,8g/dl",
        "a",
        "é",
        "e\u0301",
        "😷",
        "👨🏻\u200d🚒",
        "❤\ufe0f",
        "שלום",
        "ﷺ",
        "x_y",
    ),
    *(" ", "  ", "\n", "\r\n", "\r", "\t", "\xa0", "\u2028", "\x85", "\ufeff", "\u200f"),
    *("|", "[1]", "*", "->", ";", "\\", "\\n", "#", "<b>&amp;", '"', "_", "-DOCSTART-", "B-X", "@"),
]
LABELS = ["DISEASE", "SYMPTOM"]
TEXTS = [
    "\ufeff😷 Fiebre\r\nalta 👨🏻\u200d🚒 e\u0301. \n\n  ",
    "   \n ",
    "שלום כאב ראש 😀 fiebre",
]


@st.composite
def marked_documents(draw: st.DrawFn, pieces=tuple(PIECES)) -> MarkedDocument:
    """Draw a document whose mentions lie anywhere, nested, overlapping and in fragments."""
    text = "".join(draw(st.lists(st.sampled_from(pieces), min_size=1, max_size=14)))
    offsets = st.integers(0, len(text))
    mentions = []
    for number in range(draw(st.integers(0, 5))):
        edges = sorted(draw(st.lists(offsets, min_size=2, max_size=4, unique=True)))
        edges = edges[: len(edges) // 2 * 2]
        fragments = tuple(map(Fragment, edges[::2], edges[1::2]))
        mentions.append(Mention(f"T{number + 1}", draw(st.sampled_from(LABELS)), fragments))
    document = Document("doc", "en", text, tuple(mentions))
    scores = {one.id: draw(st.floats(0, 1)) for one in mentions}
    return MarkedDocument(document, scores, "fuente")


def exported(tmp_path: Path, marked: MarkedDocument, to: str) -> tuple[Path, list[dict]]:
    """Export a document; return the folder, and the rows of what is lost."""
    folder = tmp_path / to
    with patch.object(os, "sync"), patch.object(os, "fsync"):  # waits on whatever else is written
        export_documents({marked.document.language: [marked]}, folder, to, overwrite=True)
    with (folder / "lost.tsv").open(encoding="utf-8", newline="") as file:
        return folder, list(csv.DictReader(file, delimiter="\t"))


Places = Counter  # of (id, label, ((start, end), …))


def places(document: Document) -> Places:
    """Return a document's mentions, each with its id."""
    return Counter(
        (one.id, one.label, tuple((part.start, part.end) for part in one.fragments))
        for one in document.mentions
    )


def nameless(counted: Places) -> Places:
    """Return mentions without their ids, and fragments that touch as one."""
    return Counter((label, fragments) for _, label, fragments in counted.elements())


def kept_places(document: Document, lost: list[dict]) -> Places:
    """Return the mentions that are not listed as lost, without the white space that is."""
    why = {row["id"]: row["lost"] for row in lost if row["kind"] == "mention"}
    kept = Counter()
    for one in document.mentions:
        fragments = [(part.start, part.end) for part in one.fragments]
        if one.id in why:
            if "at its edges" not in why[one.id]:
                continue
            fragments = [trimmed for trimmed in map(_trimmed(document.text), fragments) if trimmed]
        kept[one.id, one.label, tuple(fragments)] += 1
    return kept


def _trimmed(text: str):
    def trim(span):
        start, end = span
        while start < end and text[start].isspace():
            start += 1
        while start < end and text[end - 1].isspace():
            end -= 1
        return (start, end) if start < end else None

    return trim


def joined(parts: list[tuple[str, str, tuple[int, int]]]) -> Places:
    """Return mentions of their parts: id, label, place."""
    fragments: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for id_, label, place in parts:
        fragments.setdefault((id_, label), []).append(place)
    return Counter((id_, label, tuple(sorted(held))) for (id_, label), held in fragments.items())


def read_label_studio(folder: Path) -> tuple[str, Places]:
    (task,) = json.loads((folder / "en.json").read_text(encoding="utf-8"))
    text = task["data"]["text"]
    parts = []
    for region in task["predictions"][0]["result"]:
        value = region["value"]
        assert text[value["start"] : value["end"]] == value["text"]
        place = (value["start"], value["end"])
        parts.append((mention_id(region["id"]), value["labels"][0], place))
    return text, joined(parts)


def read_doccano(folder: Path) -> tuple[str, Places]:
    row = json.loads((folder / "en.jsonl").read_text(encoding="utf-8"))
    true = unit_positions(row["text"])
    labels = {(one["start_offset"], one["end_offset"]): one["label"] for one in row["entities"]}
    found = Counter()
    for id_, held in row["mentions"].items():
        label = labels[tuple(held[0])]
        found[id_, label, tuple((true[start], true[end]) for start, end in held)] += 1
    return row["text"], found


def read_cas(folder: Path) -> tuple[str, Places]:
    import cassis

    types = cassis.load_typesystem(folder / "TypeSystem.xml")
    cas = cassis.load_cas_from_xmi(folder / "en" / "doc.xmi", typesystem=types)
    parts = [
        (one.mention, one.value, (one.begin, one.end))
        for one in cas.select("webanno.custom.Mention")
    ]
    return cas.sofa_string, joined(parts)


def read_docs(docs) -> tuple[str, Places]:
    """Read the one document of a DocBin."""
    import spacy

    (doc,) = docs.get_docs(spacy.blank("xx").vocab)
    parts = [
        (span.id_, span.label_, (span.start_char, span.end_char))
        for name in ("sc", "fragments")
        for span in doc.spans[name]
    ]
    return doc.text, joined(parts)


def read_table(folder: Path) -> tuple[str, Places]:
    import pyarrow.parquet as pq

    (row,) = pq.read_table(folder / "data" / "en.parquet").to_pylist()
    found = Counter()
    for one in row["entities"]:
        assert one["text"] == [row["text"][start:end] for start, end in one["offsets"]]
        found[one["id"], one["type"], tuple(map(tuple, one["offsets"]))] += 1
    return row["text"], found


def read_own(path: Path) -> tuple[str, Places]:
    """Read by this project's reader of the format."""
    corpus = open_corpus(path, language="en", labels={})
    (name,) = corpus.names
    reading = corpus.read(name)
    assert not reading.problems, reading.problems
    return reading.document.text, places(reading.document)


def read_layer(path: Path) -> tuple[str, Places]:
    """Read annotations of the layer by this project's reader, and put fragments together."""
    corpus = open_corpus(path, language="en", labels={})
    (name,) = corpus.names
    reading = corpus.read(name)
    assert not reading.problems, reading.problems
    document = reading.document
    said = {one.targets[0]: one.value for one in document.annotations if one.label == "mention"}
    parts = [(said[one.id], one.label, (one.start, one.end)) for one in document.mentions]
    return document.text, joined(parts)
