import json

import pytest
from click.testing import CliRunner
from viewed_encoders import write_viewed_encoder

from jobs.research.code_agreement import Placed, agreement, by_coder, by_tokens, gold_mentions
from jobs.research.coding_benchmark import CodedGold, answers_of, main
from projector.coding.code_list import make_list
from projector.coding.coder import load_coder
from projector.coding.normalize import Abbreviations
from projector.concepts.token_concepts import TokenConcepts
from projector.document import Document, Fragment

LIST = "code\tes\nR50.9\tFiebre\nR05\tTos\nI10\tHipertensión arterial\n"


def annotation(text, start, code, **more):
    return {
        "label": "D",
        "text": text,
        "start": start,
        "end": start + len(text),
        "icd": code,
        **more,
    }


@pytest.fixture
def gold(tmp_path):
    rows = [
        annotation("fiebre", 0, "R50.9"),
        annotation("tos", 9, "R05+R50.9"),
        annotation("HTA", 20, "Z99.1"),
        annotation("otra", 30, "None"),
        annotation("no", 40, "R05", label="P"),
    ]
    path = tmp_path / "gold.jsonl"
    text = "fiebre   tos        HTA       otra      no"
    path.write_text(json.dumps({"id": "a", "text": text, "annotations": rows}) + "\n")
    (tmp_path / "codes.tsv").write_text(LIST)
    return path


def test_coders_are_measured_over_all_and_over_what_the_list_has(gold):
    arguments = [str(gold), "--codes", str(gold.parent / "codes.tsv"), "--column", "icd"]
    result = CliRunner().invoke(main, [*arguments, "--only", "D", "-m", "lexical"])
    assert result.exit_code == 0, result.output
    head, _, every, covered, answers = result.stdout.splitlines()
    assert (
        answers.split("\t")[1].startswith("answers from 0.") and "precision 0.667" in answers
    )  # HTA is Z99.1 to gold
    assert head == "3 mentions with a code, 2 with one of 3 codes"
    assert every.split("\t")[:2] == ["lexical", "all 3"]
    # two right firsts; four codes are wanted, three of the list
    assert float(every.split("\t")[2]) == pytest.approx(
        2 * (2 / 3) * (2 / 4) / (2 / 3 + 2 / 4), abs=1e-3
    )
    assert float(covered.split("\t")[2]) == pytest.approx(2 * 1 * (2 / 3) / (1 + 2 / 3), abs=1e-3)


def test_documents_of_other_gold_are_left_out(gold):
    other = gold.parent / "other.jsonl"
    row = json.loads(gold.read_text())
    other.write_text(json.dumps({**row, "id": "b", "annotations": []}) + "\n")
    arguments = [str(gold), "--codes", str(gold.parent / "codes.tsv"), "--column", "icd"]
    result = CliRunner().invoke(main, [*arguments, "--without", str(other)])
    assert result.exit_code == 1 and "no mention has a code" in result.output


def test_a_mention_and_its_projection_agree_where_both_get_one_code():
    codes = make_list(
        "x", [("R50.9", "es", "Fiebre"), ("R50.9", "en", "Fever"), ("R05", "en", "Dry cough")]
    )
    coder = load_coder("lexical", codes, Abbreviations({}))
    source = [Placed("fiebre", "es"), Placed("fiebre", "es"), Placed("qwxz", "es")]
    target = [Placed("fever", "en"), Placed("dry cough fever", "en"), Placed("fever", "en")]
    rank = by_coder(coder)
    assert agreement(rank, source, target) == (0.5, 1.0, 2)
    assert agreement(rank, source[2:], target[2:]) == (0.0, 0.0, 0)


def test_tokens_agree_where_a_mention_stands_in_the_same_text(checkpoints, tmp_path):
    folder = write_viewed_encoder(checkpoints / "bert", tmp_path / "encoder")
    rank = by_tokens(TokenConcepts.load(folder, device="cpu"))
    document = Document("a", "es", "el dolor cede, no tose")
    pain = Placed.of(document, (Fragment(3, 8),))
    assert pain.text == "dolor"
    first, unplaced, again = rank([pain, Placed("dolor", "es"), pain])
    assert first[0] >= 0 and (first == again).all() and (unplaced == -1).all()
    assert agreement(rank, [pain, Placed("dolor", "es")], [pain, pain]) == (1.0, 1.0, 1)


def test_gold_counterparts_and_projections_are_told_apart(tmp_path):
    rows = [
        ("Fiebre y tos.", "Fever and cough.", [[0, 6, "D", "a"], [9, 12, "S", "b"]]),
        ("Tos.", "Cough.", [[0, 3, "D", "c"]]),
    ]
    gold = tmp_path / "gold.jsonl"
    with gold.open("w") as file:
        for number, (source, target, spans) in enumerate(rows):
            end = target.index(" ") if " " in target else len(target) - 1
            said = {"id": str(number), "src_lang": "es", "tgt_lang": "en", "src_text": source}
            said |= {"tgt_text": target, "src_spans": spans}
            file.write(json.dumps({**said, "tgt_spans": [[0, end, "D", spans[0][3]]]}) + "\n")

    def project(pair):
        return {one.id: ((Fragment(0, 5),), 1.0) for one in pair.source.mentions}

    found = gold_mentions(gold, project, ("D",), None)
    assert [[one.text for one in side] for side in found["en", "gold"]] == [
        ["Fiebre", "Tos"],
        ["Fever", "Cough"],
    ]
    assert [one.text for one in found["en", "projected"][1]] == ["Fever", "Cough"]
    assert [*gold_mentions(gold, lambda pair: {}, (), 1)] == [("en", "gold")]


def test_answers_are_counted_from_the_floor_on(gold):
    place, other, none = (("", "a", ((n, n + 1),)) for n in range(3))
    codes = make_list("x", [("R50.9", "es", "Fiebre"), ("R05", "es", "Tos")])
    coder = load_coder("lexical", codes, Abbreviations({}))
    read = CodedGold([], [], {place: {"R50.9"}, other: {"R50.9"}, none: {"R05"}}, [])
    proposed = {place: [("R50.9", 0.95), ("R05", 0.1)], other: [("R05", 0.1)], none: []}
    answers = answers_of(coder, proposed, read, "es")
    assert (answers.answered, answers.right) == (1, 1) and answers.area == 1
    assert answers.told(3).split("\t")[1:3] == ["coverage 0.333", "precision 1.000"]
    drugs = load_coder("lexical", make_list("d", [("N02BE01", "", "x")]), Abbreviations({}))
    assert answers_of(drugs, proposed, read, "es") is None
