"""What tells languages is loaded from the cache, and is what the library would load."""

import pytest

from projector.audit import language_identifier as loading

TEXTS = ("Acude por fiebre de 39 °C.", "Sie kam mit Fieber und Husten.", "", "боль", "TOS SECA")


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("PROJECTOR_CACHE", str(tmp_path / "cache"))
    loading.language_identifier.cache_clear()
    yield tmp_path / "cache"
    loading.language_identifier.cache_clear()


def test_what_is_mapped_tells_what_the_library_does(cache):
    kept, packed = loading.language_identifier(), loading._packed()
    assert len([*cache.iterdir()]) == 1
    assert kept.labels == packed.labels
    for text in TEXTS:
        assert kept.rank(text) == packed.rank(text)


def test_it_is_unpacked_once(cache, monkeypatch):
    loading.language_identifier()
    loading.language_identifier.cache_clear()
    monkeypatch.setattr(loading, "_packed", lambda: pytest.fail("unpacked again"))
    assert loading.language_identifier().rank("fiebre y tos")[0][0]


def test_without_a_cache_the_library_loads_it(cache):
    cache.write_text("no folder")
    assert loading.language_identifier().rank("fiebre y tos")[0][0]


@pytest.mark.parametrize("content", [b"", b"nonsense", b"half"])
@pytest.mark.parametrize("name", ["moves.npy", "features.npy", "classes.json"])
def test_what_is_damaged_in_the_cache_is_not_used(cache, name, content):
    loading.language_identifier()
    loading.language_identifier.cache_clear()
    (path,) = cache.glob(f"*/{name}")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] if content == b"half" else content)
    assert loading.language_identifier().rank("fiebre y tos") == loading._packed().rank(
        "fiebre y tos"
    )
