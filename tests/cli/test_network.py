"""No command reaches for the network: not to connect, and not to ask for a name."""

import json
import subprocess
import sys

import pytest
from mutated_folders import build_folders
from network_watch import is_local, reached, watched_environment

# All commands in one process, for each would load what the one before has loaded.
SCRIPT = """
import json, sys
from projector.cli import run

print(json.dumps([run(line) for line in json.loads(sys.argv[1])]))
"""
TRAINING = """
device = "cpu"
optimisation = {{ steps = 2, tokens = 40 }}
{tables}
"""


pytestmark = pytest.mark.promise("no network", "every command, its connections listened to")


@pytest.fixture
def trainings(tmp_path, checkpoints):
    """Configurations that train each kind of model for two steps."""
    model = str(checkpoints / "bert")
    (tmp_path / "pairs.tsv").write_text("el paciente tose\tthe patient coughs\n", encoding="utf-8")
    row = {"id": "a", "lang": "es", "text": "tos seca", "spans": [[0, 3, "SYMPTOM", "S1"]]}
    (tmp_path / "notes.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    tables = {
        "aligner": f'[student]\nmodel = "{model}"\nrank = 2\n[[teacher.views]]\nmodel = "{model}"\n'
        '[[data]]\nsentences = "pairs.tsv"\nlanguages = ["es", "en"]\n',
        "tagger": f'[encoder]\nmodel = "{model}"\nrank = 0\nwindow = 12\n'
        '[[data]]\nlines = "notes.jsonl"\n',
        "coder": f'[encoder]\nmodel = "{model}"\nlayer = 2\nrank = 0\n[[examples]]\nfactory = 2\n',
    }
    heads = {
        "tagger": 'types = ["SYMPTOM"]\n',
        "coder": 'stage = "retriever"\ncodes = "codes.tsv"\n',
    }
    for kind, table in tables.items():
        content = heads.get(kind, "") + TRAINING.format(tables=table)
        (tmp_path / f"{kind}.toml").write_text(content, encoding="utf-8")
    return [["train", kind, f"{kind}.toml", "-o", f"run-{kind}"] for kind in tables]


@pytest.fixture
def folders(tmp_path, checkpoints):
    built = build_folders(tmp_path / "folders", checkpoints / "bert")
    (tmp_path / "codes.tsv").write_text("code\tdescription\nR05\ttos\n", encoding="utf-8")
    return {kind: str(folder) for kind, folder in built.items()}


@pytest.fixture
def whom(corpora, tmp_path):
    """Run commands in a process, each of which must end well; return whom they tried to reach."""

    def run(lines):
        watch = tmp_path / "watch"
        watch.mkdir()
        environment = {**watched_environment(watch), "PROJECTOR_CACHE": str(tmp_path / "cache")}
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, json.dumps(lines)],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        ended = json.loads(done.stdout.splitlines()[-1])
        bad = [line for line, code in zip(lines, ended, strict=True) if code not in (0, 3)]
        assert not bad, done.stderr
        return reached(environment)

    return run


def test_no_command_reaches_for_anybody(whom, folders):
    code = ["code", "es", "--codes", "codes.tsv", "--model", folders["retriever"]]
    lines = [
        ["project", "es", "it", "ro", "-o", "out", "-m", folders["model"]],
        ["project", "es", "it", "-o", "out2", "-m", "tiny", "--tagger", folders["tagger"]],
        ["explain", "es", "it", "a", "T1", "-m", folders["adapter"]],
        ["evaluate", "it", "out"],
        ["validate", "es"],
        ["convert", "es", "converted", "--to", "parquet"],
        ["submit", "out", "-o", "out.zip"],
        ["tag", "es", "-o", "tagged", "-m", folders["tagger"]],
        [*code, "--rerank", folders["reranker"], "-o", "coded"],
        ["models", "add", folders["model"], "--name", "ours"],
        ["models"],
    ]
    assert whom(lines) == set()


@pytest.mark.slow
def test_neither_do_training_and_the_default_model(whom, folders, trainings):
    assert whom([*trainings, ["doctor"]]) == set()


def test_the_watch_sees_who_reaches_out(tmp_path):
    script = (
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('8.8.8.8', 53))"
    )
    environment = watched_environment(tmp_path)
    subprocess.run([sys.executable, "-c", script], env=environment, check=True)
    assert {address for _, address, _ in reached(environment)} == {"8.8.8.8"}
    assert is_local("::ffff:127.0.0.1") and not is_local("::") and not is_local("0.0.0.0")
