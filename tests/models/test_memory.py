"""Hold that a process doesn't keep memory that it has no use for."""

import os
import subprocess
import sys

import pytest

from projector.models.memory import give_back_memory, keep_few_kernels

CAPACITY = "ONEDNN_PRIMITIVE_CACHE_CAPACITY"

# Products of many shapes, each with a kernel of its own; how much memory is then the process's.
PRODUCTS = """
import torch
from projector.models.memory import keep_few_kernels

def anonymous():
    with open("/proc/self/smaps_rollup") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("Anonymous"))

if {few}:
    keep_few_kernels()
torch.set_num_threads(1)
weight = torch.ops.onednn.qlinear_prepack(torch.ones(384, 384, dtype=torch.int8), None)
scale, zero = torch.ones(384), torch.zeros(384, dtype=torch.int64)
for length in range(1, 300):
    values = torch.ones(length, 384, dtype=torch.uint8)
    torch.ops.onednn.qlinear_pointwise(
        values, 1.0, 0, weight, scale, zero, None, 1.0, 0, torch.float32, "none", [], ""
    )
    if length == 20:
        before = anonymous()
print(anonymous() - before)
"""


def test_what_the_user_says_of_kernels_holds(monkeypatch):
    monkeypatch.setenv(CAPACITY, "64")
    keep_few_kernels()
    assert os.environ[CAPACITY] == "64"
    monkeypatch.delenv(CAPACITY)
    keep_few_kernels()
    assert os.environ[CAPACITY] == "16"


def test_memory_can_be_given_back_anywhere(monkeypatch):
    give_back_memory()
    monkeypatch.setattr(sys, "platform", "darwin")
    give_back_memory()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_kernels_of_many_lengths_take_no_memory():
    grown = {}
    for few in (False, True):
        line = [sys.executable, "-c", PRODUCTS.format(few=few)]
        environment = {name: value for name, value in os.environ.items() if name != CAPACITY}
        told = subprocess.run(line, capture_output=True, text=True, env=environment, check=True)
        grown[few] = int(told.stdout)
    assert grown[True] < grown[False] / 4
