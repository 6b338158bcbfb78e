"""Say where encoders come from: the embedded default, a local folder, a hub name."""

from projector.models.catalogue import ModelEntry, list_models
from projector.models.load import fingerprint, fingerprints, load
from projector.settings import DEFAULT_MODEL

__all__ = ["DEFAULT_MODEL", "ModelEntry", "fingerprint", "fingerprints", "list_models", "load"]
