import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
import torch
from click.testing import CliRunner
from pydantic import ValidationError
from tagger_texts import TEXTS

from projector.cli import cli
from projector.corpus import open_corpus, require_document
from projector.document import Document, noted_scores
from projector.errors import ConfigurationError, CorpusError, ModelError, OutputError
from projector.models import load
from projector.models.transformer_encoder import TransformerEncoder
from projector.tagging.tagger import load_tagger
from projector.tagging.tagger_folder import TaggerFolder
from projector.training.tagger.data import read_annotated
from projector.training.tagger.train import Tagging, labelled, train_tagger
from schemas.manifest import read_manifest
from schemas.tagger_training import TaggerSourceConfiguration


def found_by(folder):
    tagger = load_tagger(folder, device="cpu", precision="fp32")
    return [
        [(one.start, one.end, one.label) for one in tagger.tag(Document("x", "es", text)).mentions]
        for _, text, _ in TEXTS
    ]


@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize("crf", [False, True])
def test_a_tagger_learns_by_heart_and_its_folder_finds_the_same(tagging, tmp_path, frozen, crf):
    encoder = {**tagging().encoder.model_dump(mode="json"), "frozen": frozen}
    head = {"hidden": 32, "dropout": 0.0, "crf": crf}
    training = tagging(encoder=encoder, head=head)
    figures = train_tagger(training, tmp_path / "run")
    assert figures["score"] == 1.0
    assert figures["strict notes SYMPTOM"] == figures["character notes DISEASE"] == 1.0
    curve = pl.read_parquet(tmp_path / "run" / "curve.parquet")
    losses = curve["loss"].drop_nulls()
    assert losses[-1] < 0.2 * losses[0]
    assert found_by(tmp_path / "run") == [spans for _, _, spans in TEXTS]
    assert (tmp_path / "run" / "model" / "model.safetensors").exists() == (not frozen)
    if not frozen:  # what training made of the encoder, with the head: small, and the same
        assert found_by(tmp_path / "run" / "model" / "adapter") == [spans for _, _, spans in TEXTS]


def test_a_frozen_encoder_is_not_trained(tagging, tmp_path):
    encoder = {**tagging().encoder.model_dump(mode="json"), "frozen": True}
    train_tagger(tagging(encoder=encoder), tmp_path / "run")
    best = (tmp_path / "run" / "best").rglob("*.safetensors")
    from safetensors.torch import load_file

    assert all(name.startswith("head.") for path in best for name in load_file(path))


def test_the_encoder_can_have_a_rate_of_its_own(tagging, tmp_path):
    encoder = tagging().encoder.model_dump(mode="json")
    optimisation = {**tagging().optimisation.model_dump(mode="json"), "steps": 3}
    moved = {}
    for name, rate in (("slow", 1e-9), ("as the head", None)):
        changes = {"encoder": {**encoder, "rate": rate}, "optimisation": optimisation}
        train_tagger(tagging(**changes, development={}), tmp_path / name)  # the last is kept
        before = load(tagging().encoder.model, layer=2, device="cpu", precision="fp32")
        after = load(tmp_path / name / "model", device="cpu", precision="fp32")
        pairs = zip(before.model.parameters(), after.model.parameters(), strict=True)
        moved[name] = max(float((old - new).abs().max()) for old, new in pairs)
    assert moved["slow"] < 1e-7 < moved["as the head"]


def test_a_long_text_is_learned_from_in_pieces(tagging):
    encoder = load(tagging().encoder.model, layer=2, granularity="window", device="cpu")
    documents = read_annotated(tagging().data[0])
    text = "Asma grave y tos. " * 3
    mentions = documents[2].document.mentions
    long = replace(documents[2], document=Document("x", "es", text.strip(), mentions))
    whole, cut = (
        labelled([long], ["DISEASE", "SYMPTOM"], encoder, window=window) for window in (None, 8)
    )
    assert len(whole) == 1 and len(cut) > 1
    assert torch.equal(torch.cat([part.labels for part in cut]), whole[0].labels)


def test_documents_teach_in_pieces_of_each_size_asked_for(tagging, tmp_path, monkeypatch):
    row = {"id": "d", "lang": "es", "text": "Asma grave y tos. " * 5, "spans": [[0, 10, "DISEASE"]]}
    path = tmp_path / "long.jsonl"
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    lengths: list[int] = []

    def told(self, examples, loss=Tagging.loss):
        lengths[:] = [len(example.text) for example in self.examples]
        return loss(self, examples)

    monkeypatch.setattr(Tagging, "loss", told)
    changes = {
        "data": [{"lines": str(path)}],
        "optimisation": {"steps": 1, "tokens": 60, "rate": 0.01, "warmup": 0},
        "development": {},
    }
    by_sizes = {}
    for number, sizes in enumerate([(), (18,), (18, 5), (1000, 18)]):
        train_tagger(tagging(**changes, pieces=sizes), tmp_path / str(number))
        by_sizes[sizes] = sorted(lengths)
    whole = by_sizes[()]
    assert by_sizes[18,] == by_sizes[1000, 18] == whole  # none beyond the window, none twice
    assert sum(by_sizes[18, 5]) == 2 * sum(whole)
    assert len(by_sizes[18, 5]) > 2 * len(whole)


