"""Hold what of an encoder is installed with the project, and what its concepts are called there."""

import json
import shutil
from importlib.resources import files
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch
from click.testing import CliRunner

from jobs.research import build_concepts
from projector.concepts.space import read_concept_table
from projector.concepts.views import Views, read_views, write_views

pytest.importorskip("simple_icd_10_cm")
ROWS = [
    ("I10", "hipertensión esencial", "", "I10-I15", "IX"),
    ("J95.4", "síndrome de Mendelson", "J95", "J95-J99", "X"),
    ("W01.0", "caída, en casa", "W01", "W00-W19", "XX"),
    ("I64", "accidente vascular encefálico", "", "I60-I69", "IX"),
    ("Y45.0", "opioides", "Y45", "Y40-Y59", "XX"),
]
NAMES = {
    "I10": "Essential hypertension",
    "J95.4": "Mendelson syndrome",
    "I64": "Stroke, not specified",
    "Y45.0": "Opioids",
}


class Retriever:
    """Takes names of both lists for the same where they tell of hypertension."""

    def embed(self, texts):
        kinds = [0 if "hypertension" in text else 1 + (text in NAMES.values()) for text in texts]
        return np.eye(3)[kinds]


@pytest.fixture
def encoder(tmp_path):
    folder = tmp_path / "run" / "model" / "adapter"
    shutil.copytree(str(files("projector.models") / "aligner"), folder)
    shutil.copy(folder / "projector.json", folder.parent)
    table = pl.DataFrame(ROWS, ["code", "name", "parent", "block", "chapter"], orient="row")
    said = {"layer": 12, "made": {"step": 7, "configuration": {"space": "/somewhere"}}}
    write_views(folder, Views(384, torch.eye(5)), table, said)
    (tmp_path / "list.tsv").write_text(
        "code\ten\n" + "".join(f"{code}\t{name}\n" for code, name in NAMES.items()), "utf-8"
    )
    return tmp_path / "run"


def test_concepts_are_called_by_free_names_and_places_are_none(encoder, tmp_path, monkeypatch):
    monkeypatch.setattr(build_concepts, "load_bi_encoder", lambda _: Retriever())
    out = tmp_path / "installed"
    command = [str(encoder), "--codes", str(tmp_path / "list.tsv"), "-o", str(out)]
    result = CliRunner().invoke(build_concepts.main, command, catch_exceptions=False)
    assert "4 concepts, 2 called by their group" in result.output
    table = read_concept_table(out)
    assert dict(zip(table["code"], table["name"], strict=True)) == {
        "I10": "Essential (primary) hypertension",  # as ICD-10-CM has it
        "J95.4": "one of: Intraoperative and postprocedural complications and disorders of "
        "respiratory system, not elsewhere classified",  # where ICD-10-CM means another thing
        "I64": "stroke",  # as people say
        "Y45.0": "one of: chapter XX",
    }
    assert torch.equal(read_views(out).concepts, torch.eye(5)[[0, 1, 3, 4]])
    said = json.loads(Path(out, "views.json").read_text(encoding="utf-8"))
    assert said["layer"] == 12 and said["made"]["step"] == 7
    assert "somewhere" not in "".join(
        path.read_text(encoding="utf-8") for path in out.glob("*.json")
    )
    assert (out / "edges.safetensors").is_file()
