"""Compare what there is for products of 8-bit integers: torch's own kernels and other libraries."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from jobs.research.baselines.baseline import import_package
from projector.errors import ConfigurationError

if TYPE_CHECKING:
    from torch import Tensor

Multiply = Callable[[], Any]
_ROUNDS = 60


@dataclass(frozen=True, slots=True)
class Linear:
    """A linear layer with something to multiply.

    Args:
        values: [T, K] its input.
        weight, bias: [N, K] and [N].
    """

    values: Tensor
    weight: Tensor
    bias: Tensor

    @classmethod
    def drawn(cls, tokens: int, width: int, rows: int) -> Linear:
        """Draw one of normal distribution."""
        import torch

        torch.manual_seed(0)
        values, weight = torch.randn(tokens, width) / 2, torch.randn(rows, width) / 20
        return cls(values, weight, torch.randn(rows) / 10)

    @property
    def scale(self) -> Tensor:
        """Return [N] what a step of each row of the weight is worth, in eight bits."""
        return self.weight.abs().amax(1) / 127

    @property
    def whole(self) -> Tensor:
        """Return [N, K] the weight in eight bits."""
        import torch

        return (self.weight / self.scale[:, None]).round().to(torch.int8)


def torch_kernels(layer: Linear) -> Iterator[tuple[str, Multiply]]:
    """Yield torch's own ways, fp32 first."""
    import torch
    from torch import nn

    from projector.models import int8
    from projector.models.int8_ranges import Range

    values, weight, bias = layer.values, layer.weight, layer.bias
    yield "torch fp32", lambda: nn.functional.linear(values, weight, bias)
    least, largest = values.amin(0), values.amax(0)
    seen = Range((least + largest) / 2, (largest - least) / 2)
    rounding, product = int8._rounded_product(weight, bias, seen)
    yield "int8 here: ranges by channel, weights of 7 bits", lambda: product(rounding(values))
    whole, scale = layer.whole.T.contiguous().T, layer.scale

    def by_token() -> Tensor:
        steps = values.abs().amax(1, keepdim=True) / 127
        sums = torch._int_mm((values / steps).round_().to(torch.int8), whole.T)
        return sums.float().mul_(steps).mul_(scale).add_(bias)

    yield "torch._int_mm, dynamic by token", by_token
    for engine in ("fbgemm", "onednn"):
        if engine in torch.backends.quantized.supported_engines:
            yield f"torch quantize_dynamic, {engine}, by tensor", _dynamic(layer, engine)


def _dynamic(layer: Linear, engine: str) -> Multiply:
    import torch

    quantization: Any = import_package("torch.ao.quantization")
    torch.backends.quantized.engine = engine
    wanted = {torch.nn.Linear: quantization.per_channel_dynamic_qconfig}
    quantised = quantization.quantize_dynamic(_module(layer), wanted)
    return lambda: quantised(layer.values)


def _module(layer: Linear) -> Any:  # noqa: ANN401
    import torch

    linear = torch.nn.Linear(layer.weight.shape[1], layer.weight.shape[0])
    linear.weight.data, linear.bias.data = layer.weight.clone(), layer.bias.clone()
    return torch.nn.Sequential(linear).eval()


def torchao_kernels(layer: Linear) -> Iterator[tuple[str, Multiply]]:
    """Yield torchao's way without a compiler."""
    quantization = import_package("torchao.quantization")
    module = _module(layer)
    quantization.quantize_(module, quantization.Int8DynamicActivationInt8WeightConfig())
    yield "torchao, dynamic by token, eager", lambda: module(layer.values)


def onnx_kernels(layer: Linear, folder: Path) -> Iterator[tuple[str, Multiply]]:
    """Yield onnxruntime's ways: fixed and dynamic ranges of the whole input."""
    onnxruntime = import_package("onnxruntime")
    quantization = import_package("onnxruntime.quantization")
    fixed, plain = _write_fixed(layer, folder), _write_plain(layer, folder)
    dynamic = folder / "dynamic.onnx"
    kind = quantization.QuantType.QInt8
    quantization.quantize_dynamic(plain, dynamic, per_channel=True, weight_type=kind)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    given = {"x": layer.values.numpy()}
    for name, path in (("fixed", fixed), ("dynamic", dynamic)):
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        yield f"onnxruntime, {name} by tensor", partial(_run, session, given)


def _run(session: Any, given: dict[str, Any]) -> Any:  # noqa: ANN401
    return session.run(None, given)[0]


