"""Compare a text with its translation: sentences, numbers, sides, negation, language."""
