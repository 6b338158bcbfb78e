"""Whatever is wrong with a folder, it is a message that names it, or it works."""

import json
import shutil
import tempfile
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutated_folders import build_folders, damage

from projector.cli.faults import is_fault
from projector.coding.retrieval.bi_encoder import load_bi_encoder
from projector.coding.retrieval.cross_encoder import load_cross_encoder
from projector.concepts.space import ConceptSpace
from projector.concepts.token_concepts import TokenConcepts
from projector.document import Document, DocumentPair, Fragment, Mention
from projector.errors import ModelError, ProjectorError
from projector.models import load
from projector.pipeline import project_pair
from projector.settings import Settings
from projector.tagging.tagger import load_tagger

TEXT = "el paciente tose. no hay dolor de pie."
PARTS = [(12, 16), (25, 37), (25, 30)]


def encode(folder: Path) -> None:
    encoder = load(folder, device="cpu")
    (vectors,) = encoder.encode([encoder.tokenize(TEXT)])
    assert vectors.isfinite().all()


def project(folder: Path) -> None:
    encoder = load(folder, device="cpu")
    mentions = [Mention(f"T{n}", "A", (Fragment(*part),)) for n, part in enumerate(PARTS)]
    pair = DocumentPair(Document("d", "es", TEXT, tuple(mentions)), Document("d", "es", TEXT))
    found = project_pair(pair, encoder, Settings())
    assert all(0 <= projection.score <= 1 for projection in found.projections)


def tag(folder: Path) -> None:
    tagger = load_tagger(folder, device="cpu")
    found = tagger.tag(TEXT)
    parts = [part for mention in found.mentions for part in mention.fragments]
    assert all(0 <= part.start < part.end <= len(TEXT) for part in parts)
    tagger.evidence(TEXT)


def retrieve(folder: Path) -> None:
    encoder = load_bi_encoder(folder, device="cpu")
    assert torch.from_numpy(encoder.embed([TEXT, "tos"])).isfinite().all()


def rerank(folder: Path) -> None:
    cross, _ = load_cross_encoder(folder, device="cpu")
    assert torch.from_numpy(cross.predict([("tos", "dolor", TEXT)])).isfinite().all()


def look_around(folder: Path) -> None:
    space = ConceptSpace.read(folder)
    assert sum(row["concepts"] for row in space.chapters()) == len(space)
    for number, code in enumerate(space.concepts["code"]):
        near = [cosine for _, cosine in space.neighbours(number, 2)]
        assert all(abs(cosine) <= 1.1 for cosine in near)
        assert space.farthest_names(number)
        assert 0 <= space.find(code) < len(space)


def read_concepts(folder: Path) -> None:
    concepts = TokenConcepts.load(folder, device="cpu")
    points = concepts.points(concepts.tokenize(TEXT))
    numbers, cosines = concepts.nearest_to_mention(points, 2)
    assert all(concepts.concepts["code"][number] is not None for number in numbers)
    assert all(abs(cosine) <= 1.1 for cosine in cosines)


USES = {
    "model": encode,
    "edged": project,
    "adapter": encode,
    "delta": encode,
    "tagger": tag,
    "frozen": tag,
    "retriever": retrieve,
    "reranker": rerank,
    "space": look_around,
    "views": read_concepts,
}


@pytest.fixture(scope="module")
def folders(checkpoints, tmp_path_factory):
    return build_folders(tmp_path_factory.mktemp("folders"), checkpoints / "bert")


def use_damaged(folders, random, kind):
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root) / "damaged"
        shutil.copytree(folders[kind], folder)
        done = damage(folder, random)
        try:
            USES[kind](folder)
        except BaseException as error:
            assert isinstance(error, ProjectorError), f"{done}: {error!r}"
            assert not is_fault(error), done
            assert "damaged" in str(error), f"{done}: {error}"
            assert len(str(error)) < 2000, f"{done}: {error}"


def test_a_configurations_dtype_that_is_none_is_told(folders, tmp_path):
    folder = tmp_path / "damaged"
    shutil.copytree(folders["model"], folder)
    said = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**said, "dtype": 0.5}))
    with pytest.raises(ModelError, match=r"the configuration in .*damaged.*can't be read"):
        encode(folder)


def test_whole_folders_work(folders):
    for kind, folder in folders.items():
        USES[kind](folder)


@pytest.mark.promise(
    "offsets are true and losses counted, or it is told where",
    "damaged folders of models, taggers, coders",
    trials=60,
)
@given(random=st.randoms(use_true_random=False), kind=st.sampled_from(sorted(USES)))
@settings(
    max_examples=60, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_damaged_folder_is_told_or_works(folders, random, kind):
    use_damaged(folders, random, kind)


@pytest.mark.promise(
    "offsets are true and losses counted, or it is told where",
    "damaged folders of models, taggers, coders",
    trials=2_500,
)
@pytest.mark.slow
@given(random=st.randoms(use_true_random=False), kind=st.sampled_from(sorted(USES)))
@settings(
    max_examples=2500,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_thousands_of_damaged_folders_are_told_or_work(folders, random, kind):
    use_damaged(folders, random, kind)
