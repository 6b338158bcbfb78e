from pathlib import Path

import pytest
from written_runs import write_run


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    """A run of five documents in two languages, with every status that there is."""
    path = tmp_path_factory.mktemp("runs") / "out"
    write_run(path)
    return path
