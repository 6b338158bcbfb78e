"""Where the verb negates as well, what is left of a negation beside an affirmed verb is none."""

import pytest

from projector.audit.cues import find_cues
from projector.document import Document


def sure(text, language):
    cues = find_cues(Document("a", language, text))
    return [text[cue.place.start : cue.place.end].lower() for cue in cues if cue.is_sure]


@pytest.mark.parametrize(
    ("language", "text", "told"),
    [
        ("cs", "Nebyly zjištěny žádné změny.", ["nebyly"]),
        ("cs", "Žádné změny nebyly zjištěny.", ["nebyly"]),
        ("cs", "Byly zjištěny žádné změny.", []),
        ("cs", "Alergie žádné.", ["žádné"]),
        ("ro", "Nu se observă nicio alterare.", ["nu"]),
        ("ro", "Se observă nicio alterare.", []),
        ("ro", "Fără niciun traumatism.", ["fără"]),
        ("ro", "Cu niciun traumatism.", []),
        ("ro", "Nicio alergie.", ["nicio"]),
        ("it", "Nessuna lesione.", ["nessuna"]),
    ],
)
def test_a_word_of_concord_negates_alone_only_where_no_verb_is_affirmed(language, text, told):
    assert sure(text, language) == told


@pytest.mark.parametrize("text", ["běžecký pás", "běžné hodnoty", "zadněkomorová čočka"])
def test_what_begins_like_a_czech_negation_is_none(text):
    assert find_cues(Document("a", "cs", text)) == []
