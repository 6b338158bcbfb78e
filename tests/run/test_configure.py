"""Hold how what a user says becomes a configuration, by options and by a file."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.errors import ConfigurationError, CorpusError
from projector.run.configure import configure
from projector.settings import DecodeSettings, Settings, published
from projector.tagging.tagger_folder import INSTALLED, TAGGER_FILE
from schemas.run import CorpusConfiguration, RunConfiguration


@pytest.fixture
def toml(tmp_path):
    """Write a configuration's file and return where it is."""

    def write(content: str) -> Path:
        path = tmp_path / "run.toml"
        path.write_text(content, encoding="utf-8")
        return path

    return write


def corpora(*paths: str) -> tuple[CorpusConfiguration, ...]:
    return tuple(CorpusConfiguration(path=path) for path in paths)


def test_what_is_not_said_has_the_configurations_own_default():
    said = configure("es", ["en", Path("it")], tagger=None)
    assert said == RunConfiguration(source="es", targets=corpora("en", "it"))
    assert configure(tagger="none") == RunConfiguration()


options = st.fixed_dictionaries(
    {},
    optional={
        "model": st.sampled_from(["tiny", "aligner"]),
        "layer": st.none() | st.integers(0, 30),
        "granularity": st.sampled_from([None, "sentence", "window"]),
        "window": st.none() | st.integers(1, 999),
        "precision": st.sampled_from(["auto", "fp32", "bf16", "fp16"]),
        "pattern": st.none() | st.just("(.*)-es"),
        "on_error": st.sampled_from(["stop", "skip"]),
        "max_characters": st.none() | st.integers(1, 10**6),
        "source_language": st.none() | st.sampled_from(["es", "spa"]),
        "texts": st.none() | st.sampled_from(["texts", Path("texts")]),
        "labels": st.none() | st.just({"A": "B"}),
    },
)


@given(options)
def test_every_option_is_where_the_configuration_states_it(said):
    made = configure("es", ["en"], tagger=None, **said)
    of_model = made.model.model_dump()
    for name in ("layer", "granularity", "window", "precision"):
        if name in said:
            assert of_model[name] == said[name]
    if "model" in said:
        assert made.model.name == said["model"]
    for name in ("pattern", "on_error", "max_characters", "labels"):
        if name in said:
            assert getattr(made, name) == said[name]
    texts = said.get("texts")
    assert made.source == CorpusConfiguration(
        path="es", language=said.get("source_language"), texts=None if texts is None else "texts"
    )
    assert RunConfiguration.model_validate_json(made.model_dump_json()) == made


@pytest.mark.parametrize("name", ["modle", "target_language", "max_chars", "xyz"])
def test_an_option_that_is_none_is_told_with_the_nearest(name):
    with pytest.raises(TypeError, match=f"there is no option '{name}'; there is "):
        configure("es", ["en"], **{name: "x"})


# --- targets ---


def test_targets_have_their_languages_in_their_order():
    said = configure("es", ["a", "b"], target_languages=["en", "it"])
    assert [(one.path, one.language) for one in said.targets] == [("a", "en"), ("b", "it")]


def test_one_tree_of_several_languages_is_several_targets():
    said = configure("es", ["tree"], target_languages=["en", "it", "ro"])
    assert [(one.path, one.language) for one in said.targets] == [
        ("tree", "en"), ("tree", "it"), ("tree", "ro"),
    ]  # fmt: skip
    assert [one.language for one in configure("es", ["tree"], target_languages=["en"]).targets] == [
        "en"
    ]


@pytest.mark.parametrize(
    ("targets", "languages", "told"),
    [
        (["a", "b"], ["en"], "2 targets and 1 target language don't go together"),
        (["a", "b"], ["en", "it", "ro"], "2 targets and 3 target languages don't"),
        ([], ["en"], "0 targets and 1 target language don't"),
    ],
)
def test_languages_that_do_not_go_with_the_targets_are_told(targets, languages, told):
    with pytest.raises(ConfigurationError, match=rf"{told}.*--target-language"):
        configure("es", targets, target_languages=languages)


# --- settings ---


def test_settings_are_taken_whole_or_laid_over_the_files(toml):
    assert configure("es", ["en"], settings=published()).settings == published()
    said = configure("es", ["en"], settings={"decode": {"min_score": 0.5}})
    assert said.settings == Settings(decode=DecodeSettings(min_score=0.5))
    file = toml("[settings.decode]\nmin_score = 0.1\ngap = 2\n[settings.align]\nsearch = 70\n")
    over = configure("es", ["en"], file=file, settings={"decode": {"min_score": 0.5}}).settings
    assert (over.decode.min_score, over.decode.gap, over.align.search) == (0.5, 2, 70)
    assert configure("es", ["en"], file=file, settings=published()).settings == published()
    assert configure("es", ["en"], file=file, settings=None).settings.decode.gap == 2


# --- the tagger ---


@pytest.mark.parametrize(
    "changes",
    [
        {"model": "tiny"},
        {"layer": 7},
        {"granularity": "window"},
        {"window": 100},
        {"settings": published()},
    ],
)
def test_the_installed_tagger_is_taken_where_it_costs_next_to_nothing(changes):
    assert configure("es", ["en"]).tagger_model == INSTALLED
    assert configure("es", ["en"], tagger="auto", precision="fp32").tagger_model == INSTALLED
    assert configure("es", ["en"], **changes).tagger_model is None
    assert configure("es", []).tagger_model is None  # there is nothing to tag


