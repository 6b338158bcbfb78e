import re
from pathlib import Path

import pytest
from other_formats import WEBANNO, write_files

from projector.corpus.open import open_corpus
from projector.corpus.reading import Reading
from projector.document import Document

HEAD = "#FORMAT=WebAnno TSV 3.3\n#T_SP=custom.Span|value\n\n\n"


def read(folder: Path, content: str, **beside: str) -> Reading:
    files = {"c1.tsv": content, **{f"{name}.txt": text for name, text in beside.items()}}
    corpus = open_corpus(write_files(folder / "es", files))
    assert (corpus.format, corpus.language, corpus.names) == ("webanno", "es", ("c1",))
    return corpus.read("c1")


def document(folder: Path, content: str, **beside: str) -> Document:
    reading = read(folder, content, **beside)
    assert reading.document is not None and not reading.problems, reading.problems
    return reading.document


def words(found: Document) -> list[tuple[str, str]]:
    return [(one.label, one.surface(found.text)) for one in found.mentions]


def test_layers_stacks_parts_of_tokens_chains_slots_and_relations_are_read(tmp_path):
    found = document(tmp_path, WEBANNO)
    assert found.text == "Tiene 🤒 asma grave_x .\nY\ntos."
    assert words(found) == [
        ("pr", "Tiene"),
        ("DISEASE", "asma grave_x"),
        ("SYM|PTOM", "asma"),
        ("pr", "asma"),
        ("sure_ly", "grave"),
        ("END", "."),
        ("SYMPTOM", "tos"),
    ]
    ids = {one.label: one.id for one in found.mentions}
    said = {(one.kind, one.label, one.targets, one.value) for one in found.annotations}
    assert ("normalization", "Reference", (ids["SYM|PTOM"],), "MESH:D1") in said
    assert ("attribute", "layer", (ids["DISEASE"],), "NamedEntity") in said
    assert ("relation", "of", (ids["sure_ly"], ids["DISEASE"]), None) in said
    assert ("relation", "ends", (ids["DISEASE"], ids["END"]), None) in said
    assert ("equivalence", "Equiv", ("T1", "T4"), None) in said


def test_a_value_of_another_feature_labels_where_there_is_no_value(tmp_path):
    rows = "#T_SP=custom.Span|certainty\n\n\n#Text=asma .\n1-1\t0-4\tasma\tsure\\_ly\t\n"
    found = document(tmp_path, f"#FORMAT=WebAnno TSV 3.3\n{rows}1-2\t5-6\t.\t*\t\n")
    assert words(found) == [("sure_ly", "asma"), ("Span", ".")]


def test_grammar_is_told_and_not_read(tmp_path):
    told = [notice.told for notice in read(tmp_path, WEBANNO).notices]
    assert "the layer POS is of grammar: it isn't read" in told
    assert "offsets count UTF-16 units, as its tokens show: they are converted" in told


@pytest.mark.parametrize(("start", "end"), [(8, 12), (9, 13)])
def test_offsets_are_what_the_tokens_show(tmp_path, start, end):
    face = 1 if start == 8 else 2
    content = (
        f"{HEAD}#Text=Tiene 🤒 asma\n1-1\t0-5\tTiene\t_\t\n1-2\t6-{6 + face}\t🤒\t_\t\n"
        f"1-3\t{start}-{end}\tasma\tX\t\n"
    )
    found = document(tmp_path, content)
    assert words(found) == [("X", "asma")] and found.mentions[0].start == 8


def test_what_no_convention_explains_is_told_with_both(tmp_path):
    content = f"{HEAD}#Text=🤒 asma\n1-1\t0-2\t🤒\t_\t\n1-2\t5-9\tasma\tX\t\n"
    reading = read(tmp_path, content)
    (problem,) = reading.problems
    assert reading.document is None and problem.line == 7
    assert "expected the token 'asma'. 1 of 2 tokens fit, counting UTF-16 units" in str(problem)
    assert "neither code points nor UTF-16 units explain all" in str(problem)


def test_sentences_stand_where_their_tokens_say(tmp_path):
    content = (
        f"{HEAD}#Text=uno\\tdos\n1-1\t1-4\tuno\tA\t\n1-2\t5-8\tdos\t_\t\n\n"
        "#Text=.\n2-1\t8-9\t.\t_\t\n\n#Text=tres\n3-1\t12-16\ttres\tB\t\n"
    )
    found = document(tmp_path, content)
    assert found.text == " uno\tdos.\n  tres"
    assert words(found) == [("A", "uno"), ("B", "tres")]


def test_a_text_beside_is_taken_where_every_token_stands_in_it(tmp_path):
    content = f"{HEAD}#Text=Tos\n1-1\t0-3\tTos\tA\t\n\n#Text=y\n2-1\t5-6\ty\t_\t\n"
    assert document(tmp_path, content, c1="Tos\r\ny\r\n").text == "Tos\r\ny\r\n"
    reading = read(tmp_path / "b", content, c1="Otra cosa.")
    assert reading.document is not None and reading.document.text == "Tos\n y"
    assert any("c1.txt beside it is another text" in one.told for one in reading.notices)


def test_annotations_of_no_length_are_problems(tmp_path):
    reading = read(tmp_path, f"{HEAD}#Text=asma\n1-1\t0-4\tasma\tA\t\n1-1.1\t4-4\t\tB\t\n")
    (problem,) = reading.problems
    assert "the range 4 4 is empty" in str(problem) and problem.line == 7
    assert reading.document is not None and words(reading.document) == [("A", "asma")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("#FORMAT=WebAnno TSV 2.0\n", "expected #FORMAT=WebAnno TSV 3.x. Export the corpus anew"),
        (f"{HEAD}1-1\t0-4\tasma\tA\n", "c1.tsv:5: '1-1.* before a sentence; expected #Text="),
        (
            f"{HEAD}#Text=asma\n1-1\t0-4\tasma\n",
            "c1.tsv:6: .* is not understood; expected 1-2<tab>",
        ),
        (f"{HEAD}#Text=asma\n1-1\t0-x\tasma\tA\n", "c1.tsv:6: .* is not understood"),
        ("#FORMAT=WebAnno TSV 3.3\n#T_XX=a|b\n\n", "c1.tsv:2: '#T_XX=a|b'; expected #T_SP="),
        (HEAD, "no sentence is in it"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path, content, message):
    problems = read(tmp_path, content).problems
    assert any(re.search(message, str(one)) for one in problems), problems
