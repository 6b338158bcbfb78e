"""Hold where it stands whether a mention is negated: in attributes, or else in the words around."""

from projector.coding.assertions import document_assertions
from projector.coding.mentions import CodedDocument, CodedMention
from projector.document import Annotation, Document
from projector.text.negation import Assertion

TEXT = "No refiere fiebre ni tos."
MENTIONS = tuple(
    CodedMention("es", "a", id_, "SYMPTOM", ((start, end),), TEXT[start:end])
    for id_, start, end in (("T1", 11, 17), ("T2", 21, 24))
)


def said(*attributes):
    annotations = tuple(
        Annotation(f"A{number}", "attribute", name, (("", target),), value)
        for number, (name, target, value) in enumerate(attributes)
    )
    document = Document("a", "es", TEXT, annotations=annotations)
    return document_assertions(CodedDocument("es", "a", MENTIONS, document))


def test_the_words_around_say_it_where_no_attribute_does():
    assert said() == {"T1": Assertion.NEGATED, "T2": Assertion.NEGATED}
    assert said(("Severity", "T1", "mild")) == {"T1": Assertion.NEGATED, "T2": Assertion.NEGATED}


def test_attributes_say_it_before_the_words():
    assert said(("Negation", "T1", None)) == {"T1": Assertion.NEGATED, "T2": Assertion.PRESENT}
    assert said(("Negated", "T1", "false")) == {"T1": Assertion.PRESENT, "T2": Assertion.PRESENT}
    assert said(("Assertion", "T2", "associated_with_someone_else"))["T2"] is Assertion.FAMILY
    assert said(("Certainty", "T2", "Possible"), ("Polarity", "T2", "NEG"))["T2"] is (
        Assertion.NEGATED
    )


def test_of_a_bare_table_nothing_is_known():
    assert document_assertions(CodedDocument("es", "a", MENTIONS)) == {}
