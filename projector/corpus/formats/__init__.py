"""Read and write one file format a module."""
