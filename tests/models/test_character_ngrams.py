import subprocess
import sys

import torch

from projector.models import load

TEXT = "Paciente con fiebre y neumoni\u0301a.\nTos, 38.5 grados. Fiebre"


def similarity(one, two):
    tiny = load("tiny")
    first, second = tiny.encode([tiny.tokenize(one), tiny.tokenize(two)])
    return float(first[0] @ second[0])


def test_tokens_are_words_and_marks_of_punctuation():
    text = load("tiny").tokenize(TEXT)
    words = [TEXT[start:end] for start, end in text.offsets.tolist()]
    assert words[4:6] == ["neumoni\u0301a", "."]
    assert words[-5:] == [".", "5", "grados", ".", "Fiebre"]
    assert text.segments.max() == 2


def test_equal_and_similar_words_attract_each_other():
    assert similarity("neumonía", "neumoni\u0301a") > 0.999
    assert similarity("pneumonia", "polmonite") < similarity("pneumonia", "neumonía")
    assert similarity("cardiopatía", "cardiopathy") > similarity("cardiopatía", "fractured") + 0.2
    assert similarity("Tos", "tos") > 0.999


def test_vectors_have_length_one_and_the_size_announced():
    tiny = load("tiny")
    texts = [tiny.tokenize(TEXT), tiny.tokenize("")]
    vectors, none = tiny.encode(texts)
    assert vectors.shape == (len(texts[0]), tiny.dimension)
    assert none.shape == (0, tiny.dimension)
    assert vectors.dtype == torch.float32
    torch.testing.assert_close(vectors.norm(dim=1), torch.ones(len(vectors)))


def test_vectors_are_the_same_bits_in_every_process():
    code = (
        "import hashlib; from projector.models import character_ngrams;"
        f"v = character_ngrams._encode(character_ngrams.TinyEncoder().tokenize({TEXT!r}));"
        "print(hashlib.sha256(v.tobytes()).hexdigest())"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PATH": "", "OMP_NUM_THREADS": "1"},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1
