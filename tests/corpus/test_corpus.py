import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from projector.corpus import label_map, open_corpus, require_document
from projector.errors import CorpusError

HEADER = "filename\tlabel\tstart_span\tend_span\ttext\n"


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode())
    return folder


def part(language: str, split: str, entity: str, count: int = 2, kind: str = "ann") -> dict:
    """Return the files of one folder of the published tree."""
    name = f"MultiClinNER-{language}-{split}"
    folder = f"MultiClinNER/MultiClinNER-{language}/{name}/{name}-{entity}"
    files, rows = {}, HEADER
    for number in range(1, count + 1):
        document = f"{name}-{entity}-{number}"
        files[f"{folder}/txt/{document}.txt"] = "Dolor"
        if kind == "ann":
            files[f"{folder}/ann/{document}.ann"] = f"T1\t{entity.upper()} 0 5\tDolor\n"
        rows += f"{document}\t{entity.upper()}\t0\t5\tDolor\n"
    if kind in ("ann", "tsv"):
        files[f"{folder}/tsv/{name}-{entity}.tsv"] = rows
    return files


def test_a_brat_folder(tmp_path: Path):
    folder = write(
        tmp_path / "es",
        {"b.txt": "Dolor", "b.ann": "T1\tSINTOMA 0 5\tDolor\n", "a.txt": "x", "notes.md": ""},
    )
    corpus = open_corpus(str(folder))
    assert (corpus.path, corpus.format, corpus.language) == (folder, "brat", "es")
    assert corpus.names == ("a", "b")
    assert require_document(corpus.read("b")).mentions[0].label == "SYMPTOM"
    assert require_document(corpus.read("b")).language == "es"
    assert require_document(corpus.read("a")).mentions == ()
    assert not corpus.problems


def test_annotations_without_a_text_are_a_problem_of_the_corpus(tmp_path: Path):
    corpus = open_corpus(write(tmp_path, {"a.txt": "x", "b.ann": "", "c.d.txt": ""}))
    assert corpus.names == ("a", "c.d")
    (problem,) = corpus.problems
    assert problem.path == tmp_path / "b.ann"
    assert "its text b.txt is not in" in str(problem)


def test_hidden_and_unfinished_files_are_passed_over(tmp_path: Path):
    write(tmp_path, {"a.txt": "", "._a.txt": "", ".tmp-12": "", ".x.tsv": "", ".x.ann": ""})
    corpus = open_corpus(tmp_path)
    assert (corpus.format, corpus.names) == ("text", ("a",))


def test_texts_apart_from_annotations(tmp_path: Path):
    write(
        tmp_path, {"txt/a.txt": "Dolor", "ann/a.ann": "T1\tX 0 5\tDolor\n", "more/a.txt": "dolor"}
    )
    assert require_document(open_corpus(tmp_path).read("a")).mentions
    assert require_document(open_corpus(tmp_path / "ann").read("a")).mentions
    assert open_corpus(tmp_path / "ann", texts=tmp_path / "more").read("a").problems


def test_labels_can_be_mapped_or_left(tmp_path: Path):
    folder = write(
        tmp_path,
        {"a.txt": "Dolor", "a.ann": "T1\tENFERMEDAD 0 5\tDolor\nT2\tFARMACO 0 5\tDolor\n"},
    )

    def labels(mapping):
        document = require_document(open_corpus(folder, labels=mapping).read("a"))
        return [mention.label for mention in document.mentions]

    assert labels(None) == ["DISEASE", "MEDICATION"]
    assert labels({}) == ["ENFERMEDAD", "FARMACO"]
    assert labels(label_map({"FARMACO": "DRUG"})) == ["DISEASE", "DRUG"]
    assert labels(label_map({"FARMACO": "FARMACO"})) == ["DISEASE", "FARMACO"]
    assert labels(label_map({"FARMACO": "DRUG"}, known=False)) == ["ENFERMEDAD", "DRUG"]


