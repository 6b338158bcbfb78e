"""Hold the examples that coders learn from, and their training on the smallest encoder."""

import csv
import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch

from projector.cli import run
from projector.coding.code_list import make_list, read_codes
from projector.coding.normalize import own_abbreviations, plain
from projector.coding.retrieval.bi_encoder import BiEncoder, DenseIndex, described
from projector.coding.retrieval.cross_encoder import CrossEncoder
from projector.coding.retrieval.ranking import best_of_terms, starts_of
from projector.coding.retrieval.two_stages import RetrieveRerank, reading
from projector.errors import CorpusError, ModelError
from projector.models import load
from projector.training.coder.augmentation import factory_examples
from projector.training.coder.examples import gold_examples, table_examples
from projector.training.coder.hard_negatives import Neighbours
from projector.training.coder.retriever import Retrieval
from projector.training.trainable_encoder import TrainableEncoder
from schemas.coder_training import ALL, CoderTraining, ExamplesConfiguration
from schemas.validation import read_validated

ROWS = [
    ("E11.0", "es", "Diabetes mellitus tipo 2, con coma"),
    ("E11.0", "en", "Type 2 diabetes mellitus: with coma"),
    ("E11.9", "es", "Diabetes mellitus tipo 2, no especificada"),
    ("E11.9", "en", "Type 2 diabetes mellitus without complications"),
    ("I10", "es", "Hipertensión arterial"),
    ("I10", "en", "Essential hypertension"),
    ("I10", "en", "Arterial hypertension"),
    ("R05", "es", "Tos"),
]
CODES = make_list("test", ROWS)


def made(*transformations, per_code=6, seed=0):
    random = np.random.default_rng(seed)
    chosen = transformations or ALL
    return factory_examples(CODES, per_code, chosen, own_abbreviations(), random)


def test_examples_say_what_made_them_and_are_made_alike_from_one_seed():
    assert made() == made() != made(seed=1)
    found = made()
    assert {one.origin for one in found} <= {f"list:{name}" for name in ALL}
    assert len({(one.code, plain(one.text)) for one in found}) == len(found)
    assert {one.code for one in found} >= {0, 1, 2}


def test_no_example_is_another_codes_name():
    names = {}
    for term in CODES.terms:
        names.setdefault(plain(term.text), set()).add(term.code)
    for seed in range(20):
        for one in made(seed=seed):
            assert names.get(plain(one.text), {one.code}) == {one.code}
            assert len(plain(one.text)) > 1


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("reordered", "con coma diabetes mellitus tipo 2"),
        ("abbreviated", "DM2, con coma"),
        ("abbreviated", "HTA"),
        ("synonym", "Essential hypertension"),
        ("translation", "Diabetes mellitus tipo 2"),
        ("context", "paciente con tos"),
        ("qualified", "Tos persistente"),
        ("qualified", "mild essential hypertension"),
        ("inflected", "Essential hypertensions"),
        ("inflected", "Type 2 diabetes mellitus: with comas"),
    ],
)
def test_a_transformation_makes_what_its_name_says(name, expected):
    texts = {one.text for seed in range(20) for one in made(name, seed=seed)}
    assert expected in texts


def test_misspelt_and_shortened_stay_near():
    for seed in range(10):
        for one in made("misspelt", seed=seed):
            assert min(abs(len(one.text) - len(term.text)) for term in CODES.terms) <= 20
        for one in made("shortened", seed=seed):
            own = {
                w for term in CODES.terms if term.code == one.code for w in plain(term.text).split()
            }
            assert set(plain(one.text).split()) <= own


