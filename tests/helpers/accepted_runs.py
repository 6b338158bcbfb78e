"""Accept corrections into a run, and read what it says then."""

import csv
import io

import polars as pl
import pytest
from given_corrections import corrections

from projector.corrections.apply import accept
from projector.errors import CorpusError


def rows(path):
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode()), delimiter="\t"))


def outcome(run, language, document, mention):
    found = run.projections([language]).filter(
        (pl.col("source_document") == document) & (pl.col("mention_id") == mention)
    )
    return found.row(0, named=True)


def refused(run, tmp_path, /, *entries, **changed):
    with pytest.raises(CorpusError) as error:
        accept(run, [corrections(run, *entries, **changed)], tmp_path / "final")
    assert not (tmp_path / "final").exists()
    return str(error.value)
