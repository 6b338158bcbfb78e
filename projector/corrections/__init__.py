"""What people say of a run: read, held against the run, and made part of it."""

from projector.corrections.read import read_corrections

__all__ = ["read_corrections"]