def test_gold_gives_its_mentions_but_those_of_other_lists(tmp_path, caplog):
    (tmp_path / "es").mkdir()
    (tmp_path / "es/a.txt").write_text("Tos y HTA.")
    (tmp_path / "es/a.ann").write_text(
        "T1\tX 0 3\tTos\nN1\tReference T1 ICD10:r05\tx\n"
        "T2\tX 6 9\tHTA\nN2\tReference T2 ICD10:Z99\tx\n"
    )
    source = ExamplesConfiguration(gold=tmp_path / "es")
    with caplog.at_level("INFO", "projector"):
        assert [(one.text, one.code) for one in gold_examples(CODES, source)] == [("Tos", 3)]
    assert "1 codes are not in the list" in caplog.text and "passed over" not in caplog.text
    with (tmp_path / "es/a.ann").open("a") as file:
        file.write("T9\tX 90 99\tnowhere\n")
    assert len(gold_examples(CODES, source)) == 1
    assert "1 things can't be read rightly" in caplog.text
    for fold, only in ((0, True), (0, False), (1, True), (1, False)):
        part = ExamplesConfiguration(gold=tmp_path / "es", folds=2, fold=fold, only_fold=only)
        other = ExamplesConfiguration(gold=tmp_path / "es", folds=2, fold=fold, only_fold=not only)
        assert len([*gold_examples(CODES, part), *gold_examples(CODES, other)]) == 1


def test_examples_made_elsewhere_keep_their_origin(tmp_path, caplog):
    path = tmp_path / "made.tsv"
    path.write_text("text\tcode\torigin\nla tos\tR05\tmodel-x\nrien\tQ99\tmodel-x\n…\tR05\tx\n")
    with caplog.at_level("INFO", "projector"):
        (found,) = table_examples(CODES, path)
    assert "2 rows have no words or a code that is not in the list" in caplog.text
    assert (found.text, found.code, found.origin) == ("la tos", 3, "model-x")
    path.write_text("word\tcode\nla tos\tR05\n")
    with pytest.raises(CorpusError, match="text, code"):
        table_examples(CODES, path)


@pytest.mark.parametrize(
    "wrong",
    [{}, {"factory": 1, "gold": Path("x")}, {"gold": Path("x"), "folds": 2, "fold": 2}],
)
def test_sources_that_cannot_be_are_told(wrong):
    with pytest.raises(ValueError):
        ExamplesConfiguration(**wrong)


@pytest.fixture
def encoder(checkpoints):
    return BiEncoder(load(str(checkpoints / "bert"), granularity="window", device="cpu"))


def test_a_text_has_the_same_vector_in_any_company(encoder):
    texts = [term.text for term in CODES.terms] + [""]
    together = encoder.embed(texts)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    for text, vector in zip(texts, together, strict=True):
        assert np.allclose(encoder.embed([text])[0], vector, atol=1e-5)
    assert (BiEncoder(encoder.encoder, prefix="").embed(["", "tos"])[0] == 0).all()
    assert encoder.embed([]).shape == (0, encoder.encoder.dimension)


def test_the_nearest_descriptions_are_found_exactly(encoder, tmp_path, monkeypatch):
    monkeypatch.setenv("PROJECTOR_CACHE", str(tmp_path))
    vectors = described(CODES, encoder)
    assert (described(CODES, encoder) == vectors).all()  # from the cache
    found = DenseIndex(CODES, encoder, vectors).find([term.text for term in CODES.terms], 3)
    assert found.codes[:, 0].tolist() == [term.code for term in CODES.terms]
    similar = encoder.embed(["tos"]) @ vectors.T
    best = DenseIndex(CODES, encoder, vectors).find(["tos"], 1)
    assert best.scores[0, 0] == pytest.approx(similar.max(), abs=1e-6)


@pytest.fixture
def configuration(checkpoints, tmp_path, monkeypatch) -> Path:
    pytest.importorskip("peft")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PROJECTOR_CACHE", str(tmp_path / "cache"))
    rows = "".join(f"{code}\t{language}\t{text}\n" for code, language, text in ROWS)
    Path("codes.tsv").write_text(f"code\tlanguage\tdescription\n{rows}")
    Path("made.tsv").write_text("text\tcode\ntos seca\tR05\nDM2\tE11.9\nHTA\tI10\n")
    Path("c.toml").write_text(
        'codes = "codes.tsv"\ncheckpoint_every = 2\n'
        f'device = "cpu"\n[encoder]\nmodel = "{checkpoints / "bert"}"\nlayer = 2\nrank = 2\n'
        "[optimisation]\ntokens = 60\nsteps = 4\nwarmup = 0\nrate = 0.01\n"
        '[development]\nevery = 2\n[[development.data]]\ntable = "made.tsv"\n'
        '[[examples]]\nfactory = 4\n[[examples]]\ntable = "made.tsv"\nrepeat = 2\n'
    )
    return tmp_path / "c.toml"


