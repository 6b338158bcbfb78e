"""Hold what is compared when taggers of two encoders learn from fewer and fewer documents."""

import pytest
from click.testing import CliRunner

from jobs.research.data_efficiency import main, needed


@pytest.mark.parametrize(
    ("wanted", "share"), [(0.2, 0.1), (0.4, 0.3), (0.5, 0.5), (0.7, 1.0), (0.71, None)]
)
def test_the_documents_that_are_needed_lie_between_two_shares(wanted, share):
    found = needed((0.1, 0.5, 1.0), (0.3, 0.5, 0.7), wanted)
    assert found == pytest.approx(share)


def test_the_same_encoder_needs_the_same_documents(checkpoints, notes_kept_apart, tmp_path):
    pytest.importorskip("matplotlib")
    model, picture = f"{checkpoints / 'bert'}@2", tmp_path / "curves.png"
    options = ["--share", "0.5", "--share", "1", "--seeds", "2", "--steps", "2"]
    options += ["-m", model, "-m", f"{checkpoints / 'bert'}", "-o", str(picture)]
    done = CliRunner().invoke(main, [str(notes_kept_apart), *options], catch_exceptions=False)
    first, *rows, last = done.stdout.splitlines()
    assert done.exit_code == 0 and first.startswith("encoder")
    assert [row.split("\t")[1] for row in rows] == ["0.5", "0.5", "1", "1"]
    by_model = [row.split("\t")[2:] for row in rows]
    assert by_model[0] == by_model[1] and by_model[2] == by_model[3]
    assert last.endswith("with 50% of the documents")
    assert picture.stat().st_size > 1000
