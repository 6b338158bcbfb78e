"""Hold that a sealed record says of itself when it was cut or changed."""

from pathlib import Path

import pytest

from projector.errors import CorpusError
from schemas.manifest import InputFiles, RunLog
from schemas.seal import check_seal, sealed_json

LOG = RunLog(
    started="2026-01-01T00:00:00+00:00",
    seconds=1.5,
    stages={"plan": 0.5},
    host="here",
    platform="any",
    processors=1,
    command=("projector", "ñ"),
)


def refused(content: bytes) -> str:
    with pytest.raises(CorpusError) as raised:
        check_seal(content, Path("log.json"), hint="Run it again")
    return str(raised.value)


def test_a_sealed_record_reads_as_it_was_and_holds():
    content = sealed_json(LOG)
    check_seal(content.encode(), Path("log.json"), hint="")
    again = RunLog.model_validate_json(content)
    assert again.model_copy(update={"sha256": None}) == LOG
    assert sealed_json(LOG) == content


def test_every_bit_and_every_length_is_noticed():
    content = sealed_json(LOG).encode()
    for place, byte in enumerate(content):
        for bit in range(8):
            flipped = content[:place] + bytes([byte ^ 1 << bit]) + content[place + 1 :]
            assert "log.json: it was" in refused(flipped)
    for length in range(len(content)):
        assert "cut or changed" in refused(content[:length])
    assert "Run it again" in refused(content + b"\n")
    assert "as it says itself" in refused(content.replace(b"1.5", b"1.6"))


def test_a_record_without_a_seal_cannot_be_sealed():
    record = InputFiles(role="source", path="es", language="es", files=1, sha256="0")
    with pytest.raises(ValueError, match="open seal"):
        sealed_json(record)