def test_a_coder_is_trained_resumed_and_used(configuration, capsys):
    assert run(["train", "coder", "c.toml", "-o", "a", "--format", "json"]) == 0
    assert "MAP@10 made" in capsys.readouterr().out
    curve = pl.read_parquet("a/curve.parquet")
    assert curve["loss"].drop_nulls().len() == 4
    with Path("a/examples.tsv").open() as file:
        origins = {row["origin"] for row in csv.DictReader(file, delimiter="\t")}
    assert "made.tsv" in origins and any(one.startswith("list:") for one in origins)
    # The same bytes from a run that was broken off and gone on with.
    assert run(["train", "coder", "c.toml", "-o", "b"]) == 0
    for name in ("model", "result.json"):
        path = Path("b", name)
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert run(["train", "coder", "c.toml", "-o", "b"]) == 1
    assert run(["train", "coder", "c.toml", "-o", "b", "--resume"]) == 0
    one, other = (Path(name, "model/model.safetensors").read_bytes() for name in "ab")
    assert one == other
    Path("m.tsv").write_text(
        "filename\tlabel\tstart_span\tend_span\ttext\nd\tX\t0\t3\ttos\nd\tX\t5\t8\tHTA\n"
    )
    arguments = ["code", "m.tsv", "--codes", "codes.tsv", "--language", "es", "-m", "a"]
    assert run([*arguments, "-o", "coded", "--top-k", "2"]) == 0
    assert run([*arguments[:-1], "a/model/adapter", "-o", "by-adapter", "--top-k", "2"]) == 0
    one, other = (Path(name, "codes.parquet").read_bytes() for name in ("coded", "by-adapter"))
    assert one == other
    table = pl.read_parquet("coded/codes.parquet")
    assert table.height == 4 and table["score"].is_between(-1, 1).all()


def test_no_other_description_of_its_own_code_is_a_rival(configuration):
    training = read_validated(configuration, CoderTraining).model_copy(update={"negatives": 0})
    codes = read_codes(Path("codes.tsv"))
    examples = table_examples(codes, Path("made.tsv"))
    student = TrainableEncoder.load(training.encoder, device="cpu")
    near = Neighbours.of(codes)
    task = Retrieval(student, training, codes, examples, {}, near)
    assert task.loss([2, 2]).item() == pytest.approx(0, abs=1e-6)  # nothing to mistake it for
    assert task.loss([0, 2]).item() > 1e-3
    harder = training.model_copy(update={"negatives": 3})
    assert Retrieval(student, harder, codes, examples, {}, near).loss([2]).item() > 1e-3
    task.loss([0, 1, 2]).backward()
    assert all(weight.grad is not None for weight in task.trained.values())


def test_a_reranker_is_trained_and_reorders_what_is_found(configuration, capsys):
    content = configuration.read_text().replace("checkpoint", 'stage = "reranker"\ncheckpoint', 1)
    Path("r.toml").write_text("context = true\n" + content.replace("tokens = 60", "tokens = 200"))
    assert run(["train", "coder", "r.toml", "-o", "r"]) == 0
    assert run(["train", "coder", "c.toml", "-o", "b"]) == 0
    Path("m.tsv").write_text(
        "filename\tlabel\tstart_span\tend_span\ttext\nd\tX\t0\t9\tcoma diabetes\n"
    )
    arguments = ["code", "m.tsv", "--codes", "codes.tsv", "--language", "es"]
    assert run([*arguments, "--rerank", "r", "-o", "lexical"]) == 0
    assert run([*arguments, "-m", "b", "--rerank", "r", "-o", "dense"]) == 0
    for name in ("lexical", "dense"):
        scores = pl.read_parquet(f"{name}/codes.parquet")["score"]
        assert scores.is_between(0, 1).all() and sum(scores) == pytest.approx(1, abs=1e-3)
    capsys.readouterr()
    assert run([*arguments, "-m", "r", "-o", "no"]) == 1  # the other stage
    assert "it is a reranker" in capsys.readouterr().err


