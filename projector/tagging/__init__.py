"""Find entities in texts by themselves: BIO labels, a head on an encoder, the tagger."""
