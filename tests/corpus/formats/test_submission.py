import json
import time
from functools import partial
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from projector.corpus import pack_submission, read_spans, write_submission
from projector.corpus.formats.submission import check_labels
from projector.document import Document, Fragment, Mention
from projector.errors import ConfigurationError, CorpusError, OutputError

HEADER = "filename\tlabel\tstart_span\tend_span\ttext\n"


def document(name: str, *labels: str) -> Document:
    mentions = (
        Mention(f"T{number}", label, (Fragment(0, 5),)) for number, label in enumerate(labels)
    )
    return Document(name, "en", "Fever", tuple(mentions))


def tables(folder: Path) -> dict[tuple[str, str], Path]:
    written: dict[tuple[str, str], Path] = {}
    for language in ("nl", "cz"):
        documents = [document("a", "DISEASE"), document("b", "SYMPTOM", "DISEASE")]
        of_language = write_submission(documents, folder, language=language)
        written |= {(language, entity): path for entity, path in of_language.items()}
    return written


def test_each_label_gets_its_table_even_an_empty_one(tmp_path: Path):
    documents = [document("a", "DISEASE", "SYMPTOM"), document("b", "DISEASE", "MEDICATION")]
    paths = write_submission(documents, tmp_path, language="nl")
    assert {entity: path.name for entity, path in paths.items()} == {
        "disease": "nl_disease.tsv",
        "procedure": "nl_procedure.tsv",
        "symptom": "nl_symptom.tsv",
        "medication": "nl_medication.tsv",
    }
    rows = [row[:4] for row in read_spans(paths["disease"])]
    assert rows == [("a", "DISEASE", 0, 5), ("b", "DISEASE", 0, 5)]
    assert paths["procedure"].read_text() == HEADER
    paths = write_submission(documents, tmp_path, language="nl", labels=[], extension=True)
    assert [row[:4] for row in read_spans(paths["medication"])] == [("b.txt", "MEDICATION", 0, 5)]
    assert "procedure" not in paths


@pytest.mark.parametrize("labels", [("a/b",), ("..",), ("DISEASE", "Disease")])
def test_a_label_that_gives_no_file_of_its_own_leaves_nothing(tmp_path: Path, labels):
    with pytest.raises(OutputError, match="label"):
        write_submission([document("a", *labels)], tmp_path, language="nl")
    assert not list(tmp_path.iterdir())


def test_the_default_layout_is_a_participants(tmp_path: Path):
    names = pack_submission(
        tmp_path / "s.zip", tables(tmp_path), number=2, configuration={"b": "ñ", "a": 1}, readme="x"
    )
    assert names == (
        "CZ/disease/submission_2/cz_disease_submission2.tsv",
        "CZ/procedure/submission_2/cz_procedure_submission2.tsv",
        "CZ/symptom/submission_2/cz_symptom_submission2.tsv",
        "NL/disease/submission_2/nl_disease_submission2.tsv",
        "NL/procedure/submission_2/nl_procedure_submission2.tsv",
        "NL/symptom/submission_2/nl_symptom_submission2.tsv",
        "README.md",
        "config.json",
    )
    with ZipFile(tmp_path / "s.zip") as packed:
        assert tuple(packed.namelist()) == names
        assert packed.testzip() is None
        assert packed.read(names[0]) == (tmp_path / "cz_disease.tsv").read_bytes()
        assert json.loads(packed.read("config.json")) == {"a": 1, "b": "ñ"}
        assert packed.read("README.md") == b"x"


def test_the_same_tables_give_the_same_bytes(tmp_path: Path, monkeypatch):
    written = tables(tmp_path)
    pack_submission(tmp_path / "one.zip", written)
    monkeypatch.setattr(time, "time", lambda: 2e9)
    for path in written.values():
        path.touch()
    pack_submission(tmp_path / "two.zip", dict(reversed(written.items())))
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_a_layout_of_ones_own(tmp_path: Path):
    names = pack_submission(
        tmp_path / "s.zip", tables(tmp_path), layout="team/{ENTITY}.{LANG}.{n}.tsv", number=1
    )
    assert "team/DISEASE.NL.1.tsv" in names


