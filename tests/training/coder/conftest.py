from pathlib import Path

import pytest
from coded_names import ROWS


@pytest.fixture
def configuration(checkpoints, tmp_path, monkeypatch) -> Path:
    """Say how to train a retriever on a small random model, in the working folder."""
    pytest.importorskip("peft")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PROJECTOR_CACHE", str(tmp_path / "cache"))
    rows = "".join(f"{code}\t{language}\t{text}\n" for code, language, text in ROWS)
    Path("codes.tsv").write_text(f"code\tlanguage\tdescription\n{rows}")
    Path("made.tsv").write_text("text\tcode\ntos seca\tR05\nDM2\tE11.9\nHTA\tI10\n")
    Path("c.toml").write_text(
        'codes = "codes.tsv"\ncheckpoint_every = 2\n'
        f'device = "cpu"\n[encoder]\nmodel = "{checkpoints / "bert"}"\nlayer = 2\nrank = 2\n'
        "[optimisation]\ntokens = 60\nsteps = 4\nwarmup = 0\nrate = 0.01\n"
        '[development]\nevery = 2\n[[development.data]]\ntable = "made.tsv"\n'
        '[[examples]]\nfactory = 4\n[[examples]]\ntable = "made.tsv"\nrepeat = 2\n'
    )
    return tmp_path / "c.toml"
