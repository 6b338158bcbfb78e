"""Hold what planning costs."""

import subprocess
import sys
import textwrap


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
