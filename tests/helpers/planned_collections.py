"""A plan of a collection, and shards of it, that nobody had to plan or to work on."""

from collections.abc import Sequence

from jobs.folder import RunFolder
from jobs.plan import CollectionPlan, ShardPlan
from jobs.shard_file import ShardFacts, write_shard
from projector.document import Document, Fragment, Mention, Status
from projector.run.outcome import DocumentOutcome, MentionOutcome, unprojected_outcome
from schemas.manifest import ModelFacts
from schemas.run import RunConfiguration


def collection_plan(shards: Sequence[int], *, languages: int = 1, **changes) -> CollectionPlan:
    """Return the plan of shards with so many documents each, of one mention a document."""
    content = {
        "configuration": RunConfiguration(source="es", targets=("en",)).model_dump(mode="json"),
        "directory": "/",
        "model": ModelFacts(name="tiny", fingerprint="0123"),
        "precision": "fp32",
        "device": "cpu",
        "inputs": (),
        "corpora": (),
        "versions": {"projector": "0"},
        "shard_size": max(shards, default=1),
        "shards": len(shards),
        "work": "",
        "documents": sum(shards),
        "tasks": sum(shards) * languages,
        "characters": 0,
        "mentions": sum(shards) * languages,
    }
    return CollectionPlan.model_validate({**content, **changes})


def shard_plans(shards: Sequence[int], *, length: int = 0) -> list[ShardPlan]:
    """Return what a driver knows of such shards, of documents of so many characters."""
    return [
        ShardPlan(shard=number, documents=size, tasks=size, characters=size * length, mentions=size)
        for number, size in enumerate(shards)
    ]


def document_outcome(name: str, language: str = "en", *, failed: bool = False) -> DocumentOutcome:
    """Return what became of a document with one mention."""
    span = (Fragment(0, 3),)
    if failed:
        source = Document(name, "es", "Tos.", (Mention("T1", "SYMPTOM", span),))
        return unprojected_outcome(source, language, Status.FAILED, "why")
    target = Document(name, language, "Tos.", (Mention("T1", "SYMPTOM", span),))
    told = MentionOutcome("T1", "SYMPTOM", Status.PROJECTED, "", 0.5, span, "Tos", span, "Tos")
    return DocumentOutcome(language, name, target, (told,))


def commit_shard(
    folder: RunFolder, plan: CollectionPlan, number: int, size: int, *, failed: int = 0
) -> ShardFacts:
    """Write a shard as a worker leaves it: the first `failed` of its documents failed."""
    outcomes = [
        document_outcome(f"{number}-{document}", failed=document < failed)
        for document in range(size)
    ]
    path = folder.shard(number)
    return write_shard(path, outcomes, fingerprint=plan.fingerprint, shard=number)
