"""Train the aligner: a multi-view teacher, a distilled student."""
