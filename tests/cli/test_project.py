"""`projector project` and what stands behind it, on small corpora with the tiny encoder."""

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from projector import project_corpus
from projector.cli import run
from projector.errors import ConfigurationError, CorpusError, ModelError, ProjectorError
from projector.models.character_ngrams import TinyEncoder
from projector.run.configure import configure
from projector.run.plan import plan_run
from projector.run.project_corpus import run_configuration
from projector.run.reader import read_run


def project(*more: str, targets: tuple[str, ...] = ("it", "ro")) -> int:
    return run(["project", "es", *targets, "-o", "out", "--model", "tiny", *more])


def printed(capsys) -> dict:
    return json.loads(capsys.readouterr().out)


def statuses(language: str) -> Counter[str]:
    return Counter(read_run("out").projections([language])["status"])


def unprojected() -> list[dict[str, str]]:
    with Path("out/unprojected.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def spoil(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def break_projecting(monkeypatch, *, of: str) -> None:
    """Make one document fail as a fault in the maths would."""
    from projector import pipeline

    whole = pipeline.project_weighed

    def breaking(pair, *rest, **more):
        if pair.source.name == of:
            raise IndexError("out of bounds")
        return whole(pair, *rest, **more)

    monkeypatch.setattr(pipeline, "project_weighed", breaking)


def test_results_go_to_stdout_and_all_else_to_stderr(corpora, capsys, annotate):
    annotate(corpora / "es", "c", "Sin disnea.", ("SYMPTOM", "disnea"))
    assert project("--format", "json") == 3
    captured = capsys.readouterr()
    json.loads(captured.out)
    assert "1 document has no translation in it: c" in captured.err
    assert "--accept-losses" in captured.err


def test_counts_reconcile_in_every_language(corpora, capsys, annotate):
    annotate(corpora / "es", "c", "Sin disnea ni tos.", ("SYMPTOM", "disnea"), ("SYMPTOM", "tos"))
    annotate(corpora / "ro", "c", "Fără dispnee.")
    spoil(corpora / "es" / "a.ann", "\tdisnea", "\ttos")
    assert project("--on-error", "skip", "--format", "json") == 3
    result = printed(capsys)
    assert {one["language"]: one["mentions"] for one in result["languages"]} == {"it": 7, "ro": 7}
    for language in ("it", "ro"):
        counted = Counter()
        for one in result["counts"]:
            counted[one["status"]] += one["mentions"] * (one["language"] == language)
        assert +counted == statuses(language)
        assert counted.total() == 7
        assert counted["invalid"] == 1
    assert statuses("it")["unpaired"] == 2
    assert statuses("ro")["unpaired"] == 0
    assert result["unpaired"] == {"it": ["c"], "ro": []}
    assert [problem["line"] for problem in result["problems"]] == [2]
    assert len(unprojected()) == sum(statuses("it").values()) + sum(statuses("ro").values()) - sum(
        one["projected"] for one in result["languages"]
    )


def test_the_table_names_the_reasons(corpora, capsys):
    assert project("--min-score", "1") == 0
    header, first, *_ = capsys.readouterr().out.splitlines()
    assert header.split() == [
        *("language", "documents", "translated", "mentions", "projected", "not", "projected"),
        "below_threshold",
    ]
    assert first.split()[0] == "it"


def test_what_is_lost_beside_mentions_counts_too(corpora, capsys):
    path = corpora / "es" / "a.ann"
    path.write_text(path.read_text(encoding="utf-8") + "R1\tCauses Arg1:T1 Arg2:T9\n")
    assert project() == 1
    assert "a.ann:4" in capsys.readouterr().err
    assert project("--on-error", "skip") == 3
    assert "skipped: " in capsys.readouterr().err
    assert project("--on-error", "skip", "--accept-losses", "--overwrite") == 0


def test_a_document_that_fails_stops_the_run_or_fails_alone(corpora, capsys, monkeypatch):
    break_projecting(monkeypatch, of="b")
    assert project() == 1
    error = capsys.readouterr().err
    assert "error: b: can't be projected onto it (IndexError: out of bounds)" in error
    assert not Path("out").exists()
    assert project("--on-error", "skip") == 3
    assert statuses("it") == Counter(projected=3, failed=2)
    assert {one["reason"] for one in unprojected()} == {"IndexError: out of bounds"}


def copy_the_source(corpora: Path, name: str = "b") -> None:
    (corpora / "it" / f"{name}.txt").write_bytes((corpora / "es" / f"{name}.txt").read_bytes())


def test_a_translation_that_is_none_ends_with_3_and_says_what_to_do(corpora, capsys):
    copy_the_source(corpora)
    assert project() == 3
    told = capsys.readouterr().out
    assert "audit of it: faithful " in told and "1 untranslated" in told
    assert "what translations change, leave out or add: out/audit.tsv" in told
    assert "1 translation is another document's, or not translated" in told
    assert "--trust-pairs projects all the same" in told
    assert statuses("it") == Counter(projected=3, unpaired=2)
    rows = [(one["document"], one["status"], one["reason"]) for one in unprojected()]
    assert rows == [("b", "unpaired", "the translation is a copy of its source")] * 2
    assert Path("out/brat/it/b.ann").read_bytes() == b""
    assert project("--overwrite", "--accept-losses") == 0


def test_a_document_without_mentions_whose_translation_is_none_is_a_loss_too(corpora):
    (corpora / "es" / "b.ann").write_bytes(b"")
    copy_the_source(corpora)
    assert project() == 3
    assert [one["mention_id"] for one in unprojected()] == [""]


def test_pairs_that_are_trusted_are_projected_and_told_of(corpora, capsys):
    copy_the_source(corpora)
    assert project("--trust-pairs", "--format", "json") == 0
    result = printed(capsys)
    kinds = {(one["language"], one["kind"]): one["findings"] for one in result["findings"]}
    assert kinds["it", "untranslated"] == 1
    assert {one["language"]: one["mispaired"] for one in result["languages"]} == {"it": 0, "ro": 0}
    assert all(one["audited"] == 2 for one in result["languages"])
    assert statuses("it") == Counter(projected=5)
    assert read_run("out").audit().filter(kind="untranslated")["document"].to_list() == ["b"]


def test_no_audit_by_option_or_by_file_leaves_its_files_out(corpora, capsys):
    copy_the_source(corpora)
    assert project("--no-audit") == 0
    assert "audit" not in capsys.readouterr().out
    Path("run.toml").write_text(
        'source = "es"\ntargets = ["it", "ro"]\naudit = false\nmodel = {name = "tiny"}\n'
    )
    assert run(["project", "--config", "run.toml", "-o", "again"]) == 0
    for folder in ("out", "again"):
        names = {path.name for path in Path(folder).iterdir()}
        assert not names & {"audit.parquet", "audit.tsv", "faithfulness.tsv", "sentences.parquet"}
        assert "source" in names


def test_a_target_in_a_language_that_nobody_named_is_refused(corpora, capsys):
    (corpora / "it").rename(corpora / "translations")
    assert project(targets=("translations",)) == 1
    error = capsys.readouterr().err
    assert "error: translations: nothing says which language this target is in" in error
    assert "--target-language it" in error
    assert project("--target-language", "it", targets=("translations",)) == 0


def test_an_unreadable_document_fails_alone(corpora):
    (corpora / "es" / "b.txt").write_bytes(b"\xff\xfe")
    assert project() == 1
    assert project("--on-error", "skip") == 3
    assert [one["document"] for one in unprojected()] == ["b"] * 4  # two mentions, two languages
    assert {one["status"] for one in unprojected()} == {"invalid"}
    failed = Path("out/failed.tsv").read_text(encoding="utf-8").splitlines()
    assert [row.split("\t")[:2] for row in failed[1:]] == [["it", "b"], ["ro", "b"]]


def test_an_unreadable_translation_fails_alone(corpora):
    (corpora / "it" / "b.txt").write_bytes(b"\xff\xfe")
    assert project() == 1
    assert project("--on-error", "skip") == 3
    assert statuses("it")["failed"] == 2
    assert statuses("ro")["failed"] == 0


def test_faults_of_a_translations_own_annotations_play_no_part(corpora):
    spoil(corpora / "it" / "a.ann", "dispnea", "tosse")
    assert project() == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nowhere", "it"), "nowhere"),
        (("es", "nowhere"), "nowhere"),
        (("es", "it", "--model", "no-such-model"), "no such model"),
        (("es", "it", "--pattern", "("), "pattern"),
        (("es", "it", "--tagger", "nowhere"), "nowhere"),
        (("es", "it", "--texts", "nowhere"), "nowhere"),
        (("es", "it", "it"), "both in the language 'it'"),
    ],
)
def test_what_is_wrong_is_told_before_a_model_is_loaded(
    corpora, capsys, monkeypatch, arguments, told
):
    monkeypatch.setattr("projector.models.load", lambda *_, **__: pytest.fail("it is loaded"))
    assert run(["project", *arguments, "-o", "out"]) == 1
    captured = capsys.readouterr()
    assert told in captured.err and not captured.out
    assert captured.err.startswith("error: ")


