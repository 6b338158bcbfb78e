"""Run other people's aligners on the same weights and texts, to measure ours against.

They come with `pip install '.[peers]'`; this package imports without them.
"""
