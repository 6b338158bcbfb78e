from projector.models import load
from projector.models.encoder import Encoder, RecentTexts


class Counting:
    """The tiny encoder, counting what it is asked to encode."""

    def __init__(self):
        self.tiny: Encoder = load("tiny")
        self.asked = []

    def __getattr__(self, name):
        return getattr(self.tiny, name)

    def encode(self, texts):
        self.asked += [text.text for text in texts]
        return self.tiny.encode(texts)


def test_recent_texts_are_encoded_once_and_unchanged():
    counting = Counting()
    recent = RecentTexts(counting)
    one, two = recent.tokenize("fiebre y tos"), recent.tokenize("fever and cough")
    first = recent.encode([one, two, one])
    again = recent.encode([two, one])
    assert counting.asked == ["fiebre y tos", "fever and cough"]
    assert again[0] is first[1]
    assert again[1] is first[0] is first[2]
    assert first[0].equal(counting.tiny.encode([one])[0])
    assert (recent.name, recent.dimension) == ("tiny", counting.tiny.dimension)
    assert recent.fingerprint == counting.tiny.fingerprint


def test_recent_texts_forget_the_oldest_beyond_their_memory():
    counting = Counting()
    texts = [counting.tokenize(word) for word in ("uno", "dos", "tres")]
    recent = RecentTexts(counting, memory=2 * counting.tiny.dimension * 4)
    for number in (0, 1, 0, 2, 0, 1):  # 1 is the oldest when 2 comes
        recent.encode([texts[number]])
    assert counting.asked == ["uno", "dos", "tres", "dos"]
    assert len(RecentTexts(counting, memory=0).encode(texts)) == 3
