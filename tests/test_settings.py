"""Values that can't work together are refused, the rest is taken as it is."""

from dataclasses import FrozenInstanceError, asdict, fields

import pytest

from projector.errors import ConfigurationError
from projector.settings import AlignSettings, DecodeSettings, Settings, published


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"temperature": 0.019}, ["0.019", "at least 0.02"]),
        ({"temperature": 0}, ["at least 0.02"]),
        ({"temperature": -1}, ["-1", "at least 0.02"]),
        ({"full": -1.0}, ["0 <= full <= fade", "-1.0", "24.0"]),
        ({"full": 30.0}, ["0 <= full <= fade", "30.0", "24.0"]),
        ({"fade": 11.0}, ["12.0", "11.0"]),
        ({"iterations": 0}, ["at least 1", "0"]),
    ],
)
def test_values_that_cannot_work_are_refused(options, told):
    with pytest.raises(ConfigurationError) as caught:
        AlignSettings(**options)
    for part in told:
        assert part in str(caught.value)


@pytest.mark.parametrize("precision", [0.0, -0.1, 1.01])
def test_a_precision_that_cannot_be_is_refused(precision):
    with pytest.raises(ConfigurationError, match="min_precision must be above 0"):
        DecodeSettings(min_precision=precision)


def test_a_least_score_and_a_precision_exclude_each_other():
    with pytest.raises(ConfigurationError, match="give one of them"):
        DecodeSettings(min_score=0.1, min_precision=0.9)
    assert DecodeSettings(min_precision=1.0).min_score == 0


@pytest.mark.parametrize(
    "options", [{"temperature": 0.02}, {"full": 24.0}, {"full": 0.0}, {"iterations": 1}]
)
def test_the_last_value_that_works_is_taken(options):
    settings = asdict(AlignSettings(**options))
    assert {name: settings[name] for name in options} == options


def test_settings_cannot_be_changed_behind_a_runs_back():
    with pytest.raises(FrozenInstanceError):
        Settings().align.temperature = 1.0


def test_two_settings_do_not_share_and_compare_by_value():
    assert Settings() == Settings()
    assert hash(Settings()) == hash(Settings())
    assert {field.name for field in fields(Settings)} == {"align", "decode"}


def test_the_published_recipe_is_the_papers():
    recipe = published()
    align, decode = recipe.align, recipe.decode
    assert (align.path, align.center, align.context, align.neighbors) == (
        "diagonal", False, 0.1, (),
    )  # fmt: skip
    assert (align.full, align.fade) == (50, 100)
    assert (decode.method, decode.gap) == ("longest-run", 1)
    assert recipe != Settings()


@pytest.mark.parametrize(
    ("targets", "reach"), [(0, 60), (600, 60), (601, 60.1), (5000, 500), (10**6, 4000)]
)
def test_the_path_is_sought_as_far_as_the_target_is_long_within_bounds(targets, reach):
    assert AlignSettings().search_reach(targets) == pytest.approx(reach)
