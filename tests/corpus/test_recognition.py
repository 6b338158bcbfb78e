import json
import re

import pytest
from other_formats import FILES, write_files

from projector.corpus.open import open_corpus
from projector.corpus.open_languages import open_languages
from projector.corpus.recognition import looks_like, record_format
from projector.errors import CorpusError

KINDS = {"label-studio-short": "label-studio"}
TABLE = "filename\tlabel\tstart_span\tend_span\ttext\na\tX\t0\t3\tTos\n"


def kind_of(folder, content: str, name: str = "a.txt"):
    path = write_files(folder, {name: content}) / name
    return record_format(path), looks_like(path)


@pytest.mark.parametrize("kind", [kind for kind in FILES if kind != "bionlp"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_formats_are_told_by_their_content(tmp_path, kind, mark):
    (content,) = FILES[kind].values()
    assert kind_of(tmp_path, mark + content)[0] == KINDS.get(kind, kind)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "Tiene asma.\nY tos.\n",
        "O\nB-X\n",
        "Grupo O\n",
        "Tiene asma\n\nTos B-12\nVitamina B-12\n",
        "1|t\n",
        "a|t|x\nTiene asma.\n",
        "una nota|t|x\n",
        "#Text=Tos\n1-1\t0-3\tTos\n",
        TABLE,
        "[1, 2]",
        "{",
        '{"text": "Tos"}',
        '{"text": 1, "label": []}',
        '{"data": {"text": "Tos"}}',
        '{"passages": "x"}',
        '{"id": "1", "src_text": "a", "src_spans": []}',
        "<p>Tos</p>",
        "<collection/>",
        "<",
        "\x00PAR1",
        "T1\tX 0 3\tTos\n",
    ],
)
def test_nothing_else_is_taken_for_one(tmp_path, content):
    assert kind_of(tmp_path, content)[0] is None


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (
            '<?xml version="1.0"?>\n<xmi:XMI xmlns:xmi="x"/>',
            "XML whose root is <xmi:XMI>, a UIMA CAS",
        ),
        ("<!-- <a> --><TEI/>", "XML whose root is <TEI>, TEI"),
        ("<!--", "XML without a root"),
        ('[{"a": 1, "b": 2}]', "JSON objects with a, b"),
        ("[]", "JSON without an object"),
        ("{}", "JSON with an empty object"),
        ("{", "JSON that can't be read: no JSON"),
        ('{"src_text": "a"}', "gold of projector"),
        ('{"%FEATURE_STRUCTURES": []}', "a UIMA CAS (JSON)"),
        ("T1\tX 0 3\tTos\n", "standoff like BRAT's"),
        ("1\tTos\ttos" + "\t_" * 7 + "\n", "CoNLL-U, whose columns have no entities"),
        ("a\tb\tc\nd\te\tf\n", "a table of 3 columns"),
        ("Tos.", ""),
    ],
)
def test_what_is_not_read_is_named(tmp_path, content, kind):
    assert kind_of(tmp_path, content)[1].startswith(kind)


@pytest.mark.parametrize("name", ["a.json", "a.xml", "a.xmi"])
def test_a_folder_or_file_of_another_kind_is_named_with_the_ways(tmp_path, name):
    content = {"a.json": '{"a": 1}', "a.xml": "<TEI/>", "a.xmi": "x\ty\nz\tw\n"}[name]
    folder = write_files(tmp_path / "es", {name: content})
    for path in (folder, folder / name):
        with pytest.raises(
            CorpusError, match=r"looks like (JSON objects|XML|a table).*exports WebAnno"
        ):
            open_corpus(path)


def test_a_folder_of_several_formats_is_refused(tmp_path):
    files = {**FILES["conll"], **FILES["doccano"]}
    with pytest.raises(CorpusError, match=r"several formats: all\.jsonl is doccano; train\.conll"):
        open_corpus(write_files(tmp_path / "es", files))


@pytest.mark.parametrize("beside", [{"a.ann": ""}, {"all.tsv": TABLE}])
def test_brat_and_known_tables_go_before(tmp_path, beside):
    files = {"a.txt": "Tos", "x.json": json.dumps(json.loads(FILES["bioc-json"]["all.json"]))}
    corpus = open_corpus(write_files(tmp_path / "es", {**files, **beside}))
    assert corpus.format in ("brat", "tsv") and corpus.names == ("a",)


def test_the_languages_of_a_folder_can_have_formats_of_their_own(tmp_path):
    write_files(tmp_path / "es", FILES["pubtator"])
    write_files(tmp_path / "en", {"11.txt": "Has asthma.", "12.txt": "Fever"})
    corpora = open_languages(tmp_path)
    assert [(one.language, one.format) for one in corpora] == [("en", "text"), ("es", "pubtator")]
    assert re.fullmatch("11|12", corpora[1].names[0])
