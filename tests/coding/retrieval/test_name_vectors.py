"""Hold that a list's names are encoded once, kept, and gone on with where that was interrupted."""

import logging

import numpy as np
import pytest

from projector.coding.code_list import EMBEDDED, make_list
from projector.coding.retrieval import name_vectors as module
from projector.coding.retrieval.bi_encoder import BiEncoder, DenseIndex, distinct_names
from projector.coding.retrieval.name_vectors import INSTALLED, name_vectors
from projector.coding.retrieval.quantized_names import QuantizedNames
from projector.models import load

NAMES = ("tos", "fie", "do", "ma", "na")
CODES = make_list("test", [(f"A{number}", "es", name) for number, name in enumerate(NAMES)])


@pytest.fixture
def encoder(checkpoints, tmp_path, monkeypatch):
    monkeypatch.setenv("PROJECTOR_CACHE", str(tmp_path / "cache"))
    return BiEncoder(load(str(checkpoints / "bert"), granularity="window", device="cpu"))


def refuse(_):
    pytest.fail("encoded anew")


def test_names_are_encoded_once_whatever_their_codes_and_list(encoder, tmp_path):
    rows = [("A1", "es", "Tos"), ("A1", "es", "Fiebre"), ("B2", "es", "Tos"), ("B2", "", "Tos")]
    codes = make_list("twice", rows)
    assert distinct_names(codes) == ["Tos", "Fiebre"]
    vectors = name_vectors(codes, encoder, tmp_path)
    assert len(vectors) == 2
    best = DenseIndex(codes, encoder, vectors).find(["Tos", "Fiebre"], 2)
    assert best.codes.tolist() == [[0, 1], [0, 1]]
    assert best.scores[0, 0] == best.scores[0, 1] and best.scores[1, 0] > best.scores[1, 1]
    renamed = make_list("other", [("X", "es", "Tos"), ("Y", "en", "Fiebre")])
    name_vectors(renamed, encoder, tmp_path, progress=refuse)


def test_encounters_for_one_thing_are_encoded_once(encoder):
    said = ["initial encounter for closed fracture", "subsequent encounter", "sequela"]
    rows = [(f"S1{n}", "en", f"Fracture, {what}") for n, what in enumerate(said)]
    rows += [("S20", "es", "Fractura, contacto inicial"), ("S21", "es", "Secuela de fractura")]
    assert distinct_names(make_list("x", rows)) == ["Fracture", "Fractura", "Secuela de fractura"]


def test_what_was_encoded_before_an_interruption_counts(encoder, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(module, "AT_ONCE", 2)

    def interrupted(starts):
        yield starts[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        name_vectors(CODES, encoder, tmp_path, progress=interrupted)
    (parts,) = (tmp_path / "cache").glob("*.parts")
    assert len([*parts.iterdir()]) == 1
    told = []
    with caplog.at_level(logging.WARNING):
        vectors = name_vectors(
            CODES, encoder, tmp_path, progress=lambda starts: told.append(starts) or iter(starts)
        )
    assert told == [range(2, 5, 2)] and "2 of 5 names are encoded already" in caplog.text
    assert not parts.exists()
    assert np.allclose(vectors, encoder.embed(distinct_names(CODES)), atol=1e-3)
    assert (name_vectors(CODES, encoder, tmp_path, progress=refuse) == vectors).all()


def test_a_damaged_part_is_made_again(encoder, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "AT_ONCE", 2)

    def interrupted(starts):
        yield from starts[:2]
        raise KeyboardInterrupt

    for damage in (b"", b"nonsense"):
        with pytest.raises(KeyboardInterrupt):
            name_vectors(CODES, encoder, tmp_path, progress=interrupted)
        (parts,) = (tmp_path / "cache").glob("*.parts")
        (parts / "00000000.npy").write_bytes(damage)
    expected = encoder.embed(distinct_names(CODES))
    assert np.allclose(name_vectors(CODES, encoder, tmp_path), expected, atol=1e-3)


def test_the_embedded_lists_names_are_installed_and_only_others_are_encoded(encoder, tmp_path):
    rows = [("A", "en", name) for name in ("Cough", "Fever")] + [("B", "es", "Tos")]
    codes = make_list(EMBEDDED, rows)
    known = np.eye(2, encoder.encoder.dimension, dtype=np.float32)
    index = QuantizedNames.of(["Cough", "Fever"], known, encoder.fingerprint, parts=8)
    index.write(tmp_path / INSTALLED)
    vectors = name_vectors(codes, encoder, tmp_path)
    assert np.allclose(vectors[:2], known, atol=1e-2)
    assert np.allclose(vectors[2], encoder.embed(["Tos"])[0], atol=1e-3)
    other = make_list("another", rows)  # a list of the user's own is encoded exactly
    assert np.allclose(
        name_vectors(other, encoder, tmp_path)[0], encoder.embed(["Cough"]), atol=1e-3
    )
    QuantizedNames.of(["Cough", "Fever"], known, "another encoder", parts=8).write(
        tmp_path / INSTALLED
    )
    exact = name_vectors(codes, encoder, tmp_path)[0]
    assert np.allclose(exact, encoder.embed(["Cough"])[0], atol=1e-3)


def test_what_is_installed_gives_the_first_choices_that_exact_vectors_give(encoder, tmp_path):
    names = [f"{first}{second}" for first in NAMES for second in ("", *NAMES)]
    codes = make_list(EMBEDDED, [(f"A{row:02}", "es", name) for row, name in enumerate(names)])
    exact = encoder.embed(distinct_names(codes))
    written = QuantizedNames.of(distinct_names(codes), exact, encoder.fingerprint, parts=8)
    written.write(tmp_path / INSTALLED)
    nearly = name_vectors(codes, encoder, tmp_path, progress=refuse)
    assert not (tmp_path / "cache").exists()
    first, second = (
        DenseIndex(codes, encoder, vectors).find([f"{name} s" for name in names], 1)
        for vectors in (exact, nearly)
    )
    assert (first.codes == second.codes).all()
    assert np.allclose(first.scores, second.scores, atol=1e-2)


@pytest.mark.parametrize("place", ["numpy.save", "projector.models.cache.new_folder"])
def test_where_the_cache_is_full_the_vectors_are_made_each_time(
    encoder, tmp_path, monkeypatch, caplog, place
):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    kept = name_vectors(CODES, encoder, tmp_path)
    monkeypatch.setenv("PROJECTOR_CACHE", str(tmp_path / "full"))
    monkeypatch.setattr(place, full)
    assert (name_vectors(CODES, encoder, tmp_path) == kept).all()
    assert "the vectors of test can't be kept there" in caplog.text
