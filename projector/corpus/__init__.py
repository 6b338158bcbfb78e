"""Read and write corpora, one format a file; only here do bytes meet documents."""

from projector.corpus.corpus import Corpus
from projector.corpus.formats.brat_read import read_brat
from projector.corpus.formats.brat_write import format_ann, write_brat
from projector.corpus.formats.submission import pack_submission, write_submission
from projector.corpus.formats.tsv_read import SpanRow, read_spans
from projector.corpus.formats.tsv_write import columns_for, tsv_losses, write_tsv
from projector.corpus.labels import KNOWN_LABELS, label_map
from projector.corpus.open import open_corpus
from projector.corpus.pairing import Pairing, pair_names
from projector.corpus.reading import Reading, require_document
from projector.storage.atomic_file import atomic_file, atomic_write

__all__ = [
    "KNOWN_LABELS",
    "Corpus",
    "Pairing",
    "Reading",
    "SpanRow",
    "atomic_file",
    "atomic_write",
    "columns_for",
    "format_ann",
    "label_map",
    "open_corpus",
    "pack_submission",
    "pair_names",
    "read_brat",
    "read_spans",
    "require_document",
    "tsv_losses",
    "write_brat",
    "write_submission",
    "write_tsv",
]
