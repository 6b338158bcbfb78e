r"""Project texts and documents at hand, as a notebook or a script does, with a command's defaults.

>>> projector = Projector.from_pretrained()
>>> source = Document.from_spans("Paciente con tos.", [(13, 16, "SYMPTOM")], language="es")
>>> projector.project(source, "Paziente con tosse.", language="it").to_brat()
'T1\tSYMPTOM 13 18\ttosse\n'
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from projector import models
from projector.align.word_links import align_words
from projector.audit.audit_pair import PairAudit, audit_pair
from projector.corpus.documents import to_brat
from projector.decode.least_score import least_score
from projector.document import (
    Annotation,
    Document,
    DocumentPair,
    Mention,
    Projection,
    Status,
    as_document,
    mention_mark,
)
from projector.explain import Explanation, explain_mention
from projector.html import Mark, marked_text, side_by_side
from projector.models.encoder import CachedEncoder
from projector.pipeline import project_pair
from projector.settings import DEFAULT_MODEL, AlignSettings, Settings
from projector.tagging.tagger import Tagger, load_tagger
from projector.tagging.tagger_folder import AUTO, NONE, default_tagger
from schemas.run import ModelConfiguration

if TYPE_CHECKING:
    from projector.decode.tagger_evidence import TaggerEvidence
    from projector.models.encoder import Encoder
    from projector.settings import Precision


@dataclass(frozen=True, slots=True)
class ProjectedPair:
    """A document and its translation with the mentions projected onto it.

    In a notebook it shows both texts beside each other, equal mentions in equal colours.

    Args:
        source: The document whose mentions they are.
        document: The translation; its mentions keep their source ids and labels, its annotations
            are those that could travel with them.
        projections: What became of each source mention, in the source's order.
        lost: The annotations that could not travel, because what they are about is not projected.
    """

    source: Document
    document: Document
    projections: tuple[Projection, ...]
    lost: tuple[Annotation, ...] = ()

    @property
    def mentions(self) -> tuple[Mention, ...]:
        """Return the mentions of the translation: those that were projected."""
        return self.document.mentions

    def to_brat(self) -> str:
        """Return the translation's annotations as its `.ann`, see `projector.to_brat`."""
        return to_brat(self.document)

    def _repr_html_(self) -> str:
        """Return both texts side by side with their mentions marked: for notebooks."""
        colors = {mention.id: number for number, mention in enumerate(self.source.mentions)}
        outcomes = {projection.mention_id: projection for projection in self.projections}
        return side_by_side(
            marked_text(
                document.text,
                [_mark(one, colors[one.id], outcomes[one.id]) for one in document.mentions],
                heading=f"{document.name} · {document.language}",
                language=document.language,
            )
            for document in (self.source, self.document)
        )


def _mark(mention: Mention, color: int, outcome: Projection) -> Mark:
    if outcome.status is Status.PROJECTED:
        shared = f", on words of {', '.join(outcome.collapsed_with)}, too"
        note = f"score {outcome.score:.4f}{shared if outcome.collapsed_with else ''}"
        return mention_mark(mention, color=color, note=note)
    return mention_mark(mention, color=color, note=f"{outcome.status}: {outcome.reason}")


