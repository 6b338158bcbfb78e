"""Hold that nothing is written of a target in a language that nobody named."""

from pathlib import Path

import pytest

from projector.errors import ConfigurationError
from projector.run.configure import configure
from projector.run.plan import plan_run

ENGLISH = "The patient was admitted with high fever and a dry cough for three days."


@pytest.fixture(autouse=True)
def corpora(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    for folder, text in (("es", "El paciente tose."), ("translations", ENGLISH), ("empty", " \n")):
        Path(folder).mkdir()
        Path(folder, "a.txt").write_text(text, encoding="utf-8")


def planned(*targets: str, **options):
    return plan_run(configure("es", targets, model="tiny", **options))


def test_a_language_that_nobody_named_is_asked_for_and_guessed():
    told = (
        r"^translations: nothing says which language .* by its words it is in en\. "
        r"Say it by --target-language en \(target_languages\)"
    )
    with pytest.raises(ConfigurationError, match=told):
        planned("translations")


@pytest.mark.parametrize("text", [" \n", "Altro."])
def test_a_target_whose_words_do_not_tell_is_asked_for_all_the_same(text):
    Path("empty", "a.txt").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match="--target-language CODE"):
        planned("empty")


@pytest.mark.parametrize("code", ["en", "und"])
def test_what_the_user_says_is_taken(code):
    assert planned("translations", target_languages=[code]).targets[0].language == code
