import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.corpus.pairing import Pairing, pair_names
from projector.errors import ConfigurationError

TASK = "MultiClinNER-{}-train-disease-{}"


def test_equal_names_pair_and_the_rest_is_listed():
    assert pair_names(["a", "b", "c"], ["c", "d", "b"]) == Pairing(
        (("b", "b"), ("c", "c")), ("a",), ("d",)
    )


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (TASK.format("es", 12), TASK.format("nl", 12)),
        (TASK.format("es", 12), TASK.format("cz", 12)),
        ("caso_cs", "caso_cz"),
        ("es-S0004-06142005000500011-1", "en-S0004-06142005000500011-1"),
        ("caso.ES.1", "caso.EN.1"),
        ("caso-de-1-es", "caso-de-1-en"),
        ("doc_es-1", "doc_de-1"),
    ],
)
def test_names_pair_where_only_the_language_differs(source: str, target: str):
    assert pair_names([source, "x"], ["y", target]) == Pairing(((source, target),), ("x",), ("y",))


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (TASK.format("es", 12), TASK.format("nl", 1)),
        (TASK.format("es", 12), TASK.format("nl", 12).replace("disease", "symptom")),
        ("espino-1", "enpino-1"),
        ("casoes1", "casoen1"),
        ("caso-Es", "caso-En"),
        ("caso-es", "caso"),
    ],
)
def test_other_differences_do_not_pair(source: str, target: str):
    assert pair_names([source], [target]) == Pairing((), (source,), (target,))


def test_equal_names_come_before_other_languages():
    names = ["doc-es", "doc-en"]
    assert pair_names(names, names).pairs == (("doc-es", "doc-es"), ("doc-en", "doc-en"))
    assert pair_names(["doc-es"], ["doc-en", "doc-es"]).unpaired_target == ("doc-en",)


@pytest.mark.parametrize(
    ("sources", "targets"),
    [
        (["doc-es", "doc-it"], ["doc-en"]),
        (["doc-es"], ["doc-en", "doc-nl"]),
        (["doc"], ["doc", "doc"]),
    ],
)
def test_more_than_one_way_is_refused(sources, targets):
    with pytest.raises(
        ConfigurationError, match=r"pair in more than one way: doc.* Give --pattern"
    ):
        pair_names(sources, targets)


def test_what_would_be_ambiguous_but_has_no_partner_is_unpaired():
    names = ["doc-es", "doc-it"]
    assert pair_names(names, ["x"]) == Pairing((), ("doc-es", "doc-it"), ("x",))


def test_a_pattern_replaces_both_rules():
    sources, targets = ["s-es-1", "s-es-2", "odd"], ["trad.2.en", "trad.1.en", "odd"]
    pairing = pair_names(sources, targets, pattern=r"(\d+)")
    assert pairing.pairs == (("s-es-1", "trad.1.en"), ("s-es-2", "trad.2.en"))
    assert pairing.unpaired_source == pairing.unpaired_target == ("odd",)


def test_all_groups_of_a_pattern_count():
    sources, targets = ["es-a-1", "es-b-1"], ["en-b-1", "en-a-1"]
    pairs = pair_names(sources, targets, pattern=r"-(?P<kind>\w)-(\d)$").pairs
    assert pairs == (("es-a-1", "en-a-1"), ("es-b-1", "en-b-1"))
    with pytest.raises(ConfigurationError, match="es-a-1 and es-b-1 with en-b-1 and en-a-1"):
        pair_names(sources, targets, pattern=r"(\d)$")


@pytest.mark.parametrize("pattern", ["(", r"\d+", "*"])
def test_a_wrong_pattern_is_refused(pattern: str):
    with pytest.raises(ConfigurationError, match=r"^the pattern .* \(--pattern\) "):
        pair_names(["a"], ["a"], pattern=pattern)


@given(st.lists(st.integers(0, 50), unique=True), st.lists(st.integers(0, 50), unique=True))
def test_each_name_is_paired_once_or_listed(sources, targets):
    pairing = pair_names([f"d-es-{n}" for n in sources], [f"d-nl-{n}" for n in targets])
    paired_sources = [source for source, _ in pairing.pairs]
    paired_targets = [target for _, target in pairing.pairs]
    assert sorted(paired_sources + list(pairing.unpaired_source)) == sorted(
        f"d-es-{n}" for n in sources
    )
    assert sorted(paired_targets + list(pairing.unpaired_target)) == sorted(
        f"d-nl-{n}" for n in targets
    )
    assert len(pairing.pairs) == len(set(sources) & set(targets))
