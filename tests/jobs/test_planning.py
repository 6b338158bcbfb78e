"""Hold what planning costs, and what it leaves alone."""

import subprocess
import sys
import textwrap

import pytest

from jobs.folder import RunFolder
from jobs.plan import read_plan
from jobs.planning import Planning
from jobs.shard_work import read_shards, read_work
from projector.errors import CorpusError
from projector.run.configure import configure
from schemas.collection import Collection


def test_planning_does_without_torch_where_the_precision_is_said(tmp_path):
    script = textwrap.dedent("""
        import sys
        from pathlib import Path
        from jobs.planning import _make_plan
        from projector.run.configure import configure
        from schemas.collection import Collection

        run = configure("es", ["en"], model="tiny", precision="fp32")
        plan = _make_plan(Path("shards"), Collection(run=run), Path.cwd(), "cpu", None)
        print(plan.documents, plan.precision, "torch" in sys.modules)
    """)
    for language in ("es", "en"):
        (tmp_path / language).mkdir()
        (tmp_path / language / "a.txt").write_text("Tos.", encoding="utf-8")
    line = [sys.executable, "-c", script]
    planned = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert planned.stdout.split() == ["1", "fp32", "False"]


def test_what_is_asked_for_wrongly_overwrites_nothing(tmp_path):
    run = configure(tmp_path / "es", [tmp_path / "en"], model="tiny", precision="fp32")
    wrong = configure(tmp_path / "nowhere", [tmp_path / "en"], model="tiny", precision="fp32")
    for language in ("es", "en"):
        (tmp_path / language).mkdir()
        (tmp_path / language / "a.txt").write_text("Tos.", encoding="utf-8")
    folder = RunFolder(tmp_path / "run")
    folder.prepare()
    plan = Planning(folder, Collection(run=run), tmp_path, "cpu").result()
    folder.result.mkdir()
    (folder.result / "manifest.json").write_text("{}", encoding="utf-8")

    with pytest.raises(CorpusError, match="nowhere"):
        Planning(folder, Collection(run=wrong), tmp_path, "cpu", overwrite=True).result()
    assert read_plan(folder) == plan and (folder.result / "manifest.json").is_file()

    asked = Planning(folder, Collection(run=run), tmp_path, "cpu", overwrite=True)
    assert asked.result() == plan == read_plan(folder)
    assert not folder.result.exists() and read_shards(folder, plan)


def test_a_worker_reads_files_as_the_run_says(tmp_path):
    for language, text in (("es", "Con 😀 tos\xa0seca."), ("en", "A dry cough.")):
        (tmp_path / language / "ward").mkdir(parents=True)
        (tmp_path / language / "ward" / "a.txt").write_text(text, encoding="utf-8")
    rows = "who;what;begin;end;words\na;X;7;15;tos seca\n"
    (tmp_path / "es" / "ward" / "all.csv").write_text(rows, encoding="utf-8")
    columns = {"filename": "who", "label": "what", "text": "words"}
    run = configure(
        tmp_path / "es",
        [tmp_path / "en"],
        model="tiny",
        precision="fp32",
        columns=columns,
        text_check="normalised",
    )
    folder = RunFolder(tmp_path / "run")
    folder.prepare()
    plan = Planning(folder, Collection(run=run), tmp_path, "cpu").result()
    assert read_plan(folder) == plan and plan.mentions == 1
    told = " ".join(notice.told for notice in plan.notices)
    assert "read together (ward)" in told and "UTF-16 units" in told and "blanks" in told
    assert not plan.facts().keys() & {"notices", "problems"}
    reading = read_work(folder, plan, 0).source.read("a")
    assert not reading.problems and [one.start for one in reading.document.mentions] == [6]
