"""Run the pipeline over collections, and measure it."""
