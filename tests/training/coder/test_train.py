"""Hold the examples that coders learn from, and their training on the smallest encoder."""

import csv
import shutil
from pathlib import Path

import polars as pl
import pytest

from projector.cli import run
from projector.coding.code_list import read_codes
from projector.coding.load import load_retriever
from projector.training.coder.examples import table_examples
from projector.training.coder.metrics import DEPTH, figures_of


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
    arguments = [
        "code",
        "m.tsv",
        "--codes",
        "codes.tsv",
        "--language",
        "es",
        "--only",
        "X",
        "-m",
        "a",
    ]
    assert run([*arguments, "-o", "coded", "--top-k", "2"]) == 0
    assert run([*arguments[:-1], "a/model/adapter", "-o", "by-adapter", "--top-k", "2"]) == 0
    one, other = (pl.read_parquet(f"{name}/codes.parquet") for name in ("coded", "by-adapter"))
    assert one.drop("coder").equals(other.drop("coder"))
    table = pl.read_parquet("coded/codes.parquet")
    assert table.height == 4 and table["score"].is_between(-1, 1).all()


def test_a_reranker_is_trained_and_reorders_what_is_found(configuration, capsys):
    content = configuration.read_text().replace("checkpoint", 'stage = "reranker"\ncheckpoint', 1)
    Path("r.toml").write_text("context = true\n" + content.replace("tokens = 60", "tokens = 200"))
    assert run(["train", "coder", "r.toml", "-o", "r"]) == 0
    assert run(["train", "coder", "c.toml", "-o", "b"]) == 0
    Path("m.tsv").write_text(
        "filename\tlabel\tstart_span\tend_span\ttext\nd\tX\t0\t9\tcoma diabetes\n"
    )
    arguments = ["code", "m.tsv", "--codes", "codes.tsv", "--language", "es", "--only", "X"]
    assert run([*arguments, "--rerank", "r", "-o", "lexical"]) == 0
    assert run([*arguments, "-m", "b", "--rerank", "r", "-o", "dense"]) == 0
    for name in ("lexical", "dense"):
        scores = pl.read_parquet(f"{name}/codes.parquet")["score"]
        assert scores.is_between(0, 1).all() and sum(scores) == pytest.approx(1, abs=1e-3)
    capsys.readouterr()
    assert run([*arguments, "-m", "r", "-o", "no"]) == 1  # the other stage
    assert "it is a reranker" in capsys.readouterr().err


def test_a_reranker_learns_nothing_from_names_and_says_so(configuration, capsys):
    content = configuration.read_text().replace("checkpoint", 'stage = "reranker"\ncheckpoint', 1)
    Path("named.tsv").write_text("text\tcode\nEssential hypertension\tI10\n")
    examples = content.index("[[examples]]")
    Path("n.toml").write_text(content[:examples] + '[[examples]]\ntable = "named.tsv"\n')
    assert run(["train", "coder", "n.toml", "-o", "n"]) == 1
    assert "each names a code of the list" in capsys.readouterr().err


def test_a_reranker_begins_as_the_first_stage_ranks(configuration):
    content = configuration.read_text().replace("checkpoint", 'stage = "reranker"\ncheckpoint', 1)
    Path("r.toml").write_text("first_weight = 9.0\n" + content)
    assert run(["train", "coder", "r.toml", "-o", "r"]) == 0
    start = pl.read_parquet("r/curve.parquet").filter(pl.col("step") == 0)
    codes = read_codes(Path("codes.tsv"))
    examples = table_examples(codes, Path("made.tsv"))
    found = load_retriever("lexical", codes).find([one.text for one in examples], DEPTH)
    expected = figures_of("made 1", found, [one.code for one in examples])
    for name in ("first made 1", "MAP@10 made 1"):
        assert start[name].drop_nulls().item() == pytest.approx(expected[name])
