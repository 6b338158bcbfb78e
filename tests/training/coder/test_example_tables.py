"""Hold the tables of examples that people read."""

import csv
from pathlib import Path

import pytest
from coded_names import CODES
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.training.coder.example_tables import write_examples
from projector.training.coder.examples import CodedText
from projector.training.coder.filtering import Rejected
from schemas.coder_training import CoderTraining, CurationConfiguration, ExamplesConfiguration

texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=8)
examples = st.lists(
    st.builds(
        CodedText, texts, st.integers(0, 3), st.sampled_from(["es", "en", ""]),
        st.sampled_from(["gold", "list:context", "made.tsv"]),
    ),
    max_size=8,
)  # fmt: skip


def written(folder: Path, kept, rejected=(), *, sample=20, seed=0) -> dict[str, list[dict]]:
    chosen = CoderTraining(
        examples=(ExamplesConfiguration(factory=1),),
        curation=CurationConfiguration(sample=sample),
        seed=seed,
    )
    write_examples(folder, kept, rejected, CODES, chosen)
    tables = {}
    for name in ("examples", "rejected", "sample"):
        with (folder / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
            tables[name] = list(csv.DictReader(file, delimiter="\t"))
    return tables


def cells(example: CodedText) -> dict[str, str]:
    return {
        "text": example.text,
        "code": CODES.codes[example.code],
        "language": example.language,
        "origin": example.origin,
        "description": CODES.description(example.code, example.language),
    }


@settings(max_examples=50)
@given(examples, examples)
def test_every_example_is_written_and_every_rejected_one_with_its_reason(
    tmp_path_factory, kept, left
):
    rejected = [Rejected(one, "says\twhat 'x' does") for one in left]
    tables = written(tmp_path_factory.mktemp("tables"), kept, rejected)
    assert tables["examples"] == list(map(cells, kept))
    reason = {"reason": "says\twhat 'x' does"}
    assert tables["rejected"] == [{**cells(one), **reason} for one in left]


@pytest.mark.parametrize("sample", [0, 2, 99])
def test_so_many_of_each_origin_are_drawn_in_their_order(tmp_path, sample):
    kept = [CodedText(f"{origin} {n}", 3, "es", origin) for n in range(9) for origin in "ab"]
    drawn = written(tmp_path, kept, sample=sample)["sample"]
    for origin in "ab":
        numbers = [int(one["text"].split()[1]) for one in drawn if one["origin"] == origin]
        assert len(numbers) == min(sample, 9) and numbers == sorted(set(numbers))


def test_the_seed_decides_what_is_drawn(tmp_path):
    kept = [CodedText(f"{number}", 3, "es", "a") for number in range(50)]
    one, same, other = (
        written(tmp_path, kept, sample=3, seed=seed)["sample"] for seed in (1, 1, 2)
    )
    assert one == same != other


def test_without_examples_there_are_headers(tmp_path):
    assert written(tmp_path, []) == {"examples": [], "rejected": [], "sample": []}
    header = "text\tcode\tlanguage\torigin\tdescription\n"
    assert (tmp_path / "examples.tsv").read_text(encoding="utf-8") == header
