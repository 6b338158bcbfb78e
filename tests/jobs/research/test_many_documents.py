import sys

import click
import pytest

from jobs.research.many_documents import planning_cost, write_small_corpora
from jobs.research.whole_command import Cost, command_cost, told


def test_every_document_of_small_corpora_is_paired_and_costs_something(tmp_path):
    write_small_corpora(tmp_path, documents=5)
    cost = planning_cost(tmp_path)
    assert cost.processor > 0 and cost.seconds > 0
    assert 10 < cost.memory < 1000


def test_a_document_without_its_translation_is_told(tmp_path):
    _, target = write_small_corpora(tmp_path, documents=5)
    (target / "case-000003.txt").unlink()
    with pytest.raises(click.ClickException, match="4 of 5 documents paired"):
        planning_cost(tmp_path)


def test_the_memory_of_a_command_is_its_greatest():
    held = command_cost([sys.executable, "-c", "x = b'x' * 200_000_000"])
    assert 190 < held.memory < 230
    assert command_cost([sys.executable, "-c", "raise SystemExit(3)"], accept=(0, 3)).memory < 100


def test_growth_is_told_beside_the_cost():
    few, many = Cost(1.0, 0.5, 100.0), Cost(9.0, 1.5, 120.0)
    assert told(few, None) == "1.0 s (0.5 s of processors), 100 MiB"
    assert told(many, few).endswith("; 3.0 times the time, 1.2 the memory")


@pytest.mark.slow
def test_a_hundred_thousand_documents_cost_five_times_what_a_fifth_does(tmp_path):
    costs = []
    for documents in (20_000, 100_000):
        folder = tmp_path / str(documents)
        folder.mkdir()
        write_small_corpora(folder, documents=documents)
        costs.append(planning_cost(folder))
    few, many = costs
    assert many.processor < 7 * few.processor and many.memory < 500
