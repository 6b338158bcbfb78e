"""Tag documents: an encoder, a head, and the folder that both are kept in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

from projector import models
from projector.corpus.language_names import UNKNOWN_LANGUAGE
from projector.decode.tagger_evidence import TokenEvidence
from projector.document import (
    TAGGED_NOTE,
    Document,
    Fragment,
    Mention,
    as_document,
    with_scores,
)
from projector.errors import ModelError
from projector.models.devices import resolve_device
from projector.models.foreign_errors import foreign_reading
from projector.models.unfilled import unfilled
from projector.models.weights import read_state
from projector.tagging.found import FoundSpans, find_spans
from projector.tagging.head import Head
from projector.tagging.span_calibration import MIN_PROBABILITY, SpanCalibration
from projector.tagging.sure_mentions import scoring_at_least
from projector.tagging.tagger_folder import (
    TAGGER_FILE,
    WEIGHTS_FILE,
    WHOLE,
    TaggerFolder,
    encoder_of,
    unreadable,
)
from schemas.tagger_training import HeadConfiguration

if TYPE_CHECKING:
    from projector.models.encoder import Encoder
    from projector.settings import Precision
    from projector.text.tokens import TokenizedText


@dataclass(frozen=True, slots=True, eq=False)
class Tagger:
    """Find entities of some types in texts of any length and language.

    Args:
        name: What the user calls it.
        fingerprint: Hash of all that decides what it finds.
        types: The entity types, E of them.
        supports: Those of which `support` tells.
        encoder: Gives tokens and vectors.
        head: In evaluation mode.
        min_probability: How likely a span must be, by the head's own word, to be told.
        calibration: What its probabilities are worth.
    """

    name: str
    fingerprint: str
    types: tuple[str, ...]
    supports: tuple[str, ...]
    encoder: Encoder
    head: Head
    min_probability: float = MIN_PROBABILITY
    calibration: SpanCalibration = field(default_factory=SpanCalibration)

    @classmethod
    def from_pretrained(
        cls,
        model: str | Path = WHOLE,
        *,
        device: str = "auto",
        precision: Precision = "auto",
    ) -> Tagger:
        """Load a tagger, as `projector tag` does.

        Args:
            model: `clinical-whole`, which is installed; `clinical`, which is, too, four times as
                quick, and finds less; or the folder of a tagger or of its training run.
            device: Where it runs: `auto` (CUDA where there is one), `cpu`, `cuda`, `cuda:1`, …
            precision: As `projector.models.load` takes it.

        Raises:
            ModelError: There is no such tagger, or it can't be loaded.

        Example:
            >>> Tagger.from_pretrained("clinical").types
            ('DISEASE', 'SYMPTOM', 'PROCEDURE', 'MEDICATION')
        """
        return load_tagger(Path(model), device=device, precision=precision)

    def scores(self, text: TokenizedText) -> Tensor:
        """Return [T, E, 3] float32 BIO scores of a text that its encoder tokenised.

        Raises:
            ModelError: They are no numbers.
        """
        return self.scores_of(self.encoder.encode([text])[0])

    def scores_of(self, vectors: Tensor) -> Tensor:
        """Return the same of a text whose tokens have vectors [T, d]."""
        with torch.inference_mode():
            scores: Tensor = self.head(vectors)
        if not scores.isfinite().all():
            raise ModelError(
                f"{self.name}: its scores of a text are NaN or infinite; expected numbers. Try "
                "--precision fp32; where that doesn't help, train it again"
            )
        return scores

    def found(self, text: TokenizedText) -> Sequence[FoundSpans]:
        """Return the spans found in a text, type by type; nothing where it has no tokens."""
        if not len(text):
            return []
        return list(
            find_spans(
                self.head,
                self.types,
                self.scores(text),
                text.offsets,
                min_probability=self.min_probability,
            )
        )

    def tag(
        self, text: str | Document, *, language: str | None = None, min_score: float = 0.0
    ) -> Document:
        """Return a document with the mentions found in its text, and how sure each is.

        Args:
            text: Or a document, whose own mentions and annotations play no part.
            language: Of a text, where it is known: a plain code. It is written on the document,
                the tagger finds the same without it.
            min_score: In [0, 1]; mentions with a lower score are left out.

        Returns:
            With a note on each mention that says its score: how often mentions of its type with
            that score are right to both edges, or, where that was not measured for this tagger
            (`calibration`), how likely it takes this one to be so itself.
            `projector.document.noted_scores` reads them.

        Raises:
            ValueError: A document comes with another language than its own.

        Example:
            >>> tagger = Tagger.from_pretrained("clinical")
            >>> found = tagger.tag("El paciente presentó fiebre y vómitos.", language="es")
            >>> [(mention.surface(found.text), mention.label) for mention in found.mentions]
            [('fiebre', 'SYMPTOM'), ('vómitos', 'SYMPTOM')]
        """
        if isinstance(text, str) and language is None:
            language = UNKNOWN_LANGUAGE
        document = as_document(text, language=language)
        rows = sorted(
            (int(start), int(end), one.label, float(score))
            for one in self.found(self.encoder.tokenize(document.text))
            for (start, end), score in zip(
                one.spans, self.calibration.scores(one.label, one.probabilities), strict=True
            )
        )
        mentions = tuple(
            Mention(f"T{number}", label, (Fragment(start, end),))
            for number, (start, end, label, _) in enumerate(rows, start=1)
        )
        scores = {one.id: score for one, (*_, score) in zip(mentions, rows, strict=True)}
        tagged = Document(document.name, document.language, document.text, mentions)
        return scoring_at_least(with_scores(tagged, scores, note=TAGGED_NOTE), min_score)

    def evidence(self, text: str) -> TokenEvidence:
        """Return what it says of a translation, for the decoder to weigh."""
        tokens = self.encoder.tokenize(text)
        if not len(tokens):
            none = np.zeros((0, len(self.supports)), np.float32)
            return TokenEvidence(self.supports, tokens.offsets, none, none, none)
        vectors = self.encoder.encode([tokens])[0]
        return self.evidence_of(tokens, self.edges(vectors, self.scores_of(vectors)).cpu())

    def edges(self, vectors: Tensor, scores: Tensor | None = None) -> Tensor:
        """Return [3, T, E'] how surely each token is within, begins and ends a span, unchecked.

        Args:
            vectors: [T, d] of a text's tokens, as its encoder gives them; T is at least 1.
            scores: [T, E, 3] of the text, where they are known.
        """
        supported = [self.types.index(kind) for kind in self.supports]
        with torch.inference_mode():
            given: Tensor = self.head(vectors) if scores is None else scores
            return torch.stack(self.head.edges(given, supported))

    def evidence_of(self, tokens: TokenizedText, edges: Tensor) -> TokenEvidence:
        """Return what edges [3, T, E'], on the processor, say of a text of T tokens."""
        return TokenEvidence(self.supports, tokens.offsets, *edges.numpy())


def save_tagger(
    folder: Path,
    types: tuple[str, ...],
    head: Head,
    chosen: HeadConfiguration,
    metadata: dict[str, Any],
) -> None:
    """Write a head and what it finds to a folder, beside its encoder where that was trained.

    Args:
        folder: That of the model.
        types: The entity types.
        head: Its weights are kept in half precision.
        chosen: How it is built.
        metadata: `encoder`, where it is not in the folder: what `models.load` takes; and how it was
            made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    content = {
        "types": types,
        "head": chosen.model_dump(),
        "dimension": _dimension(head),
        **metadata,
    }
    text = json.dumps(content, indent=1, default=str)
    (folder / TAGGER_FILE).write_text(text, encoding="utf-8")
    weights = {name: one.half().cpu().contiguous() for name, one in head.state_dict().items()}
    save_file(weights, folder / WEIGHTS_FILE, metadata={"format": "pt"})
    (folder / WEIGHTS_FILE).chmod((folder / TAGGER_FILE).stat().st_mode)  # else its owner's only


def load_tagger(
    path: Path,
    *,
    encoder: Encoder | None = None,
    precision: Precision = "auto",
    device: str = "auto",
) -> Tagger:
    """Load a tagger from its folder or from its training run's.

    Args:
        path: The folder.
        encoder: Taken in place of the tagger's own where it gives the same vectors, so that one
            pass serves both.
        precision: Of the vectors, see `projector.models.load`; `auto` beside an encoder is any
            that it computes in.
        device: Of the tagger's own encoder.

    Raises:
        ModelError: There is no tagger, or it can't be read.
    """
    folder = TaggerFolder.read(path)
    try:
        # What a file asks for needn't fit into memory.
        with foreign_reading(folder.path / TAGGER_FILE, "a head"), unfilled():
            head = Head(folder.dimension, len(folder.types), folder.head)
        weights = read_state(folder.path / WEIGHTS_FILE, head, f"as {TAGGER_FILE} says")
    except ModelError as error:
        raise unreadable(path, error) from error
    head.load_state_dict({name: one.float() for name, one in weights.items()})
    if encoder is None or not _serves(encoder, folder, precision):
        chosen = precision if encoder is None else folder.precision_beside(precision)
        resolve_device(device)  # where it can't be, that is no fault of the folder's
        with encoder_of(path):
            encoder = models.load(**folder.encoder, precision=chosen, device=device)
    if encoder.dimension != folder.dimension:
        raise ModelError(
            f"{folder.path / TAGGER_FILE}: its head takes vectors of {folder.dimension} numbers, "
            f"and {encoder.name} gives {encoder.dimension}; expected the encoder it was trained on"
        )
    computes_in = getattr(encoder, "precision", "fp32")
    if computes_in == "int8":
        head.quantise()
    fingerprint = folder.fingerprint_with(encoder.fingerprint, computes_in)
    head = head.eval().to(getattr(encoder, "device", torch.device("cpu")))
    return Tagger(
        str(path),
        fingerprint,
        folder.types,
        folder.support,
        encoder,
        head,
        folder.min_probability,
        folder.calibration,
    )


def _serves(encoder: Encoder, folder: TaggerFolder, precision: Precision) -> bool:
    """Tell whether an encoder gives the vectors that a tagger was trained on, as precisely."""
    with encoder_of(folder.path):
        known = models.fingerprints(**folder.encoder)
    fingerprints = known.values() if precision == "auto" else [known.get(precision)]
    return encoder.fingerprint in fingerprints


def _dimension(head: Head) -> int:
    if len(head.convolutions):
        return int(head.convolutions[0].in_channels)  # type: ignore[arg-type]
    return head.scores.in_features
