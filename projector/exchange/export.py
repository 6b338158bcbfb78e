"""Export a run, or a corpus, to another tool, with what the tool's format can't hold listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from projector.corpus.formats.tsv_write import format_row
from projector.exchange.bioc import bioc_writer
from projector.exchange.cas import inception_writer, write_type_system
from projector.exchange.conll import conll_writer
from projector.exchange.doccano import doccano_writer, write_label_types
from projector.exchange.label_studio import label_studio_writer, write_labelling
from projector.exchange.marked import Add, Loss, MarkedDocument
from projector.exchange.pubtator import pubtator_writer
from projector.exchange.spacy_docs import spacy_writer
from projector.exchange.webanno import webanno_writer
from projector.storage.atomic_file import atomic_file
from projector.storage.atomic_folder import atomic_folder
from projector.storage.file_names import FileNames, refuse_unwritable
from schemas.tools import Tool

LOST = "lost.tsv"
LOST_COLUMNS = (
    *("language", "document", "id", "kind", "label", "start_span", "end_span", "text", "lost"),
)

_Open = Callable[[Path, str], AbstractContextManager[Add]]
_Finish = Callable[[Path, Sequence[str], Sequence[str]], None]


def _huggingface_writer(folder: Path, language: str) -> AbstractContextManager[Add]:
    from projector.exchange.huggingface import huggingface_writer

    return huggingface_writer(folder, language)


def _write_card(folder: Path, labels: Sequence[str], kinds: Sequence[str]) -> None:
    from projector.exchange.huggingface import write_card

    write_card(folder, labels, kinds)


_WRITERS: Mapping[Tool, _Open] = {
    "inception": inception_writer,
    "label-studio": label_studio_writer,
    "doccano": doccano_writer,
    "conll": conll_writer,
    "spacy": spacy_writer,
    "huggingface": _huggingface_writer,
    "bioc": bioc_writer,
    "pubtator": pubtator_writer,
    "webanno": webanno_writer,
}
# What is written once for all languages, of the labels and the kinds of relations.
_FINISHES: Mapping[Tool, _Finish] = {
    "inception": write_type_system,
    "label-studio": write_labelling,
    "doccano": write_label_types,
    "huggingface": _write_card,
}


@dataclass(slots=True)
class ExportSummary:
    """What was exported.

    Args:
        documents, mentions: How many, those among them that are lost.
        lost: How many losses of each kind (`mention`, `relation`, …) there are.
    """

    documents: int = 0
    mentions: int = 0
    lost: Counter[str] = field(default_factory=Counter)


def export_documents(
    languages: Mapping[str, Iterable[MarkedDocument]],
    output: Path,
    to: Tool,
    *,
    overwrite: bool = False,
    losses: list[Loss] | None = None,
) -> ExportSummary:
    """Write documents for a tool, to a folder that appears whole or not at all.

    Args:
        languages: Each one's documents; they are taken one by one.
        output: The folder; `lost.tsv` in it lists what the format can't hold.
        to: The tool.
        overwrite: Replace an earlier export.
        losses: Takes what the format can't hold, which is listed in any case.

    Raises:
        OutputError: The folder exists or can't be written, or a name can't be a file's.
        ConfigurationError: A library that the tool's format needs is not installed.
    """
    summary = ExportSummary()
    labels: set[str] = set()
    kinds: set[str] = set()
    with atomic_folder(output, overwrite=overwrite, mark=LOST) as folder:
        names = FileNames(folder)
        with atomic_file(folder / LOST) as lost:
            lost.write(format_row(LOST_COLUMNS))
            for language, documents in languages.items():
                names.take(language, kind="language")
                with _WRITERS[to](folder, language) as add:
                    for marked in _checked(documents, names):
                        lost_here = add(marked)
                        lost.writelines(map(_row, lost_here))
                        _count(summary, marked, lost_here)
                        if losses is not None:
                            losses += lost_here
                        labels |= {one.label for one in marked.document.mentions}
                        kinds |= _relation_kinds(marked)
        if to in _FINISHES:
            _FINISHES[to](folder, sorted(labels), sorted(kinds))
    return summary


def _checked(documents: Iterable[MarkedDocument], names: FileNames) -> Iterator[MarkedDocument]:
    """Pass documents on whose names can be files' and are not those of others."""
    for marked in documents:
        document = marked.document
        names.take(document.name, ".txt", kind="document", folder=document.language)
        refuse_unwritable(document.text, kind="text", where=names.where)
        yield marked


def _relation_kinds(marked: MarkedDocument) -> set[str]:
    return {one.label for one in marked.document.annotations if one.kind == "relation"}


def _count(summary: ExportSummary, marked: MarkedDocument, losses: Sequence[Loss]) -> None:
    summary.documents += 1
    summary.mentions += len(marked.document.mentions)
    summary.lost.update(loss.kind for loss in losses)


def _row(loss: Loss) -> bytes:
    """Return the cells of `LOST_COLUMNS`."""
    span = ["" if one is None else str(one) for one in (loss.start, loss.end)]
    owner = (loss.language, loss.document, loss.id, loss.kind, loss.label)
    return format_row((*owner, *span, loss.text, loss.why))
