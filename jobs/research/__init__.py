"""Measure, and make data to measure on; imported by nothing else."""
