"""Train a student aligner from a frozen teacher: views fused, sharpened by transport, distilled."""
