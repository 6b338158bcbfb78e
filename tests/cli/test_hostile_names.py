"""Walk all commands that name files after data with names that lead elsewhere.

Each ends well, and its files are read back with the same names; or it says where, what was found,
what was expected and what to do, ends with 1 or 2, and leaves nothing.
"""

import json
import os
import zipfile
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
import torch
from hostile_names import HARMLESS, SURROGATE, each_name, hostile_names, told_of, tree

from projector.cli import run
from projector.corpus import open_corpus, read_spans
from projector.corpus.formats.parquet_write import write_parquet
from projector.corpus.formats.tsv_write import format_row
from projector.corpus.language_names import UNKNOWN_LANGUAGE
from projector.document import Document, Fragment, Mention
from projector.storage import file_names
from projector.tagging.head import Head
from projector.tagging.tagger import save_tagger
from schemas.tagger_training import HeadConfiguration

TEXT = "Fiebre alta y tos."
OF_FOLDERS = {"trailing blank", "trailing dot", "as long as can be"}  # no extension is behind
BLANKS = {"trailing blank", "many blanks"}
OUT = Path("results/deep/out")

pytestmark = pytest.mark.promise(
    "nothing is written outside the output",
    "names of documents, languages, labels that are no files'",
)


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Work in a folder of its own, beside one that nothing may be written to."""
    monkeypatch.delattr(os, "sync", raising=False)  # of the whole machine, hundreds of times
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "work" / "results" / "deep").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path


@pytest.fixture(scope="module")
def tagger(checkpoints, tmp_path_factory):
    """A tagger with random weights: it finds something."""
    torch.manual_seed(1)
    chosen = HeadConfiguration(kind="linear", dropout=0.0)
    encoder = {"name_or_path": str(checkpoints / "bert"), "layer": 2}
    folder = tmp_path_factory.mktemp("tagger") / "t"
    save_tagger(folder, ("SYMPTOM",), Head(32, 1, chosen), chosen, {"encoder": encoder})
    return str(folder)


def document(name: str = "a", language: str = "es", label: str = "SYMPTOM", id_: str = "T1"):
    return Document(name, language, TEXT, (Mention(id_, label, (Fragment(0, 6),)),))


def write_lines(path: Path, written: Document) -> None:
    (mention,) = written.mentions
    place = {"start": mention.start, "end": mention.end, "text": TEXT[:6], "code": ""}
    row = {"id": written.name, "lang": written.language, "text": TEXT}
    path.write_text(json.dumps({**row, "annotations": [{"label": mention.label, **place}]}) + "\n")


def write_bare_table(path: Path, written: Document) -> None:
    cells = ("filename", "label", "start_span", "end_span", "text")
    row = (written.name, written.mentions[0].label, "0", "6", "Fiebre")
    path.write_bytes(format_row(cells) + format_row(row))


def outcome(place: Path, capsys, *arguments: str, name: str | None, tells: str = "corpus") -> bool:
    """Run a command; return whether it ended well, having held all else to what must hold."""
    before = tree(place)
    capsys.readouterr()
    code = run([*arguments])
    message = capsys.readouterr().err
    after = tree(place)
    inside = f"work/{OUT}"
    outside = {path: content for path, content in after.items() if not path.startswith(inside)}
    assert outside == before, arguments
    if code == 0:
        assert OUT.exists()
        return True
    assert code in (1, 2) and (name is None or told_of(name, message)), message
    assert tells in message and "fault in projector" not in message, message
    assert after == before
    return False


CODES = "code\tes\nR50\tFiebre\nR05\tTos\n"


def coding(source: str, *more: str) -> tuple[str, ...]:
    Path("codes.tsv").write_text(CODES)
    # Names alone, no encoder: what it finds is of no matter here.
    line = ("code", source, "--codes", "codes.tsv", "-o", str(OUT), "--accept-losses")
    return (*line, "-m", "lexical", *more)


@each_name()
@pytest.mark.parametrize("to", ["brat", "tsv", "parquet"])
def test_documents_are_converted(place, capsys, to, key):
    name = hostile_names(place / "elsewhere")[key]
    write_parquet([document(name)], Path("corpus"))
    written = outcome(place, capsys, "convert", "corpus", str(OUT), "--to", to, name=name)
    assert written == (key in HARMLESS or to == "parquet")
    if written:
        corpus = open_corpus(OUT, language="es")
        assert corpus.names == (name,) and not corpus.problems
        assert corpus.read(name).document == document(name)


@each_name()
@pytest.mark.parametrize("to", ["brat", "tsv", "parquet"])
def test_documents_are_tagged(place, capsys, tagger, to, key):
    name = hostile_names(place / "elsewhere")[key]
    write_parquet([document(name)], Path("corpus"))
    line = ("tag", "corpus", "-m", tagger, "-o", str(OUT), "--to", to, "--device", "cpu")
    written = outcome(place, capsys, *line, name=name)
    assert written == (key in HARMLESS or to == "parquet")
    if written:
        corpus = open_corpus(OUT, language="es")
        assert corpus.names == (name,) and not corpus.problems
        assert corpus.read(name).document.mentions


@each_name()
@pytest.mark.parametrize("what", ["name", "language"])
@pytest.mark.parametrize("lines", [False, True])
def test_documents_and_languages_are_coded(place, capsys, what, lines, key):
    name = hostile_names(place / "elsewhere")[key]
    if lines and what == "language" and not name:
        return  # then it is none, and the file's name tells it
    written = replace(document(), **{what: name})
    if lines:
        write_lines(Path("corpus.jsonl"), written)
    else:
        write_parquet([written], Path("corpus"))
    line = coding("corpus.jsonl" if lines else "corpus")
    if outcome(place, capsys, *line, name=name):
        assert key in HARMLESS or (what, key) == ("language", "empty")
        written = replace(written, language=written.language or UNKNOWN_LANGUAGE)
        (folder,) = (OUT / "brat").iterdir()
        corpus = open_corpus(folder, language="x")
        assert (folder.name, corpus.names) == (written.language, (written.name,))
        assert open_corpus(OUT).names == (written.name,)
        (row,) = read_spans(OUT / "tsv" / f"{written.language}_linking.tsv")
        assert row.filename == written.name
    else:
        assert key not in HARMLESS - (OF_FOLDERS if what == "language" else set())


@each_name()
def test_mentions_of_a_bare_table_are_coded(place, capsys, key):
    """Their documents' names become cells only."""
    name = hostile_names(place / "elsewhere")[key]
    if not name:
        return  # a row that names no document is none
    write_bare_table(Path("corpus.tsv"), document(name))
    assert outcome(place, capsys, *coding("corpus.tsv", "--language", "es"), name=name)
    (row,) = read_spans(OUT / "tsv" / "es_linking.tsv")
    assert row.filename == name.removesuffix(".txt")
    uncoded = pl.read_csv(OUT / "uncoded.tsv", separator="\t")
    assert uncoded.width == 10
    listed = pl.read_csv(OUT / "tsv" / "es_codiesp_D.tsv", separator="\t", has_header=False)
    if key != "byte order mark":  # it begins a file, and so is taken for what it was once
        assert listed["column_0"].to_list() == [name.removesuffix(".txt")]