@pytest.mark.parametrize(
    ("layout", "message"),
    [
        ("{team}/{lang}.tsv", r"'team'\); it can hold {lang}, {LANG}, {entity}, {ENTITY}, {n}"),
        ("{}/{lang}.tsv", "it can hold"),
        ("{lang", "it can hold"),
        ("{lang}.tsv", "gives two tables one path: cz.tsv"),
        ("../{lang}_{entity}.tsv", "leads out of the ZIP"),
        ("/{lang}_{entity}.tsv", "leads out of the ZIP"),
    ],
)
def test_a_layout_that_does_not_work_is_refused(tmp_path: Path, layout: str, message: str):
    with pytest.raises(ConfigurationError, match=message):
        pack_submission(tmp_path / "s.zip", tables(tmp_path), layout=layout)
    assert not (tmp_path / "s.zip").exists()


def test_other_tables_are_refused(tmp_path: Path):
    path = tmp_path / "t.tsv"
    with pytest.raises(CorpusError, match="can't be read: No such file"):
        pack_submission(tmp_path / "s.zip", {("nl", "disease"): path})
    path.write_bytes(b"name\tlabel\n")
    with pytest.raises(CorpusError, match=r"t\.tsv:1: the first line is 'name\\tlabel'; expected"):
        pack_submission(tmp_path / "s.zip", {("nl", "disease"): path})


@given(st.lists(st.text(st.sampled_from("aAbñÑ./\\\0"), max_size=3), max_size=3))
@example(["DISEASE", "Disease"])
@example(["DISEASE", "DISEASE"])
@example([".hidden"])
def test_labels_are_refused_where_writing_would_refuse_them(tmp_path_factory, labels):
    folder = tmp_path_factory.mktemp("labels")
    errors = []
    for refuse in (check_labels, partial(write_submission, [], folder, language="nl")):
        try:
            refuse(labels=labels)
        except OutputError as error:
            errors.append(str(error))
    assert len(errors) in (0, 2)
    assert len(set(errors)) <= 1


def test_tables_may_be_written_for_labels_of_any_script(tmp_path: Path):
    check_labels(["ENFERMEDAD", "SÍNTOMA", "a.b"])
    paths = write_submission([document("a", "SÍNTOMA")], tmp_path, language="es", labels=[])
    assert paths["síntoma"].read_bytes() == f"{HEADER}a\tSÍNTOMA\t0\t5\tFever\n".encode()


@pytest.mark.parametrize("labels", [("DISEASE", "Disease"), ("SÍNTOMA", "SI\u0301NTOMA")])
def test_labels_whose_tables_are_one_somewhere_are_refused(tmp_path: Path, labels):
    with pytest.raises(OutputError, match="differ in case only"):
        check_labels(labels)
    with pytest.raises(OutputError, match="differ in case only"):
        write_submission([], tmp_path, language="es", labels=labels)


def test_paths_in_the_zip_are_ones_everywhere(tmp_path: Path):
    written = tables(tmp_path)
    for layout in ("a//{lang}_{entity}.tsv", "CON/{lang}_{entity}.tsv", "./{lang}_{entity}.tsv"):
        with pytest.raises(OutputError, match=r"the path in the ZIP .*; expected .* --template"):
            pack_submission(tmp_path / "s.zip", written, layout=layout)
    (table,) = list(written.values())[:1]
    for language, entity in (("..", "a"), ("es/..", "a"), ("es", "../a")):
        with pytest.raises(OutputError, match="can't be a file's name"):
            pack_submission(tmp_path / "s.zip", {(language, entity): table})
    alike = {("es", "a"): table, ("ES", "a"): table}
    with pytest.raises(ConfigurationError, match="gives two tables one path"):
        pack_submission(tmp_path / "s.zip", alike, layout="{lang}_{entity}.tsv")
    assert not (tmp_path / "s.zip").exists()
