"""Nothing from a model's folder is run, whatever it asks for and whoever says yes."""

import ast
import io
import json
import pickle
import shutil
from pathlib import Path

import pytest
import torch
from mutated_folders import build_folders

import projector
from projector.cli import run
from projector.errors import ModelError
from projector.models import load
from projector.models.pretrained import weight_files

ROOT = Path(projector.__file__).parents[1]
MODULES = [
    path for part in ("projector", "jobs", "schemas") for path in (ROOT / part).rglob("*.py")
]
OWN = {"Projector", "Tagger", "Coder", "cls"}  # our own classes have a method of that name, too
CODE = "from pathlib import Path\nPath({!r}).touch()\n"


class Payload:
    """Touch a file when it is unpickled."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self):
        return Path.touch, (self.canary,)


@pytest.fixture(scope="module")
def folders(checkpoints, tmp_path_factory):
    return build_folders(tmp_path_factory.mktemp("folders"), checkpoints / "bert")


@pytest.fixture
def canary(tmp_path):
    yield tmp_path / "canary"
    assert not (tmp_path / "canary").exists(), "code from a model's folder was run"


@pytest.fixture
def work(tmp_path, monkeypatch):
    """A corpus, a table of codes, training files; and somebody who says yes to everything."""
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n" * 100))
    monkeypatch.setenv("PROJECTOR_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("PROJECTOR_TRACEBACK", raising=False)
    monkeypatch.chdir(tmp_path)
    for language, text in {"es": "el paciente tose", "en": "the patient coughs"}.items():
        (tmp_path / language).mkdir()
        (tmp_path / language / "a.txt").write_text(text, encoding="utf-8")
    (tmp_path / "es" / "a.ann").write_text("T1\tSYMPTOM 12 16\ttose\n", encoding="utf-8")
    (tmp_path / "codes.tsv").write_text("code\tdescription\nR05\ttos\n", encoding="utf-8")
    (tmp_path / "pairs.tsv").write_text("el paciente tose\tthe patient coughs", encoding="utf-8")
    row = {"id": "a", "lang": "es", "text": "tos seca", "spans": [[0, 3, "SYMPTOM", "S1"]]}
    (tmp_path / "notes.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    return tmp_path


def commands(work: Path, folders: dict[str, Path]) -> dict[str, list[str]]:
    """Return every command that takes a model, tagger, coder, retriever or reranker."""
    model, tagger = str(folders["model"]), str(folders["tagger"])
    (work / "aligner.toml").write_text(
        f'device = "cpu"\n[student]\nmodel = {model!r}\n[[teacher.views]]\nmodel = {model!r}\n'
        '[[data]]\nsentences = "pairs.tsv"\nlanguages = ["es", "en"]\n',
        encoding="utf-8",
    )
    (work / "tagger.toml").write_text(
        f'types = ["SYMPTOM"]\ndevice = "cpu"\n[encoder]\nmodel = {model!r}\n'
        '[[data]]\nlines = "notes.jsonl"\n',
        encoding="utf-8",
    )
    (work / "coder.toml").write_text(
        f'stage = "retriever"\ncodes = "codes.tsv"\ndevice = "cpu"\n[encoder]\nmodel = {model!r}\n'
        "[[examples]]\nfactory = 2\n",
        encoding="utf-8",
    )
    code = ["code", "es", "--codes", "codes.tsv", "-o", "coded"]
    return {
        "project": ["project", "es", "en", "-o", "out", "-m", model],
        "project --tagger": ["project", "es", "en", "-o", "out", "-m", "tiny", "--tagger", tagger],
        "explain": ["explain", "es", "en", "a", "T1", "-m", model],
        "explain --tagger": ["explain", "es", "en", "a", "T1", "-m", "tiny", "--tagger", tagger],
        "tag": ["tag", "es", "-o", "tagged", "-m", tagger],
        "code": [*code, "--model", str(folders["retriever"])],
        "code --rerank": [*code, "--rerank", str(folders["reranker"])],
        "models add": ["models", "add", model, "--name", "added"],
        "train aligner": ["train", "aligner", "aligner.toml", "-o", "run"],
        "train tagger": ["train", "tagger", "tagger.toml", "-o", "run"],
        "train coder": ["train", "coder", "coder.toml", "-o", "run"],
    }


NAMES = [
    *("project", "project --tagger", "explain", "explain --tagger", "tag", "code"),
    *("code --rerank", "models add", "train aligner", "train tagger", "train coder"),
]


@pytest.fixture
def hostile(folders, work, canary):
    """Copies of the folders that name code of theirs, as a model on the hub does."""

    def build(**changes):
        copies = {}
        for kind, folder in folders.items():
            copies[kind] = shutil.copytree(folder, work / f"hostile-{kind}")
            (copies[kind] / "evil.py").write_text(CODE.format(str(canary)), encoding="utf-8")
            for name in ("config.json", "tokenizer_config.json"):
                path = copies[kind] / name
                said = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
                said["auto_map"] = {
                    "AutoConfig": "evil.Config",
                    "AutoModel": "evil.Model",
                    "AutoTokenizer": ["evil.Tokenizer", None],
                }
                if name == "config.json":
                    said |= changes
                path.write_text(json.dumps(said), encoding="utf-8")
        return copies

    return build


@pytest.mark.promise("nothing from a model's folder is run", "code that a folder names (auto_map)")
@pytest.mark.parametrize("name", NAMES)
def test_code_that_a_folder_names_is_refused_and_never_run(hostile, work, capsys, name):
    folders = hostile(model_type="evil", architectures=["Model"])
    assert run(commands(work, folders)[name]) == 1
    told = capsys.readouterr()
    assert "config.json: auto_map names code in the folder" in told.err, told.err
    assert "Nothing from a model's folder is ever run" in told.err
    assert "[y/N]" not in told.out + told.err and "Traceback" not in told.err


@pytest.mark.promise("nothing from a model's folder is run", "pickled weights")
@pytest.mark.parametrize("name", NAMES)
def test_pickled_weights_are_refused_and_never_read(folders, work, canary, capsys, name):
    copies = {
        kind: shutil.copytree(folder, work / f"pickled-{kind}") for kind, folder in folders.items()
    }
    for folder in copies.values():
        for path in (folder / "model.safetensors", folder / "adapter_model.safetensors"):
            if path.exists():
                path.unlink()
                weights = {"evil": Payload(canary)}
                other = "pytorch_model.bin" if path.name.startswith("m") else "adapter_model.bin"
                (folder / other).write_bytes(pickle.dumps(weights))
    assert run(commands(work, copies)[name]) == 1
    told = capsys.readouterr().err
    assert "pytorch_model.bin: its weights may hold code" in told, told
    assert "expected model.safetensors" in told and "Traceback" not in told


def test_where_transformers_knows_the_model_its_own_code_is_taken(hostile, capsys):
    encoder = load(hostile()["model"], device="cpu")
    assert type(encoder.model).__module__.startswith("transformers.")


def test_a_tokenizer_of_ones_own_code_is_not_asked_for(hostile, canary):
    folder = hostile()["model"]
    (folder / "tokenizer.json").unlink()
    with pytest.raises(ModelError, match=r"tokenizer in .* can't be read .*no tokenizer\.json"):
        load(folder, device="cpu")
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "tos"]
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    encoder = load(folder, device="cpu")
    assert encoder.tokenize("tos").ids.tolist() == [6]


def test_a_kernel_from_elsewhere_is_not_fetched(folders, work, edit_config):
    folder = shutil.copytree(folders["model"], work / "kernel")
    for key in ("attn_implementation", "_attn_implementation", "_attn_implementation_internal"):
        edit_config(folder, **{key: "evil/kernel"})
    assert load(folder, device="cpu").dimension == 32


def test_quantised_weights_are_refused(folders, work, edit_config):
    folder = shutil.copytree(folders["model"], work / "quantised")
    edit_config(folder, quantization_config={"quant_method": "evil"})
    with pytest.raises(ModelError, match="quantised; expected plain"):
        load(folder, device="cpu")


def test_weights_in_parts_are_found_by_their_index(tmp_path):
    index = tmp_path / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"a": "2.safetensors", "b": "1.safetensors"}}))
    assert [path.name for path in weight_files(tmp_path)] == ["1.safetensors", "2.safetensors"]
    index.write_text(json.dumps({"weight_map": {"a": [1]}}))
    with pytest.raises(ModelError, match="has no weight_map"):
        weight_files(tmp_path)


def test_an_adapter_that_adapts_itself_is_refused(folders, work):
    folder = shutil.copytree(folders["adapter"], work / "adapter")
    path = folder / "adapter_config.json"
    said = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**said, "base_model_name_or_path": str(folder)}), encoding="utf-8")
    with pytest.raises(ModelError, match="an adapter itself; expected a whole model"):
        load(folder, device="cpu")


@pytest.mark.promise("nothing from a model's folder is run", "pickled weights")
def test_a_checkpoint_that_holds_more_than_numbers_is_not_resumed(configuration, canary, tmp_path):
    from projector.training.aligner.train import train_aligner

    train_aligner(configuration(), tmp_path / "run")
    (tmp_path / "run" / "result.json").unlink()
    path = tmp_path / "run" / "checkpoint" / "optimizer.pt"
    whole = path.read_bytes()
    torch.save({"state": Payload(canary)}, path)
    with pytest.raises(ModelError, match=r"optimizer\.pt: can't be read .*expected a checkpoint"):
        train_aligner(configuration(), tmp_path / "run", resume=True)
    path.write_bytes(whole)
    assert train_aligner(configuration(), tmp_path / "run", resume=True)


def calls(path: Path) -> list[tuple[str, ast.Call]]:
    """Return a file's calls with the names that are called."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [(ast.unparse(node.func), node) for node in ast.walk(tree) if isinstance(node, ast.Call)]


def test_transformers_reads_folders_in_one_place_only():
    found = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in MODULES
        for name, _ in calls(path)
        if name.endswith(".from_pretrained") and name.split(".")[0] not in OWN
    ]
    assert found == ["projector/models/pretrained.py: kind.from_pretrained"]


def test_nothing_is_unpickled_but_numbers():
    for path in MODULES:
        for name, call in calls(path):
            stated = {one.arg: ast.unparse(one.value) for one in call.keywords}
            if name == "torch.load":
                assert stated.get("weights_only") == "True", path
            assert stated.get("allow_pickle") in (None, "False"), path
            assert stated.get("trust_remote_code") in (None, "False"), path
            assert not name.startswith(("pickle.load", "joblib.load", "dill.")), path
