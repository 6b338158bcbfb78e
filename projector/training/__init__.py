"""Train an aligner: a frozen teacher's views, sharpened by transport, distilled into a student."""
