"""Carry a corpus onto its translations and write the run's folder."""
