from edge_models import edged_tiny

from projector.models import load
from projector.models.encoder import CachedEncoder, Encoder


class Counting:
    """The tiny encoder, counting what it is asked to encode."""

    def __init__(self):
        self.tiny: Encoder = load("tiny")
        self.asked = []
        self.cut = []

    def __getattr__(self, name):
        return getattr(self.tiny, name)

    def tokenize(self, text):
        self.cut.append(text)
        return self.tiny.tokenize(text)

    def encode(self, texts):
        self.asked += [text.text for text in texts]
        return self.tiny.encode(texts)


def test_cached_texts_are_encoded_once_and_unchanged():
    counting = Counting()
    cached = CachedEncoder(counting)
    one, two = cached.tokenize("fiebre y tos"), cached.tokenize("fever and cough")
    first = cached.encode([one, two, one])
    again = cached.encode([two, one])
    assert counting.asked == ["fiebre y tos", "fever and cough"]
    assert again[0] is first[1]
    assert again[1] is first[0] is first[2]
    assert first[0].equal(counting.tiny.encode([one])[0])
    assert (cached.name, cached.dimension) == ("tiny", counting.tiny.dimension)
    assert cached.fingerprint == counting.tiny.fingerprint


def test_the_oldest_cached_texts_are_forgotten_beyond_the_memory():
    counting = Counting()
    texts = [counting.tokenize(word) for word in ("uno", "dos", "tres")]
    cached = CachedEncoder(counting, memory=2 * counting.tiny.dimension * 4)
    for number in (0, 1, 0, 2, 0, 1):  # 1 is the oldest when 2 comes
        cached.encode([texts[number]])
    assert counting.asked == ["uno", "dos", "tres", "dos"]
    assert len(CachedEncoder(counting, memory=0).encode(texts)) == 3


def test_a_source_is_tokenised_once_for_all_of_its_translations():
    counting = Counting()
    cached = CachedEncoder(counting)
    for translation in ("fever", "febbre", "koorts"):
        for text in (translation, "fiebre", translation):
            assert cached.tokenize(text).text == text
    assert counting.cut == ["fever", "fiebre", "febbre", "koorts"]


def test_a_cached_encoder_has_the_encoders_edge_model():
    encoder = edged_tiny()
    assert CachedEncoder(encoder).edges is encoder.edges
    assert CachedEncoder(load("tiny")).edges is None
