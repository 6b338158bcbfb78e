"""Configurations of the smallest concept space and of an encoder that is taught to lie in it."""

from pathlib import Path

from coded_names import ROWS

PARENT = ("E11", "es", "Diabetes mellitus tipo 2")
MENTIONS = (
    '{"id": "d1", "text": "tiene tos y hta. no hay diabetes.", "annotations": ['
    '{"label": "D", "start": 6, "end": 9, "text": "tos", "code": "R05"}, '
    '{"label": "D", "start": 12, "end": 15, "text": "hta", "code": "I10"}, '
    '{"label": "D", "start": 24, "end": 32, "text": "diabetes", "code": "E11.9"}]}\n'
    '{"id": "d2", "text": "la tos no es roja", "annotations": ['
    '{"label": "D", "start": 3, "end": 6, "text": "tos", "code": "R05"}]}\n'
)


def write_sources(bert: Path) -> None:
    """Write a list, terms, mentions, pairs and a bi-encoder's folder to the working folder."""
    rows = "".join(f"{code}\t{language}\t{text}\n" for code, language, text in [*ROWS, PARENT])
    Path("codes.tsv").write_text(f"code\tlanguage\tdescription\n{rows}", encoding="utf-8")
    Path("terms.tsv").write_text(
        "es\tcs\ttos\tkašel\tHPO\tHP:1\nes\ten\ttos\tcough\tHPO\tHP:1\n"
        "es\ten\tnan\tcough\tHPO\tHP:1\n"
        "es\ten\tpiel roja\tred skin\tHPO\tHP:2\n",
        encoding="utf-8",
    )
    Path("mentions.jsonl").write_text(MENTIONS, encoding="utf-8")
    Path("pairs.tsv").write_text(
        "es\ten\tel paciente tose\tthe patient coughs\nes\ten\tla piel es roja\tthe skin is red\n",
        encoding="utf-8",
    )
    Path("retriever.toml").write_text(
        f'codes = "codes.tsv"\ndevice = "cpu"\n[encoder]\nmodel = "{bert}"\nlayer = 2\nrank = 0\n'
        "[optimisation]\ntokens = 60\nsteps = 1\n[[examples]]\nfactory = 1\n",
        encoding="utf-8",
    )
    Path("space.toml").write_text(
        'codes = "codes.tsv"\nsynonyms = []\nterms = ["terms.tsv"]\nencoder = "bi-encoder"\n'
        'dimension = 8\nheld_out = 0.2\ndevice = "cpu"\ncheckpoint_every = 2\n'
        "[optimisation]\ntokens = 4\nsteps = 6\n[development]\nevery = 3\n",
        encoding="utf-8",
    )
    Path("encoder.toml").write_text(
        'space = "space"\ndevice = "cpu"\ncheckpoint_every = 2\nnames = 0.5\n'
        f'[encoder]\nmodel = "{bert}"\nrank = 2\n'
        f'[views]\nteacher = "{bert}"\nprefix = ""\n'
        "[optimisation]\ntokens = 60\nsteps = 6\nrate = 0.01\n"
        '[[mentions]]\ngold = "mentions.jsonl"\nlanguage = "es"\nrenamed = 1\n'
        '[[pairs]]\nsentences = "pairs.tsv"\n'
        '[development]\nevery = 3\n[[development.data]]\ngold = "mentions.jsonl"\n'
        'language = "es"\n',
        encoding="utf-8",
    )
