"""Read and write corpora: only here do bytes meet documents."""
