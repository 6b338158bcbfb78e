"""Say what a text is made of: sentences, words, tokens, windows, each with true offsets."""
