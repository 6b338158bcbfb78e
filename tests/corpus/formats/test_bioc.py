import json
import re
from pathlib import Path

import pytest
from other_formats import BIOC_JSON, BIOC_XML, write_files

from projector.corpus.open import open_corpus
from projector.document import Annotation, Fragment, Mention
from projector.errors import CorpusError


def xml(folder: Path, content: str = BIOC_XML):
    corpus = open_corpus(write_files(folder / "es", {"all.xml": content}))
    assert corpus.format == "bioc-xml"
    return corpus


def test_passages_sentences_places_infons_and_relations_are_read(tmp_path):
    corpus = xml(tmp_path)
    assert corpus.names == ("77",)
    reading = corpus.read("77")
    assert not reading.problems
    assert reading.document.text == "Niño con asma.\nTos & más tos."
    assert reading.document.mentions == (
        Mention("1", "Disease", (Fragment(9, 13),)),
        Mention("2", "Sign", (Fragment(15, 18), Fragment(25, 28))),
    )
    assert reading.document.annotations == (
        Annotation("N1", "normalization", "Reference", (("", "1"),), "MESH:D1"),
        Annotation("A1", "attribute", "is_sure", (("", "1"),), "yes"),
        Annotation("R1", "relation", "CID", (("Chemical", "1"), ("Disease", "2"))),
        Annotation("A2", "attribute", "novel", (("", "R1"),), "no"),
    )
    assert [one.told for one in reading.notices] == [
        "infons of documents and passages can't be kept: journal, type"
    ]


@pytest.mark.parametrize("member", ["documents", "PubTator3", ""])
def test_json_holds_the_same(tmp_path, member):
    content = {"source": "s", member: BIOC_JSON["documents"]} if member else BIOC_JSON["documents"]
    files = {"all.json": json.dumps(content)}
    reading = open_corpus(write_files(tmp_path / "es", files)).read("77")
    assert not reading.problems and not reading.notices
    assert reading.document.text == "Niño con asma.\nY tos."
    found = [(one.label, one.surface(reading.document.text)) for one in reading.document.mentions]
    assert found == [("Disease", "asma"), ("Sign", "tos")]
    assert [one.kind for one in reading.document.annotations] == ["normalization", "relation"]


@pytest.mark.parametrize(
    ("unit", "origin", "first", "passage", "second"),
    [
        ("UTF-8 bytes", "the document", 10, 16, 18),
        ("code points", "the passage", 9, 15, 2),
        ("UTF-8 bytes", "the passage", 10, 16, 2),
    ],
)
def test_what_offsets_count_is_told_by_the_texts(tmp_path, unit, origin, first, passage, second):
    content = (
        "<collection><document><id>1</id><passage><offset>0</offset><text>Niño con asma.</text>"
        f'<annotation id="1"><infon key="type">A</infon><location offset="{first}" length="4"/>'
        "<text>asma</text></annotation></passage>"
        f"<passage><offset>{passage}</offset><text>Y tos.</text>"
        f'<annotation id="2"><infon key="type">B</infon><location offset="{second}" length="3"/>'
        "<text>tos</text></annotation></passage></document></collection>"
    )
    reading = xml(tmp_path, content).read("1")
    assert not reading.problems and reading.document.text == "Niño con asma.\nY tos."
    words = [one.surface(reading.document.text) for one in reading.document.mentions]
    assert words == ["asma", "tos"]
    assert reading.notices[0].told.startswith(
        f"offsets count {unit} from the beginning of {origin}"
    )


@pytest.mark.parametrize(
    ("found", "there", "message"),
    [
        (
            "<!DOCTYPE collection SYSTEM",
            '<!DOCTYPE collection [<!ENTITY a "b">]>\n<!--',
            "2: .* own",
        ),
        ("UTF-8", "ISO-8859-1", "1: its encoding is ISO-8859-1; expected UTF-8. Convert it: iconv"),
        ("<id>77</id>", "<id> </id>", "a document without an id"),
        ("</document>", "</documents>", "no XML: mismatched tag"),
        ("&amp;", "&lol;", "&lol; is not defined"),
        ("Niño", "<b>" * 50, "elements within each other"),
    ],
)
def test_what_is_no_plain_xml_is_refused_where_it_is(tmp_path, found, there, message):
    content = BIOC_XML.replace(found, there, 1)
    if there.endswith("<!--"):
        content = content.replace('"BioC.dtd">', "-->", 1)
    with pytest.raises(CorpusError, match=rf"all\.xml:.*{message}"):
        xml(tmp_path, content)


def test_no_file_outside_is_read(tmp_path):
    (tmp_path / "secret").write_text("secret")
    there = f'<!DOCTYPE collection SYSTEM "{tmp_path}/secret">'
    content = re.sub("<!DOCTYPE[^>]*>", there, BIOC_XML)
    assert xml(tmp_path, content).read("77").document is not None
    entity = f'<!DOCTYPE collection [<!ENTITY x SYSTEM "{tmp_path}/secret">]>'
    with pytest.raises(CorpusError, match="has declarations of its own"):
        xml(tmp_path / "b", re.sub("<!DOCTYPE[^>]*>", entity, BIOC_XML))


@pytest.mark.parametrize(
    ("found", "there", "message"),
    [
        ('length="4"', 'length="5"', "77: 1: the text has 'asma.' at 9 14; expected 'asma'"),
        ('offset="9"', 'offset="-9"', "the annotation '1' has the location '-9', '4'"),
        ('offset="9"', 'offset="900"', "the annotation '1' at 900, 4 long; expected a stretch"),
        ('<infon key="type">Disease</infon>', "", "the annotation '1' has no type"),
        ('refid="1"', 'refid="9"', "CID 'R1' is about 9, which is not there"),
        ("<offset>15</offset><sentence>", "<sentence>", None),
        ("<sentence><offset>15", "<sentence><offset>x", "a sentence with the offset 'x'"),
        ("<sentence><offset>15", "<sentence><offset>999999", "leaves a gap of 999985 before it"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path, found, there, message):
    problems = xml(tmp_path, BIOC_XML.replace(found, there, 1)).read("77").problems
    if message is None:
        assert not problems
        return
    assert re.search(re.escape(message), str(problems[0]))
    assert problems[0].line is not None and str(problems[0]).count("all.xml") == 1
