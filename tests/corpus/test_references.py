import pytest

from projector.corpus.references import split_reference


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("SNOMEDCT:29857009\tChest pain", ("SNOMEDCT", "29857009", "Chest pain")),
        ("HPO:HP:0100749\tPain: chest", ("HPO", "HP:0100749", "Pain: chest")),
        ("SNOMED:61977001|R:1", ("SNOMED", "61977001|R:1", "")),
        ("LOCAL:MY ID 12\tx", ("LOCAL", "MY ID 12", "x")),
        ("ICD-10 R59.0\tno colon", ("ICD-10", "R59.0", "no colon")),
        ("ICD10", ("ICD10", "", "")),
        (None, ("", "", "")),
    ],
)
def test_a_value_has_a_resource_a_code_and_words(value, parts):
    assert split_reference(value) == parts
