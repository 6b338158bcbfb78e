import json
import os

import promises
import pytest
import torch
from hypothesis import settings
from transformers import (
    BertConfig,
    BertModel,
    DistilBertConfig,
    DistilBertModel,
    XLMRobertaConfig,
    XLMRobertaModel,
)

from projector.models.embedded.tokenizer import build_tokenizer
from schemas.aligner_training import AlignerTraining

# Tests run beside each other, and on models so small a second thread only waits, on a busy machine
# for minutes; the commands that they start are told by the environment.
os.environ.setdefault("OMP_NUM_THREADS", "1")
torch.set_num_threads(1)

# How long a case takes says more of who else uses the machine than of the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", *"abcdefghijklmnopqrstuvwxyzáéó.,", "▁pa", "ciente"]
SHAPE = {"hidden_size": 32, "num_attention_heads": 4, "intermediate_size": 64}
FAMILIES = {
    "bert": lambda: BertModel(
        BertConfig(vocab_size=40, num_hidden_layers=3, max_position_embeddings=20, **SHAPE)
    ),
    "xlm-roberta": lambda: XLMRobertaModel(
        XLMRobertaConfig(vocab_size=40, num_hidden_layers=3, max_position_embeddings=22, **SHAPE)
    ),
    "distilbert": lambda: DistilBertModel(
        DistilBertConfig(vocab_size=40, n_layers=3, max_position_embeddings=20, dim=32, n_heads=4)
    ),
}
PAIRS = [
    "el paciente tose\tthe patient coughs",
    "no hay dolor.\tno pain here.",
    "la piel es roja\tthe skin is red",
    "dolor de cabeza\thead pain",
]


@pytest.fixture(scope="session", autouse=os.environ.get("PROJECTOR_TEST_BF16") == "1")
def fast_bf16():
    """Be on a processor that is fast in bf16, where nobody asks for another precision."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": True})
        yield


def pytest_addoption(parser):
    told = "run what tries promises under faults, slow or not, and print how often each was kept"
    parser.addoption("--promises", action="store_true", help=told)


def pytest_configure(config):
    if config.getoption("promises"):
        config.option.markexpr = "promise"


def pytest_runtest_setup(item):
    promises.note(item)


def pytest_terminal_summary(terminalreporter, config):
    if config.getoption("promises"):
        reports = terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
        terminalreporter.section("promises")
        for line in promises.table(report for report in reports if report.when == "call"):
            terminalreporter.line(line)


def pytest_collection_modifyitems(items):
    """Begin with the collections' runs: they take longest, and the rest fills what they leave."""
    items.sort(key=lambda item: item.path.parent.name != "jobs")


@pytest.fixture(scope="session")
def checkpoints(tmp_path_factory):
    """Folders with small random models of three families, as transformers saves them."""
    root = tmp_path_factory.mktemp("checkpoints")
    for name, build in FAMILIES.items():
        torch.manual_seed(0)
        build().save_pretrained(root / name)
        tokenizer = build_tokenizer(PIECES, [-2.0] * len(PIECES), bos=0, eos=2, unk=3)
        tokenizer.enable_truncation(8)  # as sentence-transformers leaves it: must not cut anything
        tokenizer.enable_padding(length=8)
        tokenizer.save(str(root / name / "tokenizer.json"))
    return root


@pytest.fixture
def edit_config():
    """Change keys of a checkpoint's configuration."""

    def edit(folder, **changes):
        path = folder / "config.json"
        content = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps({**content, **changes}), encoding="utf-8")

    return edit


@pytest.fixture
def configuration(checkpoints, tmp_path):
    """Say how to train a small random model on a handful of sentences."""
    table = tmp_path / "pairs.tsv"
    table.write_text("\n".join(PAIRS), encoding="utf-8")
    links = tmp_path / "wordalign_es-en.jsonl"
    row = {"id": 1, "src_lang": "es", "tgt_lang": "en", "src_tokens": ["no", "tos"]}
    row |= {"tgt_tokens": ["no", "cough"], "alignment": [[0, 0], [1, 1]]}
    links.write_text(json.dumps(row) + "\n", encoding="utf-8")
    model = str(checkpoints / "bert")

    def build(**changes):
        content = {
            "device": "cpu",
            "student": {"model": model, "layer": 2, "rank": 4, "dropout": 0.1},
            "teacher": {"views": [{"model": model, "layer": 1}]},
            "data": [{"sentences": str(table), "languages": ["es", "en"]}],
            "optimisation": {"steps": 8, "tokens": 40, "rate": 0.01, "warmup": 2},
            "development": {"every": 4, "links": [str(links)]},
            "checkpoint_every": 2,
        }
        return AlignerTraining.model_validate({**content, **changes})

    return build
