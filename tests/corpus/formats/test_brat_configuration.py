"""Hold BRAT's configuration against the rules by which its server reads it."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from drawn_documents import brat_documents
from hypothesis import given, settings

from projector.corpus.convert import convert_corpus
from projector.corpus.formats.brat_configuration import (
    FILES,
    BratTypes,
    annotation_conf,
    visual_conf,
)
from projector.corpus.open import open_corpus
from projector.document import Annotation, Document, Fragment, Mention
from projector.html import PALETTE

SECTIONS = ("entities", "relations", "events", "attributes")
RESERVED = {"<ANY>", "<ENTITY>", "<RELATION>", "<EVENT>", "<OVERLAP>", "<OVL-TYPE>", "<REL-TYPE>"}
TEXT = "Fiebre y tos seca"


def parsed(content: str, sections: tuple[str, ...]) -> dict[str, dict[str, list[str]]]:
    """Read a configuration as BRAT 1.3 documents it; what it refuses is an AssertionError."""
    lines_of: dict[str, dict[str, list[str]]] = {}
    section = ""
    for line in content.split("\n"):
        if heading := re.fullmatch(r"\s*\[(.*)\]\s*", line):
            section = heading[1]
            assert section in sections and section not in lines_of
            lines_of[section] = {}
        elif line.strip() and not line.startswith("#"):
            assert set(re.findall("<.*?>", line)) <= RESERVED, line
            assert not re.fullmatch(r"\s*-+\s*", line) and not line[0].isspace(), line
            parting = r"([^\t]+)(?:\t(.*))?" if section == "labels" else r"(\S+)(?:\s+(.*))?"
            terms, arguments = re.fullmatch(parting, line).groups()
            name, *_ = terms.split("|")
            assert name == "<OVERLAP>" or re.fullmatch("[a-zA-Z0-9_-]+", name.strip()), line
            assert name not in lines_of[section], line
            lines_of[section][name.strip()] = checked(arguments or "", section)
    assert tuple(lines_of) == sections
    return lines_of


def checked(arguments: str, section: str) -> list[str]:
    if section == "labels":
        return [label.strip() for label in arguments.split("|") if label.strip()]
    parts = [part.strip() for part in arguments.split(",") if part.strip()]
    keys = []
    for part in parts:
        key, types = re.fullmatch(r"(\S*?):(\S*)", part).groups()
        assert all(types.split("|")), part
        name, repeated = re.fullmatch(r"(\S+?)(\{\S+\}|\?|\*|\+|)", key).groups()
        assert not (repeated and name[-1].isdigit()), part
        keys.append(name)
    assert len(keys) == len(set(keys))
    assert section != "relations" or len([key for key in keys if key[0] != "<"]) == 2
    return parts


def types_of(*documents: Document) -> BratTypes:
    types = BratTypes()
    for document in documents:
        types.add(document)
    return types


def mention(id_: str, label: str) -> Mention:
    return Mention(id_, label, (Fragment(0, 6),))


EVERY_KIND = Document(
    "doc",
    "es",
    TEXT,
    (mention("T1", "SYMPTOM"), mention("T2", "Give"), mention("T3", "DRUG")),
    (
        Annotation("E1", "event", "Give", (("Give", "T2"), ("What", "T3"), ("What2", "T1"))),
        Annotation("R1", "relation", "With", (("Arg1", "T1"), ("Arg2", "E1"))),
        Annotation("A1", "attribute", "Negated", (("", "T1"),)),
        Annotation("A2", "attribute", "Sure", (("", "T1"),), "very"),
        Annotation("A3", "attribute", "Sure", (("", "E1"),), "a bit"),
        Annotation("#1", "note", "ProjectionScore", (("", "T1"),), "0.5000"),
        Annotation("*", "equivalence", "Equiv", (("", "T1"), ("", "T3"))),
    ),
)


def test_what_occurs_is_stated_in_its_section():
    assert parsed(annotation_conf(types_of(EVERY_KIND)), SECTIONS) == {
        "entities": {"DRUG": [], "SYMPTOM": []},
        "relations": {
            "With": ["Arg1:<ENTITY>", "Arg2:<EVENT>"],
            "<OVERLAP>": ["Arg1:<ENTITY>", "Arg2:<ENTITY>", "<OVL-TYPE>:<ANY>"],
            "Equiv": ["Arg1:<ENTITY>", "Arg2:<ENTITY>", "<REL-TYPE>:symmetric-transitive"],
        },
        "events": {"Give": ["What*:<ENTITY>"]},
        "attributes": {
            "Negated": ["Arg:<ENTITY>"],
            "Sure": ["Arg:<ENTITY>|<EVENT>", "Value:very"],  # a blank can't stand in a value
        },
    }


def test_every_label_has_a_colour_of_its_own_and_a_short_name():
    labels = ["DISEASE", "DISORDER", "PROCEDURE"]
    visual = parsed(visual_conf(BratTypes(entities=set(labels))), ("labels", "drawing"))
    assert visual["labels"] == {
        "DISEASE": ["DISEASE", "DISE"],
        "DISORDER": ["DISORDER", "DISO"],
        "PROCEDURE": ["PROCEDURE", "PRO"],
    }
    drawn = [visual["drawing"][label] for label in labels]
    for colors, expected in zip(drawn, PALETTE, strict=False):
        assert colors[1] == f"borderColor:{expected}" and re.fullmatch(
            "bgColor:#[0-9a-f]{6}", colors[0]
        )
    assert {"SPAN_DEFAULT", "ARC_DEFAULT"} <= visual["drawing"].keys()
    assert all(one != other for one, other in pairwise(drawn))


@pytest.mark.parametrize("name", ["SÍNTOMA", "a|b", "a,b", "<ANY>", "!x", "---", "病", "a\u2028b"])
def test_a_name_that_brat_does_not_take_is_told_in_a_comment(name):
    said = annotation_conf(
        BratTypes(entities={name, "DISEASE"}, attributes={name: set()}, values={name: {None}})
    )
    stated = parsed(said, SECTIONS)
    assert stated["entities"] == {"DISEASE": []} and stated["attributes"] == {}
    assert f"{name!a}" in said and said.isascii()
    assert name not in parsed(visual_conf(BratTypes(entities={name})), ("labels", "drawing"))


@settings(deadline=None)
@given(brat_documents())
def test_whatever_occurs_can_be_read(document):
    parsed(annotation_conf(types_of(document)), SECTIONS)
    parsed(visual_conf(types_of(document)), ("labels", "drawing"))


def test_no_documents_have_empty_sections():
    assert not parsed(annotation_conf(BratTypes()), SECTIONS)["entities"]
    assert parsed(visual_conf(BratTypes()), ("labels", "drawing"))["labels"] == {}


def test_a_converted_folder_has_it_and_reads_as_before(tmp_path: Path):
    (tmp_path / "es").mkdir()
    (tmp_path / "es/a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "es/a.ann").write_text("T1\tSYMPTOM 0 6\tFiebre\n", encoding="utf-8")
    convert_corpus(open_corpus(tmp_path / "es"), tmp_path / "out", "brat")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"a.txt", "a.ann", *FILES}
    again = open_corpus(tmp_path / "out", language="es")
    assert (again.names, again.notices) == (("a",), ())
    convert_corpus(again, tmp_path / "out2", "brat")
    convert_corpus(open_corpus(tmp_path / "es"), tmp_path / "out2", "brat", overwrite=True)
