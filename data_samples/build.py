"""Build the sample corpora from the marked cases: `python data_samples/build.py [--check]`.

A marked case is one file with a section for each language; see README.md for the notation.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from projector.corpus import (
    atomic_write,
    format_ann,
    read_brat,
    require_document,
    write_brat,
    write_tsv,
)
from projector.document import Document, Fragment, Mention

HERE = Path(__file__).parent
LANGUAGES = ("es", "en", "it", "nl", "sv", "ro", "cs")
ENTITIES = {"DISEASE": "disease", "PROCEDURE": "procedure", "SYMPTOM": "symptom"}
BUILT = ("brat", "tsv", "tree")
_CASES_IN_TREE = 6
_CODES_IN_TREE = {"cs": "cz"}
_KEYS = {"labels", "crlf", "nfd", "brat"}
_TAG = re.compile(r"<(/?)(T\d+)>")
_SECTION = re.compile(r"^== (\w+)\n", re.MULTILINE)


class MarkupError(ValueError):
    """A marked case breaks the notation."""


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


def read_cases(folder: Path = HERE / "marked") -> list[Case]:
    """Read a folder's marked cases, by name."""
    return [read_case(path) for path in sorted(folder.glob("case-*.txt"))]


def read_case(path: Path) -> Case:
    """Read a marked case; raise `MarkupError` where its header or sections aren't the notation."""
    # Bytes, since reading as text would change the line ends.
    head, _, body = path.read_bytes().decode("utf-8").partition("\n\n")
    fields = [line.partition(": ")[::2] for line in head.split("\n")]
    header = dict(fields)
    if unknown := header.keys() - _KEYS:
        raise MarkupError(f"{path.name}: the header has {sorted(unknown)}, known are {_KEYS}")
    _, *parts = _SECTION.split(body)
    if tuple(parts[::2]) != LANGUAGES:
        raise MarkupError(f"{path.name}: the sections are {parts[::2]}, expected {LANGUAGES}")
    texts = (text.removesuffix("\n") for text in parts[1::2])
    return Case(
        name=path.stem,
        labels=dict(word.split("=") for word in header["labels"].split()),
        crlf=tuple(header.get("crlf", "").split()),
        nfd=tuple(header.get("nfd", "").split()),
        brat=tuple(value.replace("\\t", "\t") for key, value in fields if key == "brat"),
        sections=dict(zip(LANGUAGES, texts, strict=True)),
    )


def document_of(case: Case, language: str) -> Document:
    """Return a case in one language, its tags taken out."""
    marked = case.sections[language]
    if language in case.crlf:
        marked = marked.replace("\n", "\r\n")
    if language in case.nfd:
        marked = unicodedata.normalize("NFD", marked)
    text, fragments = _untagged(marked, f"{case.name} {language}")
    if unknown := fragments.keys() - case.labels.keys():
        raise MarkupError(f"{case.name} {language}: {sorted(unknown)} have no label")
    mentions = (
        Mention(id_, label, tuple(fragments[id_]))
        for id_, label in case.labels.items()
        if id_ in fragments
    )
    return Document(case.name, language, text, tuple(mentions))


def _untagged(marked: str, subject: str) -> tuple[str, dict[str, list[Fragment]]]:
    """Return the text without its tags and what each id's tags enclosed, in text order."""
    pieces: list[str] = []
    length = tag_end = 0
    open_at: dict[str, int] = {}
    fragments: dict[str, list[Fragment]] = {}
    for tag in _TAG.finditer(marked):
        pieces.append(marked[tag_end : tag.start()])
        length += len(pieces[-1])
        tag_end = tag.end()
        closing, id_ = tag.groups()
        if bool(closing) != (id_ in open_at):
            raise MarkupError(f"{subject}: {tag.group()} is out of place, a pair is expected")
        if closing:
            fragments.setdefault(id_, []).append(Fragment(open_at.pop(id_), length))
        else:
            open_at[id_] = length
    if open_at:
        raise MarkupError(f"{subject}: {sorted(open_at)} are not closed")
    return "".join((*pieces, marked[tag_end:])), fragments


def build(root: Path, cases: Sequence[Case]) -> None:
    """Write the BRAT folders, the tables and the published tree below `root`."""
    for language in LANGUAGES:
        documents = [document_of(case, language) for case in cases]
        for document, case in zip(documents, cases, strict=True):
            _write_brat(document, root / "brat" / language, case.brat if language == "es" else ())
        _write_table(documents, root / "tsv" / language)
        _write_tree(documents[:_CASES_IN_TREE], root / "tree" / "MultiClinNER")


def _write_brat(document: Document, folder: Path, lines: Sequence[str]) -> None:
    write_brat(document, folder)
    annotations = folder / f"{document.name}.ann"
    if lines:
        extra = "".join(f"{line}\n" for line in lines)
        atomic_write(annotations, annotations.read_bytes() + extra.encode("utf-8"))
    # The strict reader finds what is wrong with a case's own lines, and they have to be normal.
    text = folder / f"{document.name}.txt"
    read = require_document(read_brat(text, annotations, language=document.language))
    if format_ann(read).encode("utf-8") != annotations.read_bytes():
        raise MarkupError(f"{document.name}: these lines aren't as BRAT writes them: {lines}")


def _write_table(documents: Sequence[Document], folder: Path) -> None:
    for document in documents:
        _write_text(document, folder / "txt")
    write_tsv(folder / f"{folder.name}.tsv", documents)


def _write_text(document: Document, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    atomic_write(folder / f"{document.name}.txt", document.text.encode("utf-8"))


def _write_tree(documents: Sequence[Document], root: Path) -> None:
    language = documents[0].language
    code = _CODES_IN_TREE.get(language, language)
    for label, entity in ENTITIES.items():
        part = f"MultiClinNER-{code}-train-{entity}"
        folder = root / f"MultiClinNER-{code}" / f"MultiClinNER-{code}-train" / part
        parts = [
            replace(
                document,
                name=f"{part}-{number}",
                mentions=tuple(mention for mention in document.mentions if mention.label == label),
            )
            for number, document in enumerate(documents, start=1)
        ]
        for kind in ("ann", "tsv"):
            (folder / kind).mkdir(parents=True, exist_ok=True)
        for document in parts:
            _write_text(document, folder / "txt")
            atomic_write(
                folder / "ann" / f"{document.name}.ann", format_ann(document).encode("utf-8")
            )
        write_tsv(folder / "tsv" / f"{part}.tsv", parts)


def differences(left: Path, right: Path) -> list[str]:
    """Return the paths, relative to both roots, of built files that aren't the same in both."""
    ours, theirs = _contents(left), _contents(right)
    return sorted(
        path for path in ours.keys() | theirs.keys() if ours.get(path) != theirs.get(path)
    )


def _contents(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for part in BUILT
        for path in (root / part).rglob("*")
        if path.is_file()
    }


def main() -> int:
    """Build, or tell what a build would change."""
    parser = argparse.ArgumentParser(description="Build the sample corpora from marked/.")
    parser.add_argument("--check", action="store_true", help="change nothing; 1 if it would")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder), read_cases())
        changed = differences(HERE, Path(folder))
        if not check:
            for part in BUILT:
                shutil.rmtree(HERE / part, ignore_errors=True)
                shutil.copytree(Path(folder) / part, HERE / part)
    verb = "would change" if check else "changed"
    sys.stdout.write("".join(f"{verb} {path}\n" for path in changed))
    return int(check and bool(changed))


if __name__ == "__main__":
    sys.exit(main())