def test_a_piece_without_a_token_is_refused(tagging):
    with pytest.raises(ValidationError, match="pieces: expected at least one token"):
        tagging(pieces=[512, 0])


def test_a_tagger_takes_the_encoder_that_it_was_trained_on(tagging, tmp_path, checkpoints):
    encoder = {**tagging().encoder.model_dump(mode="json"), "frozen": True}
    train_tagger(tagging(encoder=encoder), tmp_path / "run")
    options = {"layer": 2, "granularity": "window", "window": 18, "device": "cpu"}
    for precision in ("fp32", "bf16"):  # whatever `auto` is here
        same = load(checkpoints / "bert", precision=precision, **options)
        tagger = load_tagger(tmp_path / "run", encoder=same, device="cpu")
        assert tagger.encoder is same
        folder = TaggerFolder.read(tmp_path / "run")
        assert tagger.fingerprint == folder.fingerprint(precision=precision, device="cpu")
    other = load(checkpoints / "bert", **{**options, "layer": 1})
    assert load_tagger(tmp_path / "run", encoder=other, device="cpu").encoder is not other
    asked = load_tagger(tmp_path / "run", encoder=same, precision="fp32", device="cpu")
    assert asked.encoder is not same and asked.encoder.precision == "fp32"


def test_a_killed_run_ends_as_one_that_was_not(tagging, tmp_path, monkeypatch):
    train_tagger(tagging(), tmp_path / "whole")
    seen = 0

    def dying(self, examples, loss=Tagging.loss):
        nonlocal seen
        seen += 1
        if seen == 35:
            raise KeyboardInterrupt
        return loss(self, examples)

    with monkeypatch.context() as patched:
        patched.setattr(Tagging, "loss", dying)
        with pytest.raises(KeyboardInterrupt):
            train_tagger(tagging(), tmp_path / "killed")
    train_tagger(tagging(), tmp_path / "killed", resume=True)
    for part in ("head.safetensors", "model.safetensors"):
        whole, killed = (tmp_path / name / "model" / part for name in ("whole", "killed"))
        assert whole.read_bytes() == killed.read_bytes()


def test_documents_come_from_every_kind_of_source(tmp_path, lines):
    (tmp_path / "brat").mkdir()
    (tmp_path / "brat" / "x.txt").write_text("con asma", encoding="utf-8")
    (tmp_path / "brat" / "x.ann").write_text("T1\tENFERMEDAD 4 8\tasma\n", encoding="utf-8")
    gold = tmp_path / "gold_es-en.jsonl"
    row = {"id": 7, "src_lang": "es", "tgt_lang": "en", "src_text": "asma", "tgt_text": "asthma"}
    row |= {"src_spans": [[0, 4, "DISEASE", "1"]], "tgt_spans": [[0, 6, "DISEASE", "1"]]}
    row |= {"meta": {"doc": "d", "label": "DISEASE"}}
    gold.write_text(json.dumps(row), encoding="utf-8")

    def read(**chosen):
        return [
            (one.origin, one.document.text, [m.label for m in one.document.mentions], one.types)
            for one in read_annotated(TaggerSourceConfiguration(**chosen))
        ]

    assert read(corpus=tmp_path / "brat") == [("x", "con asma", ["DISEASE"], None)]
    assert read(gold=gold) == [("d", "asthma", ["DISEASE"], ("DISEASE",))]
    assert read(gold=gold, side="source")[0][1] == "asma"
    assert [one[0] for one in read(lines=lines)] == ["a", "b", "c"]
    many = tmp_path / "many.jsonl"
    row = {"text": "asma", "spans": []}
    many.write_text("".join(json.dumps({"id": one, **row}) + "\n" for one in "abcdefgh"))
    kept, left = (
        {one[0] for one in read(lines=many, folds=2, fold=0, only_fold=only)}
        for only in (False, True)
    )
    assert kept | left == {*"abcdefgh"} and not kept & left
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"id": 1, "text": "x"}\n', encoding="utf-8")
    with pytest.raises(CorpusError, match="no spans"):
        read(lines=bad)
    bad.write_text('{"id": 1, "text": "asma", "spans": [[0, 5, "X"]]}\n', encoding="utf-8")
    with pytest.raises(CorpusError, match=r"bad\.jsonl.*0–5 in a text of 4 characters"):
        read(lines=bad)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"types": []}, "at least one"),
        ({"types": ["A", "A"]}, "none twice"),
        ({"head": {"window": 4}}, "odd number"),
        ({"data": []}, "nothing to learn from"),
        ({"data": [{}]}, "name one of"),
    ],
)
def test_a_wrong_configuration_is_refused(tagging, change, match):
    with pytest.raises(ValueError, match=match):
        tagging(**change)


