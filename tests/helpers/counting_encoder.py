"""An encoder that counts what it is asked for."""

from collections import Counter

from projector.models.character_ngrams import TinyEncoder


class CountingEncoder:
    """Count the texts that the tiny encoder is asked to encode."""

    edges = None

    def __init__(self):
        self.tiny = TinyEncoder()
        self.texts = Counter()
        self.name, self.fingerprint, self.dimension = "counting", "counting-1", self.tiny.dimension

    def tokenize(self, text):
        return self.tiny.tokenize(text)

    def encode(self, texts):
        self.texts.update(text.text for text in texts)
        return self.tiny.encode(texts)