@each_name()
@pytest.mark.parametrize("what", ["name", "language", "label", "id_"])
def test_all_of_it_is_projected_and_packed(place, capsys, what, key):
    name = hostile_names(place / "elsewhere")[key]
    source = document(**({what: name} if what in ("label", "id_") else {}))
    target = replace(document(language="it"), mentions=())
    target = replace(target, **{what: name}) if what in ("name", "language") else target
    write_parquet([source], Path("corpus-es"))
    write_parquet([target], Path("corpus"))
    (mention,) = source.mentions
    line = ("project", "corpus-es", "corpus", "-o", str(OUT), "--model", "tiny", "--tagger", "none")
    line = (*line, "--pattern", "()", "--keep-labels", "--accept-losses", "--device", "cpu")
    tells = "corpus" if what in ("name", "language") else ""
    if not outcome(place, capsys, *line, name=name or None, tells=tells):
        # BRAT has no label with blanks; a folder's name has no extension behind it; and which
        # language a target is in must be known.
        of_language = {*OF_FOLDERS, "empty"}
        more = {"label": {*BLANKS, "as long as can be"}, "language": of_language}.get(what, set())
        assert what != "id_" and key not in HARMLESS - more
        return
    assert open_corpus(OUT).names == (target.name,)
    (folder,) = (OUT / "brat").iterdir()
    assert folder.name == target.language
    read = open_corpus(folder, language="it").read(target.name)
    assert read.document.text == TEXT and not read.problems
    (projected,) = open_corpus(OUT).read(target.name).document.mentions
    assert (projected.id, projected.label) == (mention.id, mention.label)
    rows = [row for table in (OUT / "tsv").iterdir() for row in read_spans(table)]
    assert [(row.filename, row.label) for row in rows] == [(target.name, mention.label)]
    capsys.readouterr()
    if run(["submit", str(OUT), "-o", "s.zip"]) == 1:
        assert key == "trailing dot" and told_of(name, capsys.readouterr().err)
        return
    names = zipfile.ZipFile("s.zip").namelist()
    assert all(".." not in one.split("/") and one[0] != "/" for one in names)