@pytest.mark.parametrize("kind", ["ann", "tsv"])
def test_the_published_tree_opens_at_any_level(tmp_path: Path, kind: str):
    write(
        tmp_path,
        part("es", "train", "disease", kind=kind)
        | part("es", "train", "symptom", kind=kind)
        | part("es", "test", "disease", kind="txt"),
    )
    root = tmp_path / "MultiClinNER"
    train = root / "MultiClinNER-es" / "MultiClinNER-es-train"
    for path, count in (
        (tmp_path, 6),
        (root, 6),
        (root / "MultiClinNER-es", 6),
        (train, 4),
        (train / "MultiClinNER-es-train-disease", 2),
    ):
        corpus = open_corpus(path)
        assert (corpus.format, corpus.language, len(corpus.names)) == ("tree", "es", count)
        document = require_document(corpus.read("MultiClinNER-es-train-disease-1"))
        assert [mention.label for mention in document.mentions] == ["DISEASE"]
    leaf = train / "MultiClinNER-es-train-disease"
    for folder, format_ in (("txt", "text"), ("ann", "brat"), ("tsv", "tsv")):
        if (leaf / folder).is_dir():
            corpus = open_corpus(leaf / folder)
            assert (corpus.format, corpus.language, len(corpus.names)) == (format_, "es", 2)


def test_a_tree_of_several_languages_wants_one(tmp_path: Path):
    write(tmp_path, part("es", "train", "disease") | part("cz", "train", "disease", 3))
    root = tmp_path / "MultiClinNER"
    with pytest.raises(CorpusError, match="documents in 2 languages: cz, es"):
        open_corpus(root)
    with pytest.raises(CorpusError, match="documents in cz, es; expected documents in nl"):
        open_corpus(root, language="nl")
    for language in ("cz", "cs"):  # what the user wrote stays
        corpus = open_corpus(root, language=language)
        assert (corpus.language, len(corpus.names)) == (language, 3)
    assert open_corpus(root / "MultiClinNER-cz").language == "cz"


def test_a_name_in_two_folders_is_refused(tmp_path: Path):
    write(tmp_path, {"one/txt/a.txt": "", "two/txt/a.txt": ""})
    with pytest.raises(
        CorpusError, match=r"two/txt/a\.txt: the name a is taken by .*one/txt/a\.txt"
    ):
        open_corpus(tmp_path)


def test_strange_tables_beside_texts_are_problems_not_failures(tmp_path: Path):
    write(tmp_path, {"a.txt": "Dolor", "codes.tsv": "a\tr07\n"})
    corpus = open_corpus(tmp_path)
    assert (corpus.format, corpus.names, len(corpus.problems)) == ("text", ("a",), 1)
    write(tmp_path, {"x.tsv": f"{HEADER}a\tX\t0\t5\tDolor\n"})
    corpus = open_corpus(tmp_path)
    assert (corpus.format, corpus.names, len(corpus.problems)) == ("tsv", ("a",), 1)
    with pytest.raises(CorpusError, match=r"codes\.tsv:1"):
        open_corpus(write(tmp_path / "only", {"codes.tsv": "a\tr07\n"}))


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("nowhere", "nowhere: nothing is there; expected a folder of .txt files .*a .tsv file"),
        ("empty", "empty: no corpus: it holds nothing; expected a folder"),
        ("other", "other: no corpus: it holds a.json, deep; expected"),
        ("single/a.txt", "a single .txt file is no corpus.* Open .*single"),
        ("single/a.ann", "a single .ann file is no corpus"),
    ],
)
def test_a_wrong_path_is_told_at_once(tmp_path: Path, path: str, message: str):
    write(tmp_path, {"other/a.json": "", "other/deep/b.json": "", "single/a.txt": "x"})
    write(tmp_path, {"single/a.ann": ""})
    (tmp_path / "empty").mkdir()
    with pytest.raises(CorpusError, match=message):
        open_corpus(tmp_path / path)


def test_a_corpus_travels_to_other_processes(tmp_path: Path):
    write(tmp_path, {"a.txt": "Dolor", "t.tsv": f"{HEADER}a\tX\t0\t5\tDolor\n"})
    corpus = open_corpus(tmp_path)
    again = pickle.loads(pickle.dumps(corpus))
    assert again.read("a") == corpus.read("a")
    with pytest.raises(KeyError):
        corpus.read("b")


def test_reading_needs_nothing_heavy():
    code = "import sys, projector.corpus; print(*{'torch', 'numpy', 'polars'} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == ""
