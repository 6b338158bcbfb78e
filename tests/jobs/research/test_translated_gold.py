import json

import pytest

from jobs.research.translated_gold import (
    TranslatedMention,
    counterparts,
    machine_translated,
    wording,
    wording_codes,
)
from projector.coding.mentions import CodedDocument, CodedMention
from projector.document import Document


def test_a_wording_has_the_code_that_gold_gives_it_nine_times_in_ten():
    first = [("a", "Tos", ["R05"])] * 9 + [("a", "tos", ["R06"]), ("a", "fiebre", ["R50.9"])]
    first += [("b", "dolor", ["R52"]), ("b", "dolor", ["R10"])]
    second = [("c", "fiebre", ["A01"]), ("c", "HTA", ["I10"]), ("c", "dolor", ["R52"])]
    assert wording_codes([first, second]) == {
        "tos": "R05", "fiebre": "R50.9", wording("hipertensión arterial"): "I10",
    }  # fmt: skip


def test_counterparts_have_the_codes_of_their_sources_wordings(tmp_path):
    row = {
        "id": "d", "src_lang": "es", "tgt_lang": "en", "src_text": "Fiebre y tos, no TAC",
        "tgt_text": "Fever and cough, no CT",
        "src_spans": [[0, 6, "SYMPTOM", "a"], [9, 12, "DISEASE", "b"], [17, 20, "PROCEDURE", "c"]],
        "tgt_spans": [[0, 5, "SYMPTOM", "a"], [10, 15, "DISEASE", "b"], [20, 22, "PROCEDURE", "c"]],
    }  # fmt: skip
    path = tmp_path / "pairs.jsonl"
    path.write_text(json.dumps(row) + "\n")
    assert [*counterparts(path, {"fiebre": "R50.9"})] == [
        TranslatedMention("d", "en", "Fiebre", "Fever", ("R50.9",)),
        TranslatedMention("d", "en", "tos", "cough", ()),
    ]


def coded(id_, text, source, label="D"):
    start = source.index(text)
    return CodedMention("es", "d", id_, label, ((start, start + len(text)),), text, ("R05",))


@pytest.mark.parametrize(("score", "taken"), [(0.95, 2), (0.5, 0)])
def test_mentions_are_carried_to_where_the_projector_is_sure(tmp_path, score, taken):
    text = "Tiene tos. Nada se tradujo de esta fiebre. Tiene asma."
    mentions = tuple(
        coded(str(number), words, text, label)
        for number, (words, label) in enumerate(
            [("tos", "D"), ("fiebre", "D"), ("asma", "D"), ("Tiene", "PROCEDIMIENTO")]
        )
    )
    document = CodedDocument("es", "d", mentions, Document("d", "es", text))
    table = tmp_path / "t.tsv"
    rows = [("Tiene tos.", "Has a cough."), ("Tiene asma.", "Has asthma.")]
    table.write_text("".join(f"es\ten\t{a}\t{b}\tX\tes-d\n" for a, b in rows))
    asked = []

    def project(pair):
        asked.append(pair)
        return {one.id: (one.fragments, score) for one in pair.source.mentions}

    found = [*machine_translated(table, [document], project)]
    (pair,) = asked
    assert [one.surface(pair.source.text) for one in pair.source.mentions] == ["tos", "asma"]
    assert pair.target.text == "Has a cough.\nHas asthma." and pair.target.language == "en"
    assert [(one.source, one.language, one.codes) for one in found] == [
        ("tos", "en", ("R05",)), ("asma", "en", ("R05",)),
    ][:taken]  # fmt: skip
