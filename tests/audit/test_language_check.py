"""Texts and sentences in another language than theirs are told."""

from projector.audit.findings import Kind
from projector.audit.language_check import language_findings, sentence_language_findings
from projector.document import Document, Fragment

ES = (
    "Paciente de 45 años que acude a urgencias por dolor abdominal de tres días de evolución. "
    "Se realizó una ecografía que mostró una colecistitis aguda."
)
OTHER_ES = (
    "La paciente ingresó en el hospital con fiebre y malestar general desde hacía una semana, y "
    "se inició tratamiento antibiótico."
)
EN = (
    "A 45-year-old patient came to the emergency department with abdominal pain for three days. "
    "An ultrasound scan was performed, which showed acute cholecystitis."
)
DE = (
    "Ein 45-jähriger Patient kam wegen Bauchschmerzen seit drei Tagen in die Notaufnahme. Es wurde "
    "eine Ultraschalluntersuchung durchgeführt, die eine akute Cholezystitis zeigte."
)


def kinds(target, language):
    documents = Document("a", "es", ES), Document("a", language, target)
    return [finding.kind for finding in language_findings(*documents)]


def test_a_translation_in_its_language_is_fine():
    assert kinds(EN, "en") == []
    assert kinds(EN, "und") == []


def test_a_copy_and_another_text_in_the_source_language_are_untranslated():
    assert kinds(ES, "en") == [Kind.UNTRANSLATED]
    assert kinds(OTHER_ES, "en") == [Kind.UNTRANSLATED]


def test_a_third_language_is_wrong():
    assert kinds(DE, "nl") == [Kind.WRONG_LANGUAGE]
    assert kinds(EN, "cz") == [Kind.WRONG_LANGUAGE]


def test_a_sentence_left_in_the_source_language_is_told():
    left = ES.partition(". ")[0] + "."
    text = f"{EN} {left}"
    sentences = [Fragment(0, len(EN)), Fragment(len(EN) + 1, len(text))]
    documents = Document("a", "es", ES), Document("a", "en", text)
    (finding,) = sentence_language_findings(*documents, sentences)
    assert finding.kind is Kind.SOURCE_LANGUAGE
    assert (finding.source, finding.target) == (Fragment(0, len(left)), sentences[1])


def sentence_kinds(sentence, language, before):
    text = f"{before} {sentence}"
    places = [Fragment(0, len(before)), Fragment(len(before) + 1, len(text))]
    documents = Document("a", "es", ES), Document("a", language, text)
    return [one.kind for one in sentence_language_findings(*documents, places)]


def test_a_sentence_in_a_third_language_is_told():
    assert sentence_kinds(DE.partition(". ")[0] + ".", "en", EN) == [Kind.MIXED_LANGUAGE]
    assert sentence_kinds(EN.partition(". ")[0] + ".", "en", EN) == []
    assert sentence_kinds("Amoxicillin, ibuprofen, omeprazole, heparin.", "en", EN) == []


def test_a_short_copy_may_be_a_word_of_both_languages():
    documents = Document("a", "es", "Leptospirosis."), Document("a", "en", "Leptospirosis.")
    assert list(language_findings(*documents)) == []