@pytest.mark.parametrize(
    "options",
    [
        ("--layer", "-1"),
        ("--window", "0"),
        ("--min-score", "2"),
        ("--label", "DISEASE"),
        ("--target-language", "it", "--target-language", "ro", "--target-language", "nl"),
        ("--nonsense",),
    ],
)
def test_wrong_options_are_usage_errors(corpora, capsys, options):
    assert project(*options) == 2
    assert not capsys.readouterr().out


def test_a_source_text_is_encoded_once_whatever_its_names_and_targets(
    corpora, annotate, monkeypatch
):
    text = (corpora / "es" / "a.txt").read_text(encoding="utf-8")
    annotate(corpora / "es", "z", text, ("PROCEDURE", "ecocardiograma"))
    for language in ("it", "ro"):
        translation = (corpora / language / "a.txt").read_text(encoding="utf-8")
        annotate(corpora / language, "z", translation.replace(".", "!"))
    encoded = Counter()
    whole = TinyEncoder.encode

    def counting(self, texts):
        encoded.update(one.text for one in texts)
        return whole(self, texts)

    monkeypatch.setattr(TinyEncoder, "encode", counting)
    # So little is remembered that only a text asked for again at once is still there.
    monkeypatch.setattr(
        "projector.models.encoder.CachedEncoder.__init__.__kwdefaults__", {"memory": 128 * 4 * 40}
    )
    assert project() == 0
    assert encoded[text] == 1
    plan = plan_run(configure("es", ["it", "ro"]))
    assert [task.source for task in plan.tasks] == ["a", "a", "z", "z", "b", "b"]


