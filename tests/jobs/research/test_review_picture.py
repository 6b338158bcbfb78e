"""A picture of a review shows what was pressed for."""

import pytest
from chromium import why_no_chromium
from click.testing import CliRunner
from reviewed_runs import write_reviewed_run

from jobs.research import review_picture
from jobs.research.review_picture import main
from projector.errors import ConfigurationError
from projector.review.write import write_review


@pytest.mark.slow
@pytest.mark.skipif(bool(why_no_chromium()), reason=why_no_chromium() or "all is there")
def test_it_is_an_image_of_the_size_that_was_asked_for(tmp_path):
    write_review(write_reviewed_run(tmp_path / "out"), tmp_path / "review", rivals="none")
    arguments = [str(tmp_path / "review"), str(tmp_path / "a.png"), "--keys", "j", "--dark"]
    arguments += ["--size", "640", "480"]
    assert CliRunner().invoke(main, arguments, catch_exceptions=False).exit_code == 0
    content = (tmp_path / "a.png").read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    size = [int.from_bytes(content[place : place + 4]) for place in (16, 20)]
    assert size == [640, 480]


def test_without_a_browser_it_says_what_to_install(tmp_path, monkeypatch):
    pytest.importorskip("selenium")
    monkeypatch.setattr(review_picture.shutil, "which", lambda name: None)
    with pytest.raises(ConfigurationError, match="install them"):
        review_picture.open_browser(tmp_path, 640, 480, dark=False)
