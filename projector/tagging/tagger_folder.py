"""Find and read what a tagger's folder says, without its weights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from projector import models
from projector.errors import ConfigurationError, ModelError
from projector.models.catalogue import find_entry
from projector.models.folder_file import read_contract
from projector.settings import DEFAULT_MODEL
from projector.storage.hashes import content_hash, file_hash
from projector.storage.trained_folder import find_trained
from projector.tagging.span_calibration import MIN_PROBABILITY, SpanCalibration
from schemas.model_folder import TaggerSaid

if TYPE_CHECKING:
    from projector.settings import Precision, Settings
    from schemas.run import ModelConfiguration, RunConfiguration
    from schemas.tagger_training import HeadConfiguration

TAGGER_FILE = "tagger.json"
WEIGHTS_FILE = "head.safetensors"
SHIPPED = "clinical"  # the installed tagger that shares the default model's pass
WHOLE = "clinical-whole"  # the installed one with an encoder of its own, which finds more
# The first, and nothing else: a folder of the user's may be called as the tagger is.
INSTALLED = f"package:{SHIPPED}"
_INT8_SCORING = "2"  # how a head computes beside an encoder in int8; 2: in int8, too
AUTO, NONE = "auto", "none"  # what a user may say instead of a tagger


def is_tagger(path: Path) -> bool:
    """Tell whether this names a tagger, or a folder that holds one, or the run of one."""
    return (_folder_of(path) / TAGGER_FILE).is_file()


def _folder_of(path: Path) -> Path:
    """Return where a tagger is: in the folder, in that of its run, or installed."""
    here = Path(__file__).parent
    shipped = {SHIPPED: here / SHIPPED, WHOLE: here / "clinical_whole"}
    if str(path) == INSTALLED:
        return shipped[SHIPPED]
    return find_trained(path, TAGGER_FILE, installed=shipped)


@dataclass(frozen=True, slots=True)
class TaggerFolder:
    """A tagger at rest.

    Args:
        path: Its folder.
        types: The entity types that it finds.
        support: Those of them of which it tells a decoder.
        dimension: Width of the vectors that its head takes.
        head: How its head is built.
        encoder: What `models.load` takes to load its encoder.
        min_probability: How likely a span must be, by the head's own word, to be told.
        calibration: What its probabilities are worth.
    """

    path: Path
    types: tuple[str, ...]
    support: tuple[str, ...]
    dimension: int
    head: HeadConfiguration
    encoder: dict[str, Any]
    min_probability: float
    calibration: SpanCalibration

    @classmethod
    def read(cls, path: Path) -> TaggerFolder:
        """Read a tagger by its name, its folder, or that of its training run.

        Raises:
            ModelError: There is no tagger in it.
        """
        folder = _folder_of(path)
        try:
            said = read_contract(folder / TAGGER_FILE, TaggerSaid, "what a tagger finds, and how")
        except ModelError as error:
            raise unreadable(path, error) from error
        # As a path: a folder is meant, though it be called as a known model is.
        encoder = {"name_or_path": folder, **said.encoder.model_dump(exclude_none=True)}
        support = said.types if said.support is None else said.support
        calibration = SpanCalibration(said.calibration or {})
        return cls(
            folder,
            said.types,
            support,
            said.dimension,
            said.head,
            encoder,
            said.min_probability or MIN_PROBABILITY,
            calibration,
        )

    def fingerprint(self, *, precision: Precision, device: str) -> str:
        """Return a hash of all that decides what it finds.

        Args:
            precision, device: Of its encoder, see `projector.models.load`.
        """
        with encoder_of(self.path):
            if precision == "auto":
                from projector.models.devices import resolve

                measured = find_entry(self.encoder["name_or_path"]).is_measured
                precision = resolve(precision, device, measured=measured).precision
            known = models.fingerprint(**self.encoder, precision=precision, device=device)
        return self.fingerprint_with(known, precision)

    def precision_beside(self, precision: Precision) -> Precision:
        """Return what its encoder computes in beside a model that computes so.

        That is the same, but fp32 where the model computes in int8 and the encoder can't.
        """
        entry = find_entry(self.encoder["name_or_path"])
        return "fp32" if precision == "int8" and not entry.is_measured else precision

    def fingerprint_with(self, encoder: str, precision: str | None) -> str:
        """Return the same from its encoder's fingerprint.

        Args:
            encoder: The fingerprint.
            precision: What that computes in, as resolved.
        """
        parts = {name: file_hash(self.path / name) for name in (TAGGER_FILE, WEIGHTS_FILE)}
        if precision == "int8":
            parts["scoring"] = _INT8_SCORING
        return content_hash({"encoder": encoder, **parts})


@contextmanager
def encoder_of(path: Path) -> Iterator[None]:
    """Say of what goes wrong with a tagger's encoder in the block whose it is.

    Raises:
        ModelError: Something did.
    """
    try:
        yield
    except (ModelError, ConfigurationError) as error:
        raise ModelError(f"{path}: its encoder can't be had ({error})") from error


def default_tagger(model: ModelConfiguration, settings: Settings) -> str | None:
    """Return the tagger of a projection whose user names none; None where it has none.

    It is the installed one where that costs next to nothing, because it reads what the default
    model reads, and where the spans are weighed, not taken as the published recipe takes them.
    """
    own_view = (model.layer, model.granularity, model.window) != (None, None, None)
    weighed = settings.decode.method == "best-span"
    return INSTALLED if model.name == DEFAULT_MODEL and weighed and not own_view else None


def describe_tagger(configuration: RunConfiguration, shared: bool) -> str:
    """Return in words whether a run's tagger shares the model's pass over a text."""
    what = "shares the model's pass" if shared else "runs an encoder of its own"
    return f"tagger {configuration.tagger_model}: {what}"


def unreadable(path: Path, error: Exception) -> ModelError:
    """Return what to say of a folder that can't be read as a tagger's."""
    return ModelError(
        f"{path}: no tagger can be read ({error}); expected the folder of a run of "
        "`projector train tagger`"
    )
