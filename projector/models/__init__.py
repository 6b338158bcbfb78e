"""Say where encoders come from: the embedded default, a local folder, a hub name."""

from projector.models.catalogue import (
    DEFAULT_MODEL,
    ModelEntry,
    fingerprint,
    list_models,
    load,
)

__all__ = ["DEFAULT_MODEL", "ModelEntry", "fingerprint", "list_models", "load"]
