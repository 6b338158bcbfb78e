"""Build the sample corpora from the marked cases: `python data_samples/build.py`.

A marked case is one file with a section for each language; see README.md for the notation.
"""

from __future__ import annotations

import re
import shutil
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from projector.corpus import read_brat, strictly, write_brat, write_tsv
from projector.corpus.atomic import atomic_write
from projector.document import Document, Fragment, Mention

HERE = Path(__file__).parent
ENTITIES = {"DISEASE": "disease", "PROCEDURE": "procedure", "SYMPTOM": "symptom"}
_TAG = re.compile(r"<(/?)(T\d+)>")
_SECTION = re.compile(r"^== (\w+)\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Case:
    """A marked case.

    Args:
        name: Its file's name without extension.
        labels: By mention id.
        crlf: Languages whose lines end with CRLF.
        nfd: Languages whose accents are combining characters.
        brat: Lines beyond mentions, of the Spanish side.
        sections: Marked text by language.
    """

    name: str
    labels: dict[str, str]
    crlf: tuple[str, ...]
    nfd: tuple[str, ...]
    brat: tuple[str, ...]
    sections: dict[str, str]


def read_case(path: Path) -> Case:
    """Read a marked case."""
    head, _, body = path.read_text(encoding="utf-8").partition("\n\n")
    fields = [line.partition(": ")[::2] for line in head.split("\n")]
    header = dict(fields)
    parts = _SECTION.split(body)[1:]
    sections = {
        language: text.removesuffix("\n")
        for language, text in zip(parts[::2], parts[1::2], strict=True)
    }
    return Case(
        path.stem,
        dict(word.split("=") for word in header["labels"].split()),
        tuple(header.get("crlf", "").split()),
        tuple(header.get("nfd", "").split()),
        tuple(value.replace("\\t", "\t") for key, value in fields if key == "brat"),
        sections,
    )


def document(case: Case, language: str) -> Document:
    """Return a case in one language, its tags taken out."""
    marked = case.sections[language]
    if language in case.crlf:
        marked = marked.replace("\n", "\r\n")
    if language in case.nfd:
        marked = unicodedata.normalize("NFD", marked)
    text = ""
    open_at: dict[str, int] = {}
    fragments: dict[str, list[Fragment]] = {}
    place = 0
    for tag in _TAG.finditer(marked):
        text += marked[place : tag.start()]
        place = tag.end()
        closing, id_ = tag.groups()
        if closing:
            fragments.setdefault(id_, []).append(Fragment(open_at.pop(id_), len(text)))
        else:
            open_at[id_] = len(text)
    if open_at:
        raise SystemExit(f"{case.name} {language}: {', '.join(open_at)} is not closed")
    text += marked[place:]
    mentions = tuple(
        Mention(id_, case.labels[id_], tuple(fragments[id_]))
        for id_ in sorted(fragments, key=lambda id_: int(id_[1:]))
    )
    return Document(case.name, language, text, mentions)


def build(root: Path) -> None:
    """Write the BRAT folders, the tables and the published tree below `root`."""
    cases = [read_case(path) for path in sorted((HERE / "marked").glob("case-*.txt"))]
    for language in cases[0].sections:
        documents = [document(case, language) for case in cases]
        _write_brat(root / "brat" / language, documents, cases)
        _write_table(root / "tsv" / language, documents)
        _write_tree(root / "tree" / "MultiClinNER", documents[:6], language)


def _write_brat(folder: Path, documents: list[Document], cases: list[Case]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for one, case in zip(documents, cases, strict=True):
        write_brat(one, folder)
        if one.language == "es" and case.brat:
            annotations = folder / f"{one.name}.ann"
            lines = "".join(f"{line}\n" for line in case.brat)
            atomic_write(annotations, annotations.read_bytes() + lines.encode())
        strictly(read_brat(folder / f"{one.name}.txt", language=one.language))


def _write_table(folder: Path, documents: list[Document]) -> None:
    (folder / "txt").mkdir(parents=True, exist_ok=True)
    for one in documents:
        atomic_write(folder / "txt" / f"{one.name}.txt", one.text.encode())
    write_tsv(folder / f"{documents[0].language}.tsv", documents)


def _write_tree(root: Path, documents: list[Document], language: str) -> None:
    code = "cz" if language == "cs" else language
    for label, entity in ENTITIES.items():
        name = f"MultiClinNER-{code}-train-{entity}"
        folder = root / f"MultiClinNER-{code}" / f"MultiClinNER-{code}-train" / name
        chosen = [
            Document(
                f"{name}-{number}",
                code,
                one.text,
                tuple(mention for mention in one.mentions if mention.label == label),
            )
            for number, one in enumerate(documents, start=1)
        ]
        for part in ("txt", "ann", "tsv"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        for one in chosen:
            write_brat(one, folder / "txt")
            shutil.move(folder / "txt" / f"{one.name}.ann", folder / "ann" / f"{one.name}.ann")
        write_tsv(folder / "tsv" / f"{name}.tsv", chosen)


if __name__ == "__main__":
    for built in ("brat", "tsv", "tree"):
        shutil.rmtree(HERE / built, ignore_errors=True)
    build(HERE)
    sys.stdout.write(f"built {HERE}\n")
