"""What tools save of a run that was exported to them, after a reviewer did something."""

import json
import zipfile
from dataclasses import replace
from pathlib import Path

from written_runs import contents, projected, write_run

from projector.document import Document, Projection, Status
from projector.exchange.export import export_documents
from projector.exchange.from_run import run_documents
from projector.pipeline import ProjectedDocument
from projector.run.reader import FinishedRun, read_run


def small_run(tmp_path: Path, names: str = "ab", languages=("en",)) -> FinishedRun:
    """Write a run: T1 `High fever` (0-10) and T3 `Acute … pain` (12-17, 24-28) in each document."""
    outcomes = [projected(name, language) for name in names for language in languages]
    texts = []
    for number, one in enumerate(outcomes):  # no two texts alike
        texts.append(replace(one.document, text=f"{one.document.text} 😷{number}"))
    outcomes = [replace(one, document=text) for one, text in zip(outcomes, texts, strict=True)]
    write_run(tmp_path / "out", outcomes)
    return read_run(tmp_path / "out")


def same_texts(tmp_path: Path, languages=("en", "cz")) -> FinishedRun:
    """Write a run whose translations all have the same text."""
    write_run(tmp_path / "out", [projected(name, code) for name in "ab" for code in languages])
    return read_run(tmp_path / "out")


def run_of(tmp_path: Path, documents: list[Document]) -> FinishedRun:
    """Write a run of translations, each projected from itself."""
    outcomes = [
        ProjectedDocument(
            replace(one, language="es"),
            one,
            tuple(
                Projection(mention.id, Status.PROJECTED, 0.5, mention.fragments)
                for mention in one.mentions
            ),
        )
        for one in documents
    ]
    write_run(tmp_path / "out", outcomes)
    return read_run(tmp_path / "out")


def exported(run: FinishedRun, folder: Path, tool: str) -> Path:
    export_documents({code: run_documents(run, code) for code in run.languages}, folder, tool)
    return folder


def annotated_tasks(path: Path, edit=lambda regions: None, *, who: object = 7) -> list[dict]:
    """Return tasks as Label Studio exports them once somebody submitted each."""
    tasks = json.loads(path.read_text(encoding="utf-8"))
    for task in tasks:
        regions = task["predictions"][0]["result"]
        edit(regions)
        task["annotations"] = [{"completed_by": who, "result": regions}]
    return tasks


def write_json(path: Path, value: object) -> Path:
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


def write_zip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return path


def inception_project(path: Path, export: Path, users: dict[str, dict[str, bytes]]) -> Path:
    """Write a project as INCEpTION exports it, each document's XMI in an archive of its own.

    Args:
        path: The ZIP.
        export: What was imported there.
        users: Each one's documents by their names, as XMI.
    """
    types = (export / "TypeSystem.xml").read_bytes()
    files = {"exportedproject123.json": b"{}", "event.log": b""}
    for name, content in contents(export / "en").items():
        files[f"source/{name}"] = content
        files[f"annotation_ser/{name}/INITIAL_CAS.ser"] = b"\xac\xed\x00\x05 a pickle of Java's"
    for user, documents in users.items():
        kind = "curation" if user == "CURATION_USER" else "annotation"
        for name, content in documents.items():
            inner = write_zip(
                path.with_suffix(".inner"), {f"{user}.xmi": content, "TypeSystem.xml": types}
            )
            files[f"{kind}/{name}/webanno77{user}export.zip"] = inner.read_bytes()
    return write_zip(path, files)