def test_no_tagger_is_told(tmp_path):
    with pytest.raises(ModelError, match="no tagger can be read"):
        load_tagger(tmp_path)


def test_from_the_command_line_to_a_score(tagging, tmp_path, lines):
    texts = tmp_path / "texts"
    texts.mkdir()
    for name, text, _ in TEXTS:
        (texts / f"{name}.txt").write_text(text, encoding="utf-8")
    torch.manual_seed(0)
    train_tagger(tagging(), tmp_path / "run")
    call = CliRunner().invoke
    options = ["--language", "es", "-m", str(tmp_path / "run"), "--device", "cpu"]
    for form in ("brat", "tsv", "parquet"):
        out = tmp_path / f"out-{form}"
        result = call(
            cli, ["tag", str(texts), "-o", str(out), "--to", form, *options], catch_exceptions=False
        )
        assert "3 documents, 2 DISEASE, 4 SYMPTOM" in result.output
    header = (tmp_path / "out-tsv" / "out-tsv.tsv").read_text(encoding="utf-8").splitlines()[0]
    assert "note" not in header and "ann_id" not in header  # what scorers of shared tasks read
    corpus = open_corpus(tmp_path / "out-brat", language="es")
    found = {
        name: [(m.start, m.end, m.label) for m in require_document(corpus.read(name)).mentions]
        for name in corpus.names
    }
    assert found == {name: spans for name, _, spans in TEXTS}
    for form in ("brat", "parquet"):
        scored = open_corpus(tmp_path / f"out-{form}", language="es")
        for name in scored.names:
            document = require_document(scored.read(name))
            assert [*noted_scores(document)] == [one.id for one in document.mentions]
    silent = tmp_path / "silent"
    command = ["tag", str(texts), "-o", str(silent), "--min-score", "1", *options]
    result = call(cli, command, catch_exceptions=False)
    assert "3 documents, 0 DISEASE, 0 SYMPTOM" in result.output
    assert "6 more mentions score less than 1 and are left out" in result.output
    tasks = tmp_path / "tasks"
    command = ["convert", str(tmp_path / "out-brat"), str(tasks), "--language", "es"]
    result = call(cli, [*command, "--to", "label-studio"], catch_exceptions=False)
    assert result.exit_code == 0 and '"score"' in "".join(
        path.read_text(encoding="utf-8") for path in tasks.rglob("*.json")
    )


def test_a_tagger_knows_what_its_probabilities_are_worth(tagging, tmp_path, monkeypatch):
    judged = {}

    def fitted(spans):
        judged.update(spans)
        return {"DISEASE": (0.5, -1.0)}

    monkeypatch.setattr("projector.training.tagger.train.fit_calibration", fitted)
    train_tagger(tagging(), tmp_path / "run")
    tagger = load_tagger(tmp_path / "run", device="cpu")
    assert tagger.calibration.scales == {"DISEASE": (0.5, -1.0)}
    assert judged["SYMPTOM"][1].all() and len(judged["SYMPTOM"][0]) == 4


def test_a_configuration_file_trains(tagging, tmp_path, lines, checkpoints):
    file = tmp_path / "config.toml"
    file.write_text(
        f'types = ["SYMPTOM"]\ndevice = "cpu"\n[encoder]\nmodel = "{checkpoints / "bert"}"\n'
        f'layer = 1\nfrozen = true\n[optimisation]\nsteps = 2\n[[data]]\nlines = "{lines}"\n',
        encoding="utf-8",
    )
    arguments = ["train", "tagger", str(file), "-o", str(tmp_path / "run")]
    result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert f"model: {tmp_path / 'run' / 'model'}" in result.output
    with pytest.raises(ConfigurationError, match="--resume"):
        CliRunner().invoke(cli, arguments, catch_exceptions=False)