def test_a_pair_is_scored_alike_in_any_company(checkpoints):
    encoder = load(str(checkpoints / "bert"), granularity="window", device="cpu")
    torch.manual_seed(0)
    cross = CrossEncoder(encoder, torch.nn.Linear(encoder.dimension, 1))
    pairs = [("tos", "tos seca"), ("dolor", "tos"), ("a" * 80, "b" * 80)]
    together = cross.predict(pairs)
    assert np.allclose(together, [cross.predict([pair])[0] for pair in pairs], atol=1e-5)
    assert len({*together.tolist()}) == 3
    assert len(cross.sequence("a" * 80, "b" * 80)) <= encoder.view.window
    assert cross.predict([]).shape == (0,)


def test_the_sentence_around_is_read_where_it_is_asked_for(checkpoints):
    encoder = load(str(checkpoints / "bert"), granularity="window", device="cpu")
    torch.manual_seed(0)
    head = torch.nn.Linear(encoder.dimension, 1)
    alone, around = (CrossEncoder(encoder, head, context=context) for context in (False, True))
    pairs = [("tos", "tos seca", "tiene tos"), ("tos", "tos seca", "no tiene tos")]
    assert (
        len({*alone.predict(pairs).tolist()}) == 1 and len({*around.predict(pairs).tolist()}) == 2
    )
    plain_pair = ("tos", "tos seca", "")
    assert around.predict([plain_pair]) == alone.predict([plain_pair])
    assert len(around.sequence("a" * 80, "b" * 80, "c" * 80)) <= encoder.view.window


class Said:
    """Finds codes that it was made with, their terms being their scores' places."""

    def __init__(self, *rows):
        self.rows = np.array(rows, np.float32)

    def find(self, queries, most):
        return best_of_terms(
            self.rows[: len(queries)], starts_of([t.code for t in CODES.terms]), most
        )


def test_only_what_is_not_named_is_reordered(checkpoints):
    encoder = load(str(checkpoints / "bert"), granularity="window", device="cpu")
    torch.manual_seed(0)
    cross = CrossEncoder(encoder, torch.nn.Linear(encoder.dimension, 1))
    none = -np.inf
    named = [0.2, none, none, none, 1.0, none, none, none]
    unnamed = [0.5, 0.3, none, 0.4, none, none, none, 0.1]
    found = RetrieveRerank(CODES, Said(named, unnamed), cross).find(["x", "tos seca"], 3)
    assert found.row(0) == [(2, 1.0), (0, pytest.approx(0.2))]
    read = {0: 0, 1: 3, 3: 7}  # by code the term that it was found by
    scores = cross.predict([("tos seca", reading(CODES, *one)) for one in read.items()])
    order = [[*read][at] for at in np.argsort(-scores)]
    assert [code for code, _ in found.row(1)] == order
    assert sum(score for _, score in found.row(1)) == pytest.approx(1)
    assert [int(term) for term in found.terms[1]] == [read[code] for code in order]
    told = CrossEncoder(encoder, cross.head, first_weight=1000.0)
    found = RetrieveRerank(CODES, Said(named, unnamed), told).find(["x", "tos seca"], 3)
    assert [code for code, _ in found.row(1)] == [0, 1, 3]


def test_the_name_that_a_code_was_found_by_is_read_beside_what_it_is_called():
    codes = make_list(
        "x",
        [
            ("I10", "es", "Hipertensión, no especificada"),
            ("I10", "es", "hipertension"),
            ("I10", "en", "High blood pressure"),
        ],
    )
    assert [reading(codes, 0, term) for term in range(3)] == [
        "Hipertensión, no especificada",
        "Hipertensión, no especificada",
        "High blood pressure; Hipertensión, no especificada",
    ]


def test_what_is_no_coder_is_told(tmp_path):
    from projector.coding.coder import load_coder

    with pytest.raises(ModelError, match="expected the folder of a run"):
        load_coder(str(tmp_path), CODES, own_abbreviations())
