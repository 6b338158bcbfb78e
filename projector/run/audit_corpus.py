"""Audit a corpus's translations and write what was found: tables for machines and people."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from projector.audit.findings import UNPAIRED, Kind
from projector.document import Document, DocumentPair
from projector.errors import CorpusError
from projector.run.audit_outcome import AuditOutcome, FindingOutcome
from projector.run.audit_tables import MARK, audit_writer
from projector.run.plan import Plan, Task, plan_run
from projector.run.reporter import SILENT, Progress, Reporter, loading
from projector.storage.atomic_folder import atomic_folder, refuse_existing

if TYPE_CHECKING:
    from torch import Tensor

    from projector.audit.better_partner import Vector
    from projector.models.encoder import Encoder
    from schemas.audit import AuditConfiguration


@dataclass(frozen=True, slots=True)
class DocumentAudit:
    """A document's name, its translation's, and what is wrong with it."""

    source: str
    target: str
    audit: AuditOutcome

    @property
    def is_pair(self) -> bool:
        """Tell whether the texts are a document and its translation at all."""
        return not any(finding.kind in UNPAIRED for finding in self.audit.findings)


@dataclass(slots=True)
class AuditSummary:
    """How many findings there are of which kind, and how faithful the translations are.

    Args:
        documents: Pairs that were audited, by language.
        findings: By language and kind.
        unpaired: Documents that are wrong pairs or untranslated, by language.
        faithfulness: The mean over documents of the score and its parts, by language.
        problems: What could not be read, and was skipped.
    """

    documents: Counter[str] = field(default_factory=Counter)
    findings: Counter[tuple[str, Kind]] = field(default_factory=Counter)
    unpaired: Counter[str] = field(default_factory=Counter)
    faithfulness: dict[str, tuple[float, float, float, float]] = field(default_factory=dict)
    problems: int = 0

    def add(self, language: str, audits: Sequence[DocumentAudit]) -> None:
        """Count a language's documents."""
        self.documents[language] += len(audits)
        for document in audits:
            self.findings.update((language, finding.kind) for finding in document.audit.findings)
            self.unpaired[language] += not document.is_pair
        columns = [
            (one.faithfulness, one.source_covered, one.target_covered, one.intact)
            for one in (document.audit for document in audits)
        ]
        if columns:
            score, source, target, intact = (
                sum(column) / len(columns) for column in zip(*columns, strict=True)
            )
            self.faithfulness[language] = (score, source, target, intact)


def audit_configuration(
    configuration: AuditConfiguration,
    output: Path,
    *,
    overwrite: bool = False,
    device: str = "auto",
    reporter: Reporter = SILENT,
) -> AuditSummary:
    """Audit translations as a configuration says and write the audit's folder.

    Args:
        configuration: All that was chosen.
        output: The folder to write.
        overwrite: Replace an earlier audit there.
        device: Where the model runs.
        reporter: Is told what happens, and how far it is.

    Raises:
        ProjectorError: What can't be read, loaded or written.
    """
    from projector.run.models import check_models, load_model

    run = configuration.as_run()
    refuse_existing(output, overwrite=overwrite, mark=MARK)
    check_models(run)
    plan = plan_run(run)
    reporter.planned(plan)
    with loading(reporter, f"model {run.model.name}"):
        encoder = load_model(run.model, device)
    summary = AuditSummary(problems=len(plan.problems))
    tasks = [task for task in plan.tasks if task.translation is not None]
    audits: defaultdict[str, list[DocumentAudit]] = defaultdict(list)
    means: defaultdict[str, list[tuple[Vector, Vector]]] = defaultdict(list)
    reporter.progressed(Progress(0, len(tasks)))
    for done, (language, audited, vectors) in enumerate(
        _audits(tasks, plan, encoder, summary, reporter, skip=configuration.on_error == "skip"),
        start=1,
    ):
        audits[language].append(audited)
        means[language].append(vectors)
        reporter.progressed(Progress(done, len(tasks)))
    for language in sorted(audits):
        audits[language] = _with_partners(audits[language], means[language])
        summary.add(language, audits[language])
    with (
        atomic_folder(output, overwrite=overwrite, mark=MARK) as folder,
        audit_writer(folder) as writer,
    ):
        for language in sorted(audits):
            for document in audits[language]:
                writer.add(language, document.source, document.target, document.audit)
    return summary


def _audits(
    tasks: Sequence[Task],
    plan: Plan,
    encoder: Encoder,
    summary: AuditSummary,
    reporter: Reporter,
    *,
    skip: bool,
) -> Iterator[tuple[str, DocumentAudit, tuple[Vector, Vector]]]:
    """Yield each pair's language, audit, and mean vectors."""
    from projector.models.encoder import CachedEncoder

    cached = CachedEncoder(encoder)
    for task in tasks:
        try:
            pair = _read(task, plan)
        except CorpusError as error:
            if not skip:
                raise
            summary.problems += 1
            reporter.told(f"skipped: {error}")
            continue
        audit, means = _audited(pair, cached)
        yield plan.language(task), DocumentAudit(pair.source.name, pair.target.name, audit), means


def _audited(pair: DocumentPair, encoder: Encoder) -> tuple[AuditOutcome, tuple[Vector, Vector]]:
    """Audit a pair; return the mean vectors of its texts, too."""
    from projector.align.aligner import token_vectors
    from projector.run.audit_task import audit_outcome
    from projector.settings import AlignSettings

    settings = AlignSettings()
    source, target = encoder.tokenize(pair.source.text), encoder.tokenize(pair.target.text)
    vectors = token_vectors(source, target, encoder, settings)
    encoded = encoder.encode([source, target])
    audit = audit_outcome(pair, source, target, vectors, settings)
    return audit, (_mean(encoded[0]), _mean(encoded[1]))


def _read(task: Task, plan: Plan) -> DocumentPair:
    """Read the texts of a task; annotations play no part."""
    assert task.translation is not None
    target = plan.target(task)
    source = Document(task.source, plan.source.language, plan.source.text(task.source))
    text = target.text(task.translation)
    return DocumentPair(source, Document(task.translation, target.language, text))


def _mean(vectors: Tensor) -> Vector:
    """Return the mean [d] of a text's token vectors [T, d]; noughts where it has none."""
    mean: Vector = (vectors.sum(0) / max(len(vectors), 1)).float().cpu().numpy()
    return mean


def _with_partners(
    audits: list[DocumentAudit], means: list[tuple[Vector, Vector]]
) -> list[DocumentAudit]:
    """Say of wrong pairs which document of the folder is the better partner."""
    from projector.audit.better_partner import better_partners

    asked = [one.source for one in audits if not one.is_pair]
    partners = better_partners(
        asked,
        {one.source: source for one, (source, _) in zip(audits, means, strict=True)},
        {one.target: target for one, (_, target) in zip(audits, means, strict=True)},
        {one.source: one.target for one in audits},
    )
    return [_with_partner(one, partners.get(one.source)) for one in audits]


def _with_partner(audited: DocumentAudit, partner: str | None) -> DocumentAudit:
    def told(finding: FindingOutcome) -> FindingOutcome:
        if finding.kind is not Kind.WRONG_PAIR:
            return finding
        return replace(finding, message=f"{finding.message}; {partner} is more alike")

    if partner is None or audited.is_pair:
        return audited
    findings = tuple(map(told, audited.audit.findings))
    return replace(audited, audit=replace(audited.audit, findings=findings))
