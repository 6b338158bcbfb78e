"""Hold the sentence around a mention."""

from projector.coding.context import contexts
from projector.coding.mentions import CodedDocument, CodedMention
from projector.document import Document

LONG = f"Empieza {'algo ' * 60}con tos seca {'y más ' * 60}al fin."
TEXT = f"Dolor leve. Tiene fiebre alta.\n{LONG}"


def around(*fragments, text=TEXT):
    mention = CodedMention("es", "d", "T1", "X", fragments, "…")
    document = None if text is None else Document("d", "es", text)
    (found,) = contexts(CodedDocument("es", "d", (mention,), document))
    return found


def test_a_mention_has_its_sentence():
    at = TEXT.index("fiebre")
    assert around((at, at + 6)) == "Tiene fiebre alta."
    assert around((0, 5), (at, at + 6)) == "Dolor leve."
    assert around((0, at + 6)) == "Dolor leve. Tiene fiebre alta."
    assert around((0, 5), text=None) == ""


def test_of_a_long_sentence_the_words_next_to_it_are_kept():
    at = TEXT.index("tos")
    found = around((at, at + 3))
    assert "con tos seca" in found and found in LONG and 100 < len(found) <= 203
    assert set(found.split()) <= set(LONG.split())


def test_any_place_in_a_text_has_a_context():
    for text in ("  ", "a", " a. B ", TEXT):
        for start in range(len(text)):
            for end in (start + 1, len(text)):
                assert around((start, end), text=text) in text
