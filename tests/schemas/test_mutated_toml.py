"""Whatever a TOML file holds, it is told what is wrong with it, or it is taken."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.errors import ConfigurationError
from projector.run.configure import _read_located
from schemas.aligner_training import AlignerTraining
from schemas.coder_training import CoderTraining
from schemas.collection import read_collection
from schemas.concept_training import ConceptTraining
from schemas.edge_training import EdgeTraining
from schemas.encoder_training import EncoderTraining
from schemas.run import RunConfiguration
from schemas.tagger_training import TaggerTraining
from schemas.validation import read_validated, validated

KEYS = [
    *("student", "teacher", "data", "model", "layer", "types", "head", "hidden", "views", "seed"),
    *("examples", "codes", "stage", "optimisation", "rate", "steps", "source", "targets", "jobs"),
    *("run", "decode", "align", "settings", "labels", "path", "device", "encoder", "window"),
    *("space", "names", "mentions", "pairs", "weights", "hierarchy", "siblings", "dimension"),
]
VALUES = st.sampled_from(
    [
        *('"x"', '""', '"auto"', "'cpu'", '"\\u0000"', "true", "1979-05-27"),
        *("-1", "0", "1", "7", "9223372036854775807", "99999999999999999999999999"),
        *("1e400", "nan", "inf", "-1e308"),
        *("[]", "{}", "[[1], 2]", "[{a = 1}]", '["es", "en"]', "{a = {a = {a = [1]}}}"),
    ]
)
LINES = st.one_of(
    st.builds("{} = {}".format, st.sampled_from(KEYS), VALUES),
    st.builds("[{}]".format, st.sampled_from(KEYS)),
    st.builds("[[{}]]".format, st.sampled_from(KEYS)),
    st.builds("[{}.{}]".format, st.sampled_from(KEYS), st.sampled_from(KEYS)),
)
READERS = {
    "aligner": lambda path: read_validated(path, AlignerTraining),
    "tagger": lambda path: read_validated(path, TaggerTraining),
    "coder": lambda path: read_validated(path, CoderTraining),
    "edges": lambda path: read_validated(path, EdgeTraining),
    "concepts": lambda path: read_validated(path, ConceptTraining),
    "encoder": lambda path: read_validated(path, EncoderTraining),
    "collection": read_collection,
    "run": lambda path: validated(RunConfiguration, _read_located(path), path),
}
DEEP = 100_000


def read(text, kind):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        try:
            READERS[kind](path)
        except ConfigurationError as error:
            assert "config.toml" in str(error), error


@pytest.mark.promise(
    "offsets are true and losses counted, or it is told where", "damaged configurations", trials=150
)
@given(st.lists(LINES, max_size=12).map("\n".join), st.sampled_from(sorted(READERS)))
@settings(max_examples=150)
def test_tables_of_anything_are_told_or_taken(text, kind):
    read(text, kind)


@pytest.mark.promise(
    "offsets are true and losses counted, or it is told where",
    "damaged configurations",
    trials=10_000,
)
@pytest.mark.slow
@given(st.lists(LINES, max_size=12).map("\n".join), st.sampled_from(sorted(READERS)))
@settings(max_examples=10_000)
def test_thousands_of_tables_are_told_or_taken(text, kind):
    read(text, kind)


@given(st.binary(max_size=60), st.sampled_from(sorted(READERS)))
@settings(max_examples=60)
def test_bytes_of_anything_are_told(data, kind):
    read(data, kind)


@pytest.mark.parametrize("kind", sorted(READERS))
@pytest.mark.parametrize(
    "text", ["a = " + "[" * DEEP, "a = " + "{a=" * DEEP, "a." * DEEP + "a = 1"]
)
def test_what_is_nested_too_deeply_is_told(text, kind):
    read(text, kind)
