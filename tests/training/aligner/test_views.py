import numpy as np
import pytest
import torch

from projector.models import load
from projector.training.aligner.views import TeacherView, concatenated, mapped, overlaps, phrases
from schemas.aligner_training import ViewConfiguration


def test_vectors_move_to_other_tokens_by_the_characters_they_share():
    vectors = torch.tensor([[1.0, 0.0], [0.0, 1.0], [4.0, 4.0]])
    own = np.array([[0, 4], [4, 6], [7, 9]])
    wanted = np.array([[0, 2], [2, 6], [7, 9], [10, 12]])
    expected = torch.tensor([[1.0, 0.0], [0.5, 0.5], [4.0, 4.0], [0.0, 0.0]])
    torch.testing.assert_close(mapped(vectors, own, wanted), expected)


def test_shared_characters_are_those_of_a_plain_count():
    random = np.random.default_rng(0)
    for _ in range(50):
        own, wanted = (
            np.sort(random.choice(40, 2 * count, replace=False)).reshape(-1, 2)
            for count in random.integers(1, 8, 2)
        )
        found = {(int(r), int(c)): int(n) for r, c, n in zip(*overlaps(own, wanted), strict=True)}
        plain = {
            (row, column): len(set(range(*own[column])) & set(range(*wanted[row])))
            for row in range(len(wanted))
            for column in range(len(own))
        }
        assert found == {pair: count for pair, count in plain.items() if count}


def test_context_is_concatenated_and_discounted():
    vectors = torch.arange(1.0, 5.0)[:, None]
    expected = torch.tensor(
        [
            [0.0, 0.0, 1.0, 0.2, 0.3],
            [0.0, 0.1, 2.0, 0.3, 0.4],
            [0.1, 0.2, 3.0, 0.4, 0.0],
            [0.2, 0.3, 4.0, 0.0, 0.0],
        ]
    )
    torch.testing.assert_close(concatenated(vectors, discount=0.1), expected)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("dolor de la rodilla, tos", "es", ["dolor", "de la rodilla", ",", "tos"]),
        ("pain in the knee", "en", ["pain", "in the knee"]),
        ("", "es", []),
    ],
)
def test_a_phrase_begins_at_a_function_word_and_ends_at_punctuation(text, language, expected):
    assert [text[start:end] for start, end in phrases(text, language).tolist()] == expected


@pytest.mark.parametrize("kind", ["phrase", "sentence"])
def test_a_token_carries_the_vector_of_its_stretch(checkpoints, kind):
    student = load(checkpoints / "bert", layer=1, device="cpu")
    view = TeacherView(
        ViewConfiguration(kind=kind, center=False), load(checkpoints / "xlm-roberta", device="cpu")
    )
    text = student.tokenize("paciente pálido, con tos. No hay dolor.")
    vectors = view.vectors(text, "es")
    assert vectors.shape == (len(text), 32)
    same = (vectors[:, None] - vectors).norm(dim=2) < 1e-5
    if kind == "sentence":
        whole = torch.from_numpy(text.segments[:, None] == text.segments)
        assert (same == whole).all()
    else:
        assert same[0, 1] and not same[0, len(text) - 1]


def test_a_view_with_another_tokeniser_looks_at_the_same_text(checkpoints):
    student = load(checkpoints / "bert", layer=1, device="cpu")
    tiny = TeacherView(ViewConfiguration(context=0, center=False), load("tiny"))
    text = student.tokenize("paciente con tos")
    vectors = tiny.vectors(text, "es")
    assert len(vectors) == len(text)
    torch.testing.assert_close(vectors.norm(dim=1), torch.ones(len(text)))


def test_a_frozen_view_keeps_its_vectors_free_of_gradients(checkpoints):
    encoder = load(checkpoints / "bert", layer=1, device="cpu")
    view = TeacherView(ViewConfiguration(), encoder)
    vectors = view.vectors(encoder.tokenize("paciente con tos"), "es")
    assert not vectors.requires_grad
    assert not any(weight.requires_grad for weight in encoder.model.parameters())
