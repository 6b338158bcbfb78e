from pathlib import Path

import pytest

TEXTS = {
    "es": "Mujer con dolor torácico y disnea. Se hizo un ecocardiograma.",
    "it": "Donna con dolore toracico e dispnea. Si fece un ecocardiogramma.",
    "ro": "Femeie cu durere toracică și dispnee. S-a făcut o ecocardiogramă.",
}
MENTIONS = {
    "es": ("dolor torácico", "disnea", "ecocardiograma"),
    "it": ("dolore toracico", "dispnea", "ecocardiogramma"),
    "ro": ("durere toracică", "dispnee", "ecocardiogramă"),
}
LABELS = ("SYMPTOM", "SYMPTOM", "PROCEDURE")


def write_brat_by_hand(folder: Path, name: str, text: str, *mentions: tuple[str, str]) -> None:
    """Write a BRAT pair without the library; each mention stands where its words do first."""
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.txt").write_bytes(text.encode())
    lines = [
        f"T{number}\t{label} {text.index(words)} {text.index(words) + len(words)}\t{words}\n"
        for number, (label, words) in enumerate(mentions, start=1)
    ]
    (folder / f"{name}.ann").write_bytes("".join(lines).encode())


@pytest.fixture
def annotate():
    return write_brat_by_hand


@pytest.fixture
def corpora(tmp_path, monkeypatch):
    """Two Spanish documents with Italian and Romanian translations, in the working folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PROJECTOR_TRACEBACK", raising=False)
    for language, text in TEXTS.items():
        labelled = list(zip(LABELS, MENTIONS[language], strict=True))
        write_brat_by_hand(tmp_path / language, "a", text, *labelled)
        write_brat_by_hand(tmp_path / language, "b", f"{text} {text}", *labelled[:2])
    return tmp_path