def test_a_tree_gives_several_languages(corpora, annotate):
    for language in ("it", "ro"):
        part = corpora / "tree" / f"corpus-{language}"
        part.mkdir(parents=True)
        (corpora / language).rename(part / "txt")
    languages = ("--target-language", "it", "--target-language", "ro")
    names = Counter(one.name.split("-")[-1] for one in (corpora / "tree").iterdir())
    assert names == Counter(it=1, ro=1)
    for part in (corpora / "tree").iterdir():
        for name in ("a", "b"):
            (part / "txt" / f"{name}.ann").unlink()
            (part / "txt" / f"{name}.txt").rename(part / "txt" / f"{name}-{part.name[-2:]}.txt")
    for name in ("a", "b"):
        for suffix in ("txt", "ann"):
            (corpora / "es" / f"{name}.{suffix}").rename(corpora / "es" / f"{name}-es.{suffix}")
    assert project(*languages, targets=("tree",)) == 0
    assert read_run("out").languages == ("it", "ro")


def test_parquet_is_a_source_too(corpora):
    assert run(["convert", "es", "tables", "--to", "parquet"]) == 0
    assert project() == 0
    wanted = Path("out/tsv/it_symptom.tsv").read_bytes()
    assert run(["project", "tables", "it", "-o", "other", "--model", "tiny"]) == 0
    assert Path("other/tsv/it_symptom.tsv").read_bytes() == wanted


