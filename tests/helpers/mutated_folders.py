"""Small folders of models, adapters, taggers, coders, concepts, and ways to damage their files."""

import json
import shutil
from pathlib import Path
from random import Random

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from edge_models import drawn_edges
from mutated_tables import mutated_table
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from projector.coding.coder_folder import RERANKER, RETRIEVER, write_coder
from projector.coding.retrieval.cross_encoder import save_head
from projector.concepts.space import ConceptSpace
from projector.concepts.views import Views, write_views
from projector.models import delta, lora
from projector.models.edge_model import EDGES_FILE, save_edges
from projector.models.encoder import View
from projector.tagging.head import Head
from projector.tagging.tagger import save_tagger
from schemas.tagger_training import HeadConfiguration

DEEP = 100_000  # levels; Python's own parsers give up at some thousand
NESTED: dict = {"a": [{"b": [[None, -1.5, {"c": "d"}]]}]}
VALUES = [
    *(None, True, False, -1, 0, 1, 7, 2**31, 10**12, 2**70, -(10**12), 0.5, -1e308, 1e308),
    *("", "384", "x", "../../x", "\0", "é" * 5000, "auto", [], {}, [1, 2], [[]], NESTED),
    *(float("nan"), float("inf")),
]


def build_folders(root: Path, model: Path) -> dict[str, Path]:
    """Write one folder of each kind, on a small model; return them by kind."""
    for kind in ("model", "edged", "tagger", "retriever", "reranker"):
        shutil.copytree(model, root / kind)
        said = {"layer": 2, "granularity": "window", "window": 12, "overlap": 2}
        (root / kind / "projector.json").write_text(json.dumps(said), encoding="utf-8")
    torch.manual_seed(0)
    view = View(layer=2, granularity="window", window=12, overlap=2)
    save_edges(root / "edged" / EDGES_FILE, drawn_edges(32), view, {"by": "a test"})
    chosen = HeadConfiguration(kind="cnn", window=3, hidden=8, crf=True)
    save_tagger(root / "tagger", ("A", "B"), Head(32, 2, chosen), chosen, {"support": ["A"]})
    elsewhere = {"name_or_path": str(model), "layer": 2, "granularity": "window", "window": 12}
    save_tagger(root / "frozen", ("A",), Head(32, 1, chosen), chosen, {"encoder": elsewhere})
    write_coder(root / "retriever", RETRIEVER, {"prefix": "query: "})
    write_coder(root / "reranker", RERANKER, {"prefix": "", "context": True, "first_weight": 3})
    save_head(root / "reranker", torch.nn.Linear(32, 1))
    _write_adapter(root / "adapter", model)
    _write_delta(root / "delta", model)
    space = concept_space()
    space.write(root / "space", {"made": {"step": 1}})
    shutil.copytree(root / "model", root / "views")
    views = Views(32, torch.from_numpy(space.vectors))
    write_views(root / "views", views, space.concepts, {"layer": 2})
    return {path.name: path for path in sorted(root.iterdir())}


def concept_space() -> ConceptSpace:
    """Return three concepts in two dimensions, the first of which has two names."""
    rows = [("A", "fever", "X", "X", "I"), ("B", "cold", "X", "X", "I"), ("C", "tos", "", "", "II")]
    columns = ("code", "name", "parent", "block", "chapter")
    concepts = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")
    called = [(0, "en", "fever"), (0, "es", "fiebre"), (1, "en", "cold"), (2, "es", "tos")]
    kinds = {"concept": pl.Int32, "language": pl.String, "text": pl.String}
    names = pl.DataFrame(called, schema=kinds, orient="row")
    points = torch.tensor([[1, 0], [0.8, 0.6], [0, -1]])
    places = torch.tensor([[1, 0], [0.6, 0.8], [0.8, 0.6], [0, -1]])
    return ConceptSpace(concepts, points.numpy(), names, places.numpy(), 0.05)


def _write_adapter(folder: Path, base: Path) -> None:
    folder.mkdir()
    said = {"peft_type": "LORA", "base_model_name_or_path": str(base), "r": 2, "lora_alpha": 4}
    (folder / lora.CONFIGURATION).write_text(json.dumps(said), encoding="utf-8")
    stem = "base_model.model.encoder.layer.0.attention.self.query"
    factors = {f"{stem}.lora_A.weight": torch.randn(2, 32)}
    factors[f"{stem}.lora_B.weight"] = torch.randn(32, 2)
    save_file(factors, folder / lora.WEIGHTS)


