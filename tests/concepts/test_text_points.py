"""Hold how a text's words and stretches become points."""

from dataclasses import replace

import torch
from concept_encoders import POINTS, placed, write_encoder

from projector.concepts.text_points import TextPoints
from projector.concepts.token_concepts import TokenConcepts, has_views
from projector.document import Fragment

PAIN, FEVER = POINTS[0], POINTS[2]


def test_a_word_means_what_its_token_does_and_a_stretch_the_mean():
    text = placed("dolor y fiebre", {"dolor": PAIN, "fiebre": FEVER})
    assert torch.equal(text.word_points()[[0, 2]], torch.stack([PAIN, FEVER]))
    both = text.point_of([Fragment(0, 5), Fragment(8, 14)])
    expected = torch.nn.functional.normalize(PAIN + FEVER, dim=0)
    assert torch.allclose(both, expected, atol=1e-6)
    assert text.words_of([Fragment(0, 5), Fragment(8, 14)]) == [0, 2]


def test_a_mention_means_what_its_text_and_its_words_alone_say_half_each():
    text = replace(
        placed("dolor y fiebre", {"dolor": PAIN}),
        names_points=lambda names: (torch.stack if names else list)(
            [FEVER if one == "dolor" else PAIN for one in names]
        ),
    )
    pain, both, none = text.mention_points(
        [[Fragment(0, 5)], [Fragment(0, 5), Fragment(8, 14)], [Fragment(5, 6)]]
    )
    assert torch.allclose(pain, torch.nn.functional.normalize(PAIN + FEVER, dim=0))
    last = torch.eye(6)[5]
    whole = torch.nn.functional.normalize(PAIN + last, dim=0)
    assert torch.allclose(both, torch.nn.functional.normalize(whole + PAIN, dim=0))
    assert none is None and text.mention_points([]) == []


def test_what_has_no_token_has_no_point():
    text = placed("dolor", {})
    assert text.point_of([]) is None and text.mention_points([[]]) == [None]
    assert text.words_of([]) == []
    assert placed("", {}).word_points().shape == (0, 6)


def test_a_text_is_read_by_an_encoder_with_views(checkpoints, tmp_path):
    folder = write_encoder(checkpoints / "bert", tmp_path / "encoder")
    assert has_views(folder) and not has_views(checkpoints / "bert")
    encoder = TokenConcepts.load(folder, device="cpu")
    text = TextPoints.of("dolor, tos", "es", encoder)
    assert text.points.shape == (len(text.units.tokens), 6)
    assert torch.allclose(text.word_points().norm(dim=1), torch.ones(3), atol=1e-5)
    names = encoder.names_points(["tos", "", "dolor", "tos"])
    assert names.shape == (4, 6) and torch.equal(names[0], names[3]) and not names[1].any()
    alone = encoder.views(encoder.encoder.encode([encoder.tokenize("dolor")])[0])
    assert torch.allclose(names[2], encoder.views.mention_point(alone), atol=1e-6)
    assert encoder.names_points([]).shape == (0, 6)