def test_a_taggers_predictions_are_used_where_they_are(corpora, annotate):
    text = (corpora / "it" / "a.txt").read_text(encoding="utf-8")
    annotate(corpora / "tags", "a", text, ("SYMPTOM", "con dolore toracico"))
    assert project("--recipe", "published", targets=("it",)) == 0
    alone = read_run("out").projections(["it"])["target_text"].to_list()
    assert project("--recipe", "published", "--tagger", "tags", "--overwrite", targets=("it",)) == 0
    helped = read_run("out").projections(["it"])["target_text"].to_list()
    assert helped != alone
    assert any(words.startswith("con dolore") for words in helped)
    roles = {one.role: one.files for one in read_run("out").manifest.inputs}
    assert roles == {"source": 4, "target": 4, "tagger": 2}


def test_a_tagger_on_no_target_or_another_text_is_refused(corpora, annotate, capsys):
    annotate(corpora / "nl-tags", "a", "Vrouw.", ("SYMPTOM", "Vrouw"))
    assert project("--tagger", "nl-tags") == 1
    assert "no target" in capsys.readouterr().err
    assert project("--tagger", "nl-tags", targets=("it",)) == 1
    assert "offsets mean something else" in capsys.readouterr().err


def test_texts_outside_a_table_are_hashed_with_it(corpora):
    assert run(["convert", "es", "es-tsv", "--to", "tsv"]) == 0
    (corpora / "es-tsv" / "txt").rename(corpora / "texts-es")
    table = "es-tsv/es-tsv.tsv"
    arguments = ["project", table, "it", "-o", "out", "--model", "tiny", "--texts", "texts-es"]
    assert run(arguments) == 0
    inputs = read_run("out").manifest.inputs
    assert [(one.role, one.files) for one in inputs] == [("source", 1), ("texts", 2), ("target", 4)]


def test_the_same_from_python(corpora):
    assert project() == 0
    summary = project_corpus("es", ["it", "ro"], "python", model="tiny")
    assert summary.by_status() == {"projected": 10}
    for name in ("documents.parquet", "tsv/it_symptom.tsv", "brat/ro/a.ann"):
        assert (Path("out") / name).read_bytes() == (Path("python") / name).read_bytes()
    one = project_corpus("es", "it", "one", model="tiny", target_languages=["xx"])
    assert [count.language for count in one.languages] == ["xx"]


def test_python_raises_what_the_command_line_prints(corpora):
    with pytest.raises(ConfigurationError, match=r"model\.layer: -3; expected at least 0"):
        project_corpus("es", "it", "out", model="tiny", layer=-3)
    with pytest.raises(ConfigurationError, match="on_error"):
        project_corpus("es", "it", "out", model="tiny", on_error="never")
    with pytest.raises(ModelError):
        project_corpus("es", "it", "out", model="no-such-model")
    with pytest.raises(CorpusError):
        project_corpus("es", "nowhere", "out", model="tiny")
    with pytest.raises(ProjectorError, match="at least one target"):
        run_configuration(configure("es", []), "out")


def test_the_log_tells_where_the_time_went(corpora):
    assert project() == 0
    stages = json.loads(Path("out/log.json").read_text(encoding="utf-8"))["stages"]
    assert list(stages) == ["plan", "load", "project"]