def _write_delta(folder: Path, base: Path) -> None:
    folder.mkdir()
    name = "encoder.layer.0.attention.self.query"
    before = {f"{name}.weight": torch.zeros(32, 32), f"{name}.bias": torch.zeros(32)}
    after = {part: 0.01 * torch.randn_like(weight) for part, weight in before.items()}
    delta.save_delta(folder, str(base), before, after)


def damage(folder: Path, random: Random) -> str:
    """Damage one or two of a folder's files; return what was done."""
    files = sorted(path for path in folder.iterdir() if path.is_file())
    return "; ".join(_damage(random.choice(files), random) for _ in range(random.choice([1, 1, 2])))


def _damage(path: Path, random: Random) -> str:
    if not path.exists():
        return f"{path.name} is gone"
    kinds = [_cut, _flip, _remove]
    if path.suffix == ".json":
        kinds = [_change_value] * 8 + [_drop_key, _drop_key, _whole, _nest, *kinds]
    elif path.suffix == ".safetensors":
        kinds = [_change_tensor] * 8 + kinds
    elif path.suffix == ".parquet":
        kinds = [_change_table] * 8 + kinds
    kind = random.choice(kinds)
    return f"{path.name} {kind.__name__} {kind(path, random)}"


def _cut(path: Path, random: Random) -> str:
    data = path.read_bytes()
    length = random.randrange(len(data)) if data else 0
    path.write_bytes(data[:length])
    return f"at {length}"


def _flip(path: Path, random: Random) -> str:
    data = bytearray(path.read_bytes())
    places = [random.randrange(min(len(data), 4000)) for _ in range(random.randint(1, 4)) if data]
    for place in places:
        data[place] ^= 1 << random.randrange(8)
    path.write_bytes(bytes(data))
    return f"{places}"


def _remove(path: Path, random: Random) -> str:
    path.unlink()
    return ""


def _whole(path: Path, random: Random) -> str:
    value = random.choice(VALUES)
    path.write_text(json.dumps(value), encoding="utf-8")
    return f"{value!r:.60}"


def _nest(path: Path, random: Random) -> str:
    path.write_text(random.choice(["[" * DEEP, '{"a":' * DEEP]), encoding="utf-8")
    return ""


def _change_value(path: Path, random: Random) -> str:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        return "no more"
    if not isinstance(content, (dict, list)) or not content:
        return "nothing"
    node = content
    trail = []
    while True:
        key = random.choice([*node] if isinstance(node, dict) else range(len(node)))
        trail.append(key)
        inner = node[key]
        # Not down to a vocabulary's every piece, of which there are most.
        if not (isinstance(inner, (dict, list)) and inner) or random.random() < 0.3:
            break
        node = inner
    node[key] = random.choice(VALUES)
    path.write_text(json.dumps(content), encoding="utf-8")
    return f"{trail} {node[key]!r:.60}"


def _drop_key(path: Path, random: Random) -> str:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        return "no more"
    if not isinstance(content, dict) or not content:
        return "nothing"
    key = random.choice([*content])
    del content[key]
    path.write_text(json.dumps(content), encoding="utf-8")
    return str(key)


def _change_tensor(path: Path, random: Random) -> str:
    try:
        tensors = load_file(path)
        with safe_open(path, "pt") as file:
            metadata = file.metadata()
    except Exception:  # damaged before
        return "no more"
    if not tensors:
        return "nothing"
    name = random.choice(sorted(tensors))
    tensor = tensors.pop(name)
    how = random.choice(["drop", "rename", "shape", "flat", "kind", "nan", "inf", "huge", "empty"])
    if how == "rename":
        tensors[f"{name}.x"] = tensor
    elif how == "shape":
        tensors[name] = torch.zeros([size + 1 for size in tensor.shape])
    elif how == "flat":
        tensors[name] = tensor.reshape(-1).clone()
    elif how == "kind":
        tensors[name] = tensor.to(random.choice([torch.int8, torch.int64, torch.bool]))
    elif how in ("nan", "inf", "huge") and tensor.is_floating_point():
        tensor.view(-1)[-1:] = {"nan": float("nan"), "inf": float("inf"), "huge": 1e30}[how]
        tensors[name] = tensor
    elif how == "empty":
        tensors[name] = tensor[:0].clone()
    save_file(tensors, path, metadata=metadata)
    return f"{name} {how}"


def _change_table(path: Path, random: Random) -> str:
    seed = random.randrange(2**31)
    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError):  # damaged before
        return "no more"
    # As Arrow's own strings, which is what the mutations know.
    kinds = [
        pa.string() if pa.types.is_large_string(one.type) else one.type for one in table.schema
    ]
    table = table.cast(pa.schema(list(zip(table.column_names, kinds, strict=True))))
    path.write_bytes(mutated_table(table, seed))
    return f"by {seed}"
