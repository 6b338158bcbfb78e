"""Code a collection's mentions behind its run."""

import pytest
from job_runs import contents
from recording_reporter import RecordingReporter

from jobs.code_result import code_result
from jobs.folder import RunFolder
from projector.cli import run as command
from projector.errors import ConfigurationError, CorpusError, ModelError
from schemas.coding import CodingConfiguration
from schemas.collection import read_collection

LIST = "code\tes\ten\nR50.9\tFiebre\tFever\nR05\tTos\tCough\n"
CODE = ("code", "run/result", "--codes", "codes.tsv", "--min-precision", "0")


@pytest.fixture
def corpora(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    texts = (("es", "Fiebre y tos."), ("en", "Fever and cough."), ("it", "Febbre e tosse."))
    for language, text in texts:
        folder = tmp_path / language
        folder.mkdir()
        (folder / "a.txt").write_text(text)
    (tmp_path / "es/a.ann").write_text("T1\tSYMPTOM 0 6\tFiebre\nT2\tSYMPTOM 9 12\ttos\n")
    (tmp_path / "codes.tsv").write_text(LIST)
    return tmp_path


def test_a_finished_runs_mentions_are_coded_once(corpora):
    project = ["project", "es", "en", "it", "-m", "tiny", "-o", "run/result", "--accept-losses"]
    assert command(project) == 0
    folder = RunFolder(corpora / "run")
    chosen = CodingConfiguration(codes="codes.tsv", min_precision=0)
    coded = code_result(folder, chosen, corpora)
    facts = coded.facts
    assert {one.language for one in facts.counts if one.proposed} == {"en", "it"}
    assert command([*CODE, "-o", "by-command"]) in (0, 1)
    found, expected = contents(folder.coded), contents(corpora / "by-command")
    assert found.pop("coding.json").count(b"codes.tsv") == 2  # which list, by its whole path
    assert expected.pop("coding.json") and found == expected
    stamp = (folder.coded / "coding.json").stat().st_mtime_ns
    reporter = RecordingReporter()
    assert code_result(folder, chosen, corpora, reporter=reporter) == coded
    assert (folder.coded / "coding.json").stat().st_mtime_ns == stamp
    assert "already" in reporter.texts[-1]
    other = chosen.model_copy(update={"top_k": 1})
    assert code_result(folder, other, corpora).facts.configuration == other


@pytest.mark.parametrize(
    ("table", "error"),
    [
        ('codes = "nowhere.tsv"', CorpusError),
        ('codes = "codes.tsv"\nmodel = "nowhere"', ModelError),
        ('codes = "codes.tsv"\nrerank = "nowhere"', ModelError),
        ('codes = "codes.tsv"\nabbreviations = "nowhere.tsv"', CorpusError),
        ("top_k = 0", ConfigurationError),
    ],
)
def test_what_cannot_be_coded_with_is_told_before_the_run(corpora, table, error, capsys):
    path = corpora / "c.toml"
    path.write_text(f'source = "es"\ntargets = ["en"]\n[coding]\n{table}\n')
    assert command(["jobs", "run", "c.toml", "-o", "out"]) in (1, 2)
    assert "nowhere" in (told := capsys.readouterr().err) or "top_k" in told
    assert not (corpora / "out").exists()
    if error is ConfigurationError:
        with pytest.raises(error):
            read_collection(path)


def test_a_coder_needs_codes(corpora, capsys):
    assert command(["jobs", "run", "es", "en", "--coder", "x", "-o", "out"]) == 2
    assert "--codes" in capsys.readouterr().err


def test_a_collections_codes_are_told_as_the_command_tells_them(corpora, capsys):
    (corpora / "es/a.ann").write_text("T1\tSYMPTOM 0 6\tFiebre\nT2\tDRUG 9 12\ttos\n")
    assert command(["project", "es", "en", "-m", "tiny", "-o", "run/result"]) in (0, 3)
    folder = RunFolder(corpora / "run")
    chosen = CodingConfiguration(codes="codes.tsv")
    coded = code_result(folder, chosen, corpora)
    capsys.readouterr()
    code = ["code", "run/result", "--codes", "codes.tsv", "-o", "by-command"]
    assert command([*code, "--format", "json"]) in (0, 3)
    told = capsys.readouterr()
    assert any(remark.startswith("left alone: ") for remark in coded.remarks)
    for remark in coded.remarks:
        assert remark.replace(str(corpora) + "/", "") in told.err
    assert (folder.coded / "uncoded.tsv").read_bytes() == (
        corpora / "by-command" / "uncoded.tsv"
    ).read_bytes()