@dataclass(frozen=True, slots=True, eq=False)
class Projector:
    """Project mentions onto translations, align words, and say why a mention went where it went.

    Calls leave nothing behind: one projector may serve several threads.

    Args:
        encoder: Gives tokens and vectors.
        tagger: Finds entities in the translation for the decoder to weigh; None: nobody does.
        settings: Of aligning and decoding.
    """

    encoder: Encoder
    tagger: Tagger | None = None
    settings: Settings = field(default_factory=Settings)

    @classmethod
    def from_pretrained(
        cls,
        model: str | Path = DEFAULT_MODEL,
        *,
        tagger: str | Path | None = AUTO,
        settings: Settings | None = None,
        device: str = "auto",
        precision: Precision = "auto",
    ) -> Projector:
        """Load what projects, as `projector project` does: the same spans, the same scores.

        Args:
            model: A known name (see `projector models`), a folder or a hub name; only for the
                last is the network touched.
            tagger: `auto`: the installed one where it shares the model's pass over a text; `none`
                or None: no tagger; `clinical`, or a tagger's folder.
            settings: Of aligning and decoding; None: the defaults, `published()`: the recipe of
                ClinicalAligner26AM.
            device: `auto` (CUDA where there is one), `cpu`, `cuda`, `cuda:1`, …
            precision: `auto` (int8 of an installed model on an x86 processor, else bf16 where
                the device is fast in it, else fp32), `fp32`, `bf16`, `fp16` or `int8`.

        Raises:
            ModelError: There is no such model or tagger, or it can't be loaded.
            ConfigurationError: There is no such device or precision; or the settings ask for a
                `min_precision` that nobody knows of the model's scores.

        Example:
            >>> projector = Projector.from_pretrained()
            >>> projector.encoder.name, projector.tagger.name
            ('aligner', 'package:clinical')
        """
        settings = settings or Settings()
        encoder, helper = _loaded(model, tagger, settings, device=device, precision=precision)
        least_score(encoder.edges, settings.decode)  # what it can't promise is refused here
        return cls(encoder, helper, settings)

    def project(
        self, source: Document, target: str | Document, *, language: str | None = None
    ) -> ProjectedPair:
        """Project a document's mentions onto its translation.

        Args:
            source: With its mentions; see `Document.from_spans`, `read_corpus`.
            target: The translation, whose own mentions, if any, play no part.
            language: The translation's, a plain code, where it is a text.

        Raises:
            ValueError: A text comes without its language, or a document with another than its own.

        Example:
            >>> projector = Projector.from_pretrained()
            >>> es = Document.from_spans(
            ...     "Paciente con diabetes mellitus.", [(13, 30, "DISEASE")], language="es"
            ... )
            >>> result = projector.project(es, "Paziente con diabete mellito.", language="it")
            >>> [mention.surface(result.document.text) for mention in result.mentions]
            ['diabete mellito']
            >>> [(one.mention_id, str(one.status), one.score) for one in result.projections]
            [('T1', 'projected', ...)]
            >>> print(result.to_brat(), end="")
            T1 DISEASE 13 28 diabete mellito
        """
        return self._project(_pair(source, target, language), CachedEncoder(self.encoder))

    def project_all(
        self,
        pairs: Iterable[tuple[Document, str | Document]],
        *,
        language: str | None = None,
    ) -> Iterator[ProjectedPair]:
        """Project pair after pair; a text that recurs in neighbouring pairs is encoded once.

        Args:
            pairs: (source, translation), read as the results are asked for: any number of them.
            language: That of the translations that are texts; documents have their own.

        Raises:
            ValueError: A text comes without a language; raised when it is reached.

        Example:
            >>> projector = Projector.from_pretrained()
            >>> es = Document.from_spans("Fiebre y tos.", [(9, 12, "SYMPTOM")], language="es")
            >>> pairs = [(es, Document("text", "it", "Febbre e tosse.")),
            ...          (es, Document("text", "en", "Fever and cough."))]
            >>> for result in projector.project_all(pairs):
            ...     print([mention.surface(result.document.text) for mention in result.mentions])
            ['tosse']
            ['cough']
        """
        cached = CachedEncoder(self.encoder)
        for source, target in pairs:
            spoken = language if isinstance(target, str) else None
            yield self._project(_pair(source, target, spoken), cached)

    def explain(
        self,
        source: Document,
        target: str | Document,
        mention_id: str,
        *,
        language: str | None = None,
        most: int = 5,
    ) -> Explanation:
        """Say why a mention went where it went: its tokens, the rivals of its span, what decided.

        Args:
            source, target, language: As `project` takes them.
            mention_id: The source mention's.
            most: How many target tokens and candidate spans are listed.

        Raises:
            ConfigurationError: The source has no such mention.
            ValueError: As `project`.

        Example:
            >>> projector = Projector.from_pretrained()
            >>> es = Document.from_spans("Fiebre y tos.", [(9, 12, "SYMPTOM")], language="es")
            >>> explanation = projector.explain(es, "Febbre e tosse.", "T1", language="it")
            >>> explanation.projected, [rival.text for rival in explanation.rivals[0]][0]
            ('tosse', 'tosse')
        """
        pair, cached = _pair(source, target, language), CachedEncoder(self.encoder)
        evidence = self._evidence(pair, cached)
        return explain_mention(
            pair, mention_id, cached, self.settings, most=most, evidence=evidence
        )

    def audit(
        self, source: Document, target: str | Document, *, language: str | None = None
    ) -> PairAudit:
        """Say what a translation changes, leaves out or adds, and how faithful it is.

        Whatever the projector's own settings are, texts are compared by the default ones: an
        audit's limits are set on these, and on the vectors of the default model.

        Args:
            source, target, language: As `project` takes them; mentions play no part.

        Raises:
            ValueError: As `project`.

        Example:
            >>> projector = Projector.from_pretrained()
            >>> es = Document("text", "es", "Toma 5 mg de prednisona al día.")
            >>> audit = projector.audit(es, "Takes 15 mg of prednisone a day.", language="en")
            >>> audit.is_pair, [str(finding.kind) for finding in audit.findings]
            (True, ['number'])
        """
        return audit_pair(
            _pair(source, target, language), CachedEncoder(self.encoder), AlignSettings()
        )

    def align_words(
        self, source: Sequence[str], target: Sequence[str]
    ) -> list[tuple[int, int, float]]:
        """Link the words of a sentence and its translation.

        Words want a warmer transport than spans do, and less of it: it is that of
        `align.word_links`, whatever the projector's own settings are.

        Args:
            source: The sentence's words, as whoever has them counts them.
            target: The translation's.

        Returns:
            (source word, target word, strength), in order: numbers from 0, and a strength in
            [.4, 1], the geometric mean of the shares of their mass that the words give each other.

        Raises:
            ValueError: A sentence is given as a text, not as words.

        Example:
            >>> projector = Projector.from_pretrained()
            >>> links = projector.align_words(["tos", "y", "fiebre"], ["fever", "and", "cough"])
            >>> [(left, right) for left, right, strength in links]
            [(0, 2), (1, 1), (2, 0)]
        """
        for words in (source, target):
            if isinstance(words, str):
                raise ValueError(f"{words[:40]!r} is a text; expected its words, as .split() gives")
        return align_words(source, target, self.encoder)

    def _project(self, pair: DocumentPair, cached: CachedEncoder) -> ProjectedPair:
        evidence = self._evidence(pair, cached)
        projected = project_pair(pair, cached, self.settings, evidence=evidence)
        return ProjectedPair(
            projected.source, projected.document, projected.projections, projected.lost
        )

    def _evidence(self, pair: DocumentPair, cached: CachedEncoder) -> TaggerEvidence | None:
        """Return what the tagger says of a translation; one pass over it serves both, if it can."""
        if self.tagger is None:
            return None
        shared = self.tagger.encoder is self.encoder
        tagger = replace(self.tagger, encoder=cached) if shared else self.tagger
        return tagger.evidence(pair.target.text)


def _pair(source: Document, target: str | Document, language: str | None) -> DocumentPair:
    return DocumentPair(source, as_document(target, language=language, name=source.name))


def _loaded(
    model: str | Path,
    tagger: str | Path | None,
    settings: Settings,
    *,
    device: str,
    precision: Precision,
) -> tuple[Encoder, Tagger | None]:
    """Load a model and the tagger beside it as a run does."""
    # A folder of the user's may be called as an installed model is: a path is never a name.
    name = model if isinstance(model, str) else str(model.expanduser().absolute())
    encoder = models.load(name, device=device, precision=precision)
    if tagger is not None and str(tagger) == AUTO:
        tagger = default_tagger(ModelConfiguration(name=name), settings)
    if tagger is None or str(tagger) == NONE:
        return encoder, None
    return encoder, load_tagger(Path(tagger), encoder=encoder, device=device, precision=precision)
