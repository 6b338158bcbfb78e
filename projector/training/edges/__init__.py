"""Train models of the edges of spans."""
