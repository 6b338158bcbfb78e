"""One run that corrections speak of."""

import pytest
from written_runs import write_run

from projector.run.reader import read_run


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("accepted") / "run"
    write_run(folder)
    return read_run(folder)