def test_half_characters_are_told(place, capsys, tagger):
    """In a file's name that isn't UTF-8, and in JSON."""
    Path("corpus").mkdir()
    try:
        Path("corpus", f"{SURROGATE}.txt").write_text(TEXT)
    except OSError:
        pytest.skip("this file system has names in UTF-8 only")
    line = coding("corpus", "--language", "es")
    assert not outcome(place, capsys, *line, name=SURROGATE)
    for to in ("brat", "tsv", "parquet"):
        line = ("convert", "corpus", str(OUT), "--to", to, "--language", "es")
        assert not outcome(place, capsys, *line, name=SURROGATE)
    line = ("tag", "corpus", "-m", tagger, "-o", str(OUT), "--language", "es")
    assert not outcome(place, capsys, *line, name=SURROGATE)
    line = ("project", "corpus", "corpus", "-o", str(OUT), "--model", "tiny", "--tagger", "none")
    line = (*line, "--source-language", "es", "--target-language", "it")
    assert not outcome(place, capsys, *line, name=SURROGATE)
    for written in (document(SURROGATE), document(language="\ud800"), document(label="\ud800")):
        write_lines(Path("corpus.jsonl"), written)
        line = coding("corpus.jsonl")
        assert not outcome(place, capsys, *line, name=None, tells="half of a surrogate pair")


@pytest.mark.parametrize("names", [("caso", "Caso"), ("año", "an\u0303o"), ("Ñ", "n\u0303")])
def test_names_that_are_one_files_are_refused_where_they_are(place, capsys, monkeypatch, names):
    write_parquet(map(document, names), Path("corpus"))
    write_parquet([document(name, "it") for name in names], Path("corpus-it"))
    commands = {
        "brat": ("convert", "corpus", str(OUT), "--to", "brat"),
        "tsv": ("convert", "corpus", str(OUT), "--to", "tsv"),
        "code": coding("corpus"),
        "project": ("project", "corpus", "corpus-it", "-o", str(OUT), "--model", "tiny",
                    "--tagger", "none"),
    }  # fmt: skip
    monkeypatch.setattr(file_names, "folds", lambda _: (True, True))
    for line in commands.values():
        assert not outcome(place, capsys, *line, name=names[1], tells="same file's name")
    monkeypatch.undo()
    monkeypatch.chdir(place / "work")
    if file_names.folds(place) == (False, False):  # where they are two files', both are written
        assert outcome(place, capsys, *commands["brat"], name="")
        assert open_corpus(OUT, language="es").names == tuple(sorted(names))


def test_a_table_that_a_manifest_leads_elsewhere_for_is_not_packed(place, capsys):
    write_parquet([document()], Path("corpus-es"))
    write_parquet([replace(document(language="it"), mentions=())], Path("corpus"))
    line = ("project", "corpus-es", "corpus", "-o", str(OUT), "--model", "tiny", "--tagger", "none")
    assert run([*line, "--accept-losses"]) == 0
    manifest = OUT / "manifest.json"
    content = manifest.read_text(encoding="utf-8")
    for table in ("../secret.tsv", str(place / "elsewhere/secret.tsv"), "tsv/../../s"):
        manifest.write_text(content.replace("tsv/it_symptom.tsv", table), encoding="utf-8")
        capsys.readouterr()
        assert run(["submit", str(OUT), "-o", "s.zip"]) == 1
        assert "manifest.json" in capsys.readouterr().err and not Path("s.zip").exists()


@each_name()
def test_models_are_added(place, capsys, monkeypatch, checkpoints, key):
    name = hostile_names(place / "elsewhere")[key]
    monkeypatch.setenv("PROJECTOR_CACHE", str(Path(OUT).absolute()))
    if not name:
        return  # then it is the folder's
    line = ("models", "add", str(checkpoints / "bert"), "--name", name)
    if outcome(place, capsys, *line, name=name, tells="name"):
        assert [path.name for path in (OUT / "models").iterdir()] == [name]


def test_a_document_that_comes_twice_is_not_coded(place, capsys):
    """Neither would be read back: the second's files took the first's place."""
    write_lines(Path("corpus.jsonl"), document())
    line = Path("corpus.jsonl").read_text()
    bare = json.dumps({**json.loads(line), "annotations": []}) + "\n"
    Path("corpus.jsonl").write_text(line + bare)
    before = tree(place / "work" / "results")
    assert run([*coding("corpus.jsonl")]) == 1
    assert "corpus.jsonl: the document 'a' comes twice" in capsys.readouterr().err
    assert tree(place / "work" / "results") == before
