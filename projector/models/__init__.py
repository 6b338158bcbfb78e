"""Find, verify and load encoders: the embedded default, local folders, hub names."""
