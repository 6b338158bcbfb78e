import numpy as np

from projector.training.aligner.data import TextPair
from projector.training.aligner.units import mention_tokens, plainer, units_of, without_accents


def pair_of(source, target, spans=()):
    return TextPair(source, target, "es", "en", spans=tuple(spans))


def test_a_short_pair_is_one_unit_with_its_spans(student_of, span_pair):
    spans = [span_pair((0, 1), (2, 3))]
    (unit,) = units_of(pair_of("a b", "c d", spans), student_of().encoder)
    assert (unit.source.text, unit.target.text, unit.spans) == ("a b", "c d", tuple(spans))
    assert len(unit) == len(unit.source) + len(unit.target)


def test_a_pair_with_an_empty_side_is_no_unit(student_of):
    assert not list(units_of(pair_of(" ", "c d"), student_of().encoder))
    assert not list(units_of(pair_of(" ", "c d " * 60), student_of().encoder, longest=20))


def test_a_long_pair_is_cut_between_sentences_and_nothing_is_lost_or_doubled(student_of, span_pair):
    encoder = student_of().encoder
    source = "".join(f"{letter} " * 8 + ".\n" for letter in "bcdefghijklm").strip()
    spans = [span_pair((at, at + 3), (at, at + 3)) for at in range(0, len(source) - 3, 9)]
    units = list(units_of(pair_of(source, source, spans), encoder, longest=20))
    assert len(units) > 4
    assert all(len(unit.source) <= 20 for unit in units)
    for side in ("source", "target"):
        whole = "".join(getattr(unit, side).text for unit in units)
        assert whole == source
    kept = [span for unit in units for span in unit.spans]
    assert 0 < len(kept) <= len(spans)
    for unit in units:
        for span in unit.spans:
            taken = [
                text.text[part.start : part.end]
                for text, part in ((unit.source, span.source), (unit.target, span.target))
            ]
            assert taken[0] == taken[1] and len(taken[0]) == 3


def test_a_span_that_a_cut_parts_from_its_counterpart_is_left_out(student_of, span_pair):
    encoder = student_of().encoder
    source = "\n".join(["a b c d e f."] * 8)
    far = [span_pair((0, 3), (len(source) - 4, len(source) - 1))]
    units = list(units_of(pair_of(source, source, far), encoder, longest=14))
    assert len(units) > 1 and not [span for unit in units for span in unit.spans]
    assert np.all([len(unit.source) > 0 for unit in units])


def test_accents_go_character_by_character():
    text = "Ştefan: pálido, ñandú, Łódź — 5 µg, å\u0301, ½"
    plain = without_accents(text)
    assert len(plain) == len(text)
    assert plain.startswith("Stefan: palido, nandu, Łodz — 5 µg, a")
    assert without_accents("ascii 1/2") == "ascii 1/2"


def test_what_the_student_sees_without_accents_the_teacher_reads_as_it_was(student_of):
    encoder = student_of().encoder
    (unit,) = units_of(pair_of("él está pálido", "está"), encoder)
    random = np.random.default_rng(0)
    seen = plainer(unit, encoder, 1.0, random)
    assert (seen.source.text, seen.target.text) == ("el esta palido", "esta")
    assert seen.clean == ("él está pálido", "está")
    assert plainer(unit, encoder, 0.0, random) is unit
    (ascii_unit,) = units_of(pair_of("a b", "c"), encoder)
    assert plainer(ascii_unit, encoder, 1.0, random) is ascii_unit


def test_a_mention_is_all_tokens_of_its_fragments_on_both_sides(student_of, span_pair):
    pieces = [span_pair(left, right) for left in ((0, 1), (4, 5)) for right in ((0, 1), (6, 7))]
    whole = span_pair((2, 3), (2, 5))
    nowhere = span_pair((6, 7), (1, 2))  # a space: no token
    spans = [*pieces, whole, nowhere]
    (unit,) = units_of(pair_of("a b c d", "e f g h", spans), student_of().encoder)
    sides = mention_tokens(unit)
    found = [
        tuple(
            "".join(text.text[start:end] for start, end in text.offsets[row.numpy()])
            for text, row in zip((unit.source, unit.target), rows, strict=True)
        )
        for rows in zip(*sides, strict=True)
    ]
    assert sorted(found) == [("ac", "eh"), ("b", "fg")]