@pytest.mark.parametrize("shared", [True, False])
def test_a_tagger_supports_a_projection_in_one_pass_where_it_can(
    tagging, tmp_path, checkpoints, monkeypatch, shared
):
    encoder = {"model": str(checkpoints / "bert"), "layer": 2, "frozen": True}
    encoder["granularity"] = "sentence" if shared else "window"
    train_tagger(tagging(encoder=encoder), tmp_path / "run")
    for language in ("es", "en"):
        (tmp_path / language).mkdir()
        text = "fiebre alta y tos"
        (tmp_path / language / "a.txt").write_text(text, encoding="utf-8")
    (tmp_path / "es" / "a.ann").write_text("T1\tSYMPTOM 0 6\tfiebre\n", encoding="utf-8")
    passes = []
    encode = TransformerEncoder.vectors
    monkeypatch.setattr(
        TransformerEncoder, "vectors", lambda self, text: passes.append(text) or encode(self, text)
    )
    arguments = ["project", str(tmp_path / "es"), str(tmp_path / "en"), "-o", str(tmp_path / "out")]
    arguments += ["-m", str(checkpoints / "bert"), "--layer", "2", "--granularity", "sentence"]
    arguments += ["--device", "cpu", "--tagger", str(tmp_path / "run")]
    result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert ("shares the model's pass" in result.stderr) == shared
    assert ("runs an encoder of its own" in result.stderr) != shared
    # Source and target are the same text here; a model that is loaded is tried with another.
    assert [one.text for one in passes].count(text) == (1 if shared else 2)
    manifest = read_manifest(tmp_path / "out")
    folder = TaggerFolder.read(tmp_path / "run")
    assert manifest.model.tagger == folder.fingerprint(precision="auto", device="cpu")
    assert manifest.configuration["tagger_model"] == str(tmp_path / "run")


def test_runs_are_laid_side_by_side(tagging, tmp_path):
    encoder = {**tagging().encoder.model_dump(mode="json"), "frozen": True}
    for name, kind in (("cnn", "cnn"), ("linear", "linear")):
        head = {"kind": kind, "hidden": 16}
        train_tagger(tagging(encoder=encoder, head=head), tmp_path / name)
    runs = [str(tmp_path / "cnn"), str(tmp_path / "linear")]
    picture = tmp_path / "both.png"
    arguments = ["train", "compare", "-o", str(picture), "--format", "json"]
    result = CliRunner().invoke(cli, [*arguments, *runs], catch_exceptions=False)
    rows = json.loads(result.stdout)
    assert [row["run"] for row in rows] == ["cnn", "linear"]
    assert all(row["strict notes SYMPTOM"] > 0 for row in rows)
    assert picture.read_bytes().startswith(b"\x89PNG")
    with pytest.raises(ConfigurationError, match="expected the folder of a training"):
        CliRunner().invoke(cli, [*arguments, str(tmp_path), "--overwrite"], catch_exceptions=False)
    with pytest.raises(OutputError, match=r"both.png: exists already; choose another --output"):
        CliRunner().invoke(cli, [*arguments, *runs], catch_exceptions=False)


def test_two_development_sets_of_one_file_are_both_measured(tagging, tmp_path, lines):
    encoder = {**tagging().encoder.model_dump(mode="json"), "frozen": True}
    development = {"every": 2, "data": [{"lines": str(lines)}, {"lines": str(lines), "limit": 1}]}
    short = {"steps": 2, "tokens": 60}
    training = tagging(encoder=encoder, optimisation=short, development=development)
    figures = train_tagger(training, tmp_path / "run")
    assert {"strict notes 1 SYMPTOM", "strict notes 2 SYMPTOM"} <= set(figures)


def test_a_type_that_occurs_nowhere_is_told(tagging, tmp_path, caplog):
    few = {"optimisation": {"steps": 1}, "types": ["DISEASE", "SYMPTOM", "PROCEDURE"]}
    with caplog.at_level("INFO", "projector"):
        train_tagger(tagging(**few), tmp_path / "run")
    assert "no PROCEDURE anywhere" in caplog.text and "no DISEASE" not in caplog.text
    caplog.clear()
    (source,) = tagging().model_dump(mode="json")["data"]
    known = {**source, "annotated": ["DISEASE", "SYMPTOM"]}
    with caplog.at_level("INFO", "projector"):
        train_tagger(tagging(**few, data=[known]), tmp_path / "other")
    assert "lose" in caplog.text and "anywhere" not in caplog.text


def test_a_decoder_hears_of_some_types_only_where_the_user_says_so(tagging, tmp_path):
    train_tagger(tagging(support=["SYMPTOM"]), tmp_path / "run")
    tagger = load_tagger(tmp_path / "run", device="cpu", precision="fp32")
    said = tagger.evidence("fiebre alta y asma")
    assert tagger.types == ("DISEASE", "SYMPTOM") and said.types == ("SYMPTOM",)
    begins, _ = said.edges(np.array([[0, 6], [7, 11], [14, 18]]), ["SYMPTOM", "DISEASE"])
    assert begins[0, 0] > 0.5 and not begins[1].any()
    assert tagger.evidence("").types == ("SYMPTOM",)
    with pytest.raises(ValueError, match="some of types"):
        tagging(support=["PROCEDURE"])