def test_a_tagger_is_told_from_a_corpus_of_predictions(tmp_path):
    trained = tmp_path / "run" / "model"
    trained.mkdir(parents=True)
    (trained / TAGGER_FILE).write_text("{}", encoding="utf-8")
    for folder in (trained, tmp_path / "run"):
        said = configure("es", ["en"], tagger=folder)
        assert (said.tagger_model, said.tagger) == (str(folder), None)
    (tmp_path / "predicted").mkdir()
    said = configure("es", ["en"], tagger=tmp_path / "predicted")
    assert (said.tagger_model, said.tagger.path) == (None, str(tmp_path / "predicted"))
    assert configure("es", ["en"], tagger="clinical").tagger_model == "clinical"


def test_a_tagger_that_is_nowhere_is_told_with_what_there_is():
    with pytest.raises(CorpusError, match=r"nothing is there; .* clinical,.*--tagger"):
        configure("es", ["en"], tagger="nowhere")


@pytest.mark.parametrize("none", [None, "none"])
def test_a_files_tagger_is_taken_unless_another_is_named(toml, none):
    predictions = toml('[tagger]\npath = "predicted"\n')
    where = str(predictions.parent / "predicted")
    assert configure("es", ["en"], file=predictions).tagger.path == where
    said = configure("es", ["en"], file=predictions, tagger="clinical")
    assert (said.tagger, said.tagger_model) == (None, "clinical")
    said = configure("es", ["en"], file=predictions, tagger=none)
    assert (said.tagger, said.tagger_model) == (None, None)
    nothing = toml("on_error = 'skip'\n")
    assert configure("es", ["en"], file=nothing).tagger_model is None  # as the file has it
    assert configure("es", ["en"], file=nothing, tagger="auto").tagger_model == INSTALLED


# --- a file ---

FILE = """
source = { path = "es", texts = "texts", language = "spa" }
targets = ["en", { path = "/abs/it", language = "it" }]
max_characters = 900
labels = { A = "B" }
[model]
name = "tiny"
"""


def test_a_files_paths_are_relative_to_it_and_absolute_ones_stay(toml):
    file = toml(FILE)
    said, folder = configure(file=file), file.parent
    assert (said.source.path, said.source.texts) == (str(folder / "es"), str(folder / "texts"))
    assert [one.path for one in said.targets] == [str(folder / "en"), "/abs/it"]
    assert (said.model.name, said.max_characters, said.labels) == ("tiny", 900, {"A": "B"})


def test_names_in_a_file_are_paths_where_something_is_there(toml):
    file = toml('[model]\nname = "mine"\n')
    assert configure(file=file).model.name == "mine"
    (file.parent / "mine").mkdir()
    assert configure(file=file).model.name == str(file.parent / "mine")
    file = toml('tagger_model = "clinical"\n')
    assert configure(file=file).tagger_model == "clinical"
    (file.parent / "clinical").mkdir()
    assert configure(file=file).tagger_model == str(file.parent / "clinical")


def test_an_option_goes_before_the_file_and_the_rest_stays(toml):
    file = toml(FILE)
    said = configure(file=file, source_language="es", max_characters=5, labels={}, layer=1)
    assert (said.source.language, said.source.texts) == ("es", str(file.parent / "texts"))
    assert (said.max_characters, said.labels) == (5, {})
    assert (said.model.name, said.model.layer) == ("tiny", 1)
    said = configure("other", ["ro"], file=file)
    assert said.source == CorpusConfiguration(path="other") and said.targets == corpora("ro")
    said = configure(file=file, target_languages=["eng", "ita"])
    assert [one.language for one in said.targets] == ["eng", "ita"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("sorce = 'es'", "there is no such key; did you mean source"),
        ("source = 5", "source: 5; expected"),
        ("source = ['es']", 'source: ["es"]; expected'),
        ("targets = 'en'", 'targets: "en"; expected'),
        ("targets = 5", "targets: 5; expected"),
        ("targets = [5]", "targets.0: 5; expected"),
        ("settings = 5", "settings: 5; expected"),
        ("[[targets]]\nlanguage = 'en'", "targets.0.path: it is missing"),
        ("model = 'tiny'", "model"),
        ("max_characters = 0", "max_characters: 0; expected at least 1"),
        ("tagger = 'a'\ntagger_model = 'b'", "can't both be given"),
        ("=", "is no TOML"),
    ],
)
def test_what_is_wrong_in_a_file_is_told_with_its_name(toml, content, told):
    with pytest.raises(ConfigurationError) as raised:
        configure(file=toml(content))
    assert "run.toml" in str(raised.value) and told in str(raised.value)


def test_what_is_wrong_in_a_file_is_told_even_where_options_go_before_it(toml):
    options = {"model": "tiny", "settings": {"decode": {"gap": 1}}, "target_languages": ["en"]}
    for content in ("settings = 5", "model = 'x'", "targets = 5", "source = 5"):
        with pytest.raises(ConfigurationError, match=content.split()[0]):
            configure("es", ["en"], file=toml(content), **options)


def test_what_is_wrong_in_an_option_is_told():
    with pytest.raises(ConfigurationError, match="window: 0; expected at least 1"):
        configure("es", ["en"], window=0)
    with pytest.raises(ConfigurationError, match="on_error"):
        configure("es", ["en"], on_error="never")