def openvino_kernels(layer: Linear, folder: Path) -> Iterator[tuple[str, Multiply]]:
    """Yield openvino's way with a fixed range of the whole input."""
    openvino = import_package("openvino")
    core = openvino.Core()
    core.set_property("CPU", {"INFERENCE_NUM_THREADS": 1, "INFERENCE_PRECISION_HINT": "f32"})
    request = core.compile_model(_write_fixed(layer, folder), "CPU").create_infer_request()
    given = {0: layer.values.numpy()}
    yield (
        "openvino, fixed by tensor",
        lambda: request.infer(given, share_inputs=True, share_outputs=True)[0],
    )


def _write_plain(layer: Linear, folder: Path) -> Path:
    nodes: list[Any] = [("MatMul", ["x", "w"], ["m"], {}), ("Add", ["m", "b"], ["y"], {})]
    constants = {"w": layer.weight.T.contiguous().numpy(), "b": layer.bias.numpy()}
    return _write(folder / "plain.onnx", layer, nodes, constants)


def _write_fixed(layer: Linear, folder: Path) -> Path:
    import numpy as np

    step = np.float32(layer.values.abs().max().item() / 127)
    nodes: list[Any] = [
        ("QuantizeLinear", ["x", "xs", "xz"], ["xq"], {}),
        ("DequantizeLinear", ["xq", "xs", "xz"], ["xd"], {}),
        ("DequantizeLinear", ["wq", "ws", "wz"], ["wd"], {"axis": 1}),
        ("MatMul", ["xd", "wd"], ["m"], {}),
        ("Add", ["m", "b"], ["y"], {}),
    ]
    constants = {
        "xs": step, "xz": np.uint8(128), "wq": layer.whole.T.contiguous().numpy(),
        "ws": layer.scale.numpy(), "wz": np.zeros(len(layer.scale), np.int8),
        "b": layer.bias.numpy(),
    }  # fmt: skip
    return _write(folder / "fixed.onnx", layer, nodes, constants)


def _write(path: Path, layer: Linear, nodes: list[Any], constants: dict[str, Any]) -> Path:
    import numpy as np

    onnx, helper = import_package("onnx"), import_package("onnx.helper")
    numpy_helper = import_package("onnx.numpy_helper")
    sizes = {"x": [*layer.values.shape], "y": [len(layer.values), len(layer.bias)]}
    kind = onnx.TensorProto.FLOAT
    x, y = (helper.make_tensor_value_info(name, kind, size) for name, size in sizes.items())
    graph = helper.make_graph(
        [helper.make_node(kind, a, b, **options) for kind, a, b, options in nodes],
        "linear", [x], [y],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, path)
    return path


def all_kernels(layer: Linear, folder: Path) -> Iterator[tuple[str, Multiply]]:
    """Yield every way whose package is installed, torch's first."""
    yield from torch_kernels(layer)
    others = (torchao_kernels(layer), onnx_kernels(layer, folder), openvino_kernels(layer, folder))
    for kernels in others:
        try:
            yield from kernels
        except ConfigurationError as error:
            click.echo(f"left out: {error}", err=True)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--tokens", default=1024, show_default=True)
@click.option("--width", default=384, show_default=True)
@click.option("--rows", default=1536, show_default=True)
def main(tokens: int, width: int, rows: int) -> None:
    """Time a linear layer of 8-bit integers by all kernels that are installed, one thread.

    The best of sixty rounds, rounding of the input included, beside torch's fp32; and how far
    the product is from the exact one (relative, Frobenius), of numbers drawn by chance. Packages:
    onnx and onnxruntime, openvino, torchao.

    \b
    Example:
      python -m jobs.research.int8_kernels
    """
    import torch

    torch.set_num_threads(1)
    layer = Linear.drawn(tokens, width, rows)
    exact = torch.nn.functional.linear(layer.values, layer.weight, layer.bias)
    click.echo("| kernel | ms | times as fast as fp32 | loss |\n|---|---|---|---|")
    reference = None
    with TemporaryDirectory() as name, torch.inference_mode():
        for kernel, multiply in all_kernels(layer, Path(name)):
            best = _best(multiply)
            reference = reference or best
            loss = (torch.as_tensor(multiply()) - exact).norm() / exact.norm()
            click.echo(f"| {kernel} | {best * 1e3:.2f} | {reference / best:.2f} | {loss:.4f} |")


def _best(work: Multiply) -> float:
    best = float("inf")
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return best


if __name__ == "__main__":
    main()
