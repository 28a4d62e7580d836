"""The graphs of models/: what each takes and gives, its export, and its comparison with PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import Tensor, nn

from base import HIDDEN
from evidence import CONTEXT, DIRECTIONS, FEATURES, EvidenceHead
from export_modules import Answer, Evidence, Language, Reader, Readout, StringTable, UserTokens
from language import LowerLayers
from flat import FlatWeights, OnWeights
from model import InstructionReader, LearnedPath
from settings import SOURCES, ModelSettings

OPSET = 20
TOLERANCE = 1e-3
"""Largest difference between onnxruntime and PyTorch, relative to 1 + |value|, that an export may have, on any output."""


@dataclass(frozen=True)
class Parts:
    """The trained and frozen modules of one model, in eval mode."""

    settings: ModelSettings
    text: nn.Module
    path: LearnedPath
    lower: LowerLayers
    silence: Tensor
    reader: InstructionReader
    evidence: EvidenceHead


@dataclass(frozen=True)
class Graph:
    """One graph to export. `example(sizes)` makes inputs for the values of `axes`; `checked` lists sizes to compare at.

    inputs maps each input's name to the names of its axes, None where an axis is fixed.
    """

    name: str
    module: nn.Module
    inputs: dict[str, tuple[str | None, ...]]
    outputs: tuple[str, ...]
    example: Callable[..., tuple[Tensor, ...]]
    traced: dict[str, int]
    checked: tuple[dict[str, int], ...]


def grid(**axes: tuple[int, ...]) -> tuple[dict[str, int], ...]:
    """Every combination of the sizes: grid(B=(1, 3), T=(5,)) -> ({"B": 1, "T": 5}, {"B": 3, "T": 5})."""
    out: list[dict[str, int]] = [{}]
    for name, sizes in axes.items():
        out = [{**one, name: size} for one in out for size in sizes]
    return tuple(out)


def text_inputs(vocabulary: int) -> Callable[..., tuple[Tensor, ...]]:
    def example(B: int, T: int) -> tuple[Tensor, ...]:
        length = torch.randint(2, T + 1, (B,))
        return torch.randint(vocabulary, (B, T)), (torch.arange(T) < length[:, None]).long()

    return example


def event_inputs(settings: ModelSettings) -> Callable[..., tuple[Tensor, ...]]:
    """Random events; the first customer of several has none, as customers without events do occur."""

    def example(S: int, B: int, E: int) -> tuple[Tensor, ...]:
        mask = (torch.arange(E) < torch.randint(1, E + 1, (B, 1))).long()
        mask[0] *= B == 1
        some = lambda most: torch.randint(most, (B, E)) * mask  # noqa: E731
        bins = settings.value_bins
        return (
            torch.randn(S, settings.token_width), some(S), some(len(SOURCES)), some(bins), some(bins),
            torch.rand(B, E) * 3 * mask, mask.float(),
        )  # fmt: skip

    return example


def readout_inputs(lower: LowerLayers, settings: ModelSettings) -> Callable[..., tuple[Tensor, ...]]:
    """A real reading of random ids, so that hidden states have their true magnitudes, and random events."""
    events = event_inputs(settings)

    @torch.no_grad()
    def example(S: int, B: int, E: int, T: int) -> tuple[Tensor, ...]:
        hidden = lower(torch.randint(lower.embedding.shape[0], (1, T)))[0]
        phrases = torch.nn.functional.normalize(torch.randn(2, settings.text_width))
        return hidden, phrases[0], phrases[1], *events(S, B, E)

    return example


LENGTHS, MANY = (5, 13, 30), (1, 3, 17)


def reader_graph(reader: InstructionReader, settings: ModelSettings) -> Graph:
    """The reader of instructions."""
    return Graph(
        "reader", Reader(reader), {"hidden": ("T", None), "embedding": (None,)}, ("roles", "direction"),
        lambda T: (torch.randn(T, HIDDEN) * 5, torch.nn.functional.normalize(torch.randn(settings.text_width), dim=0)),
        {"T": 11}, grid(T=LENGTHS),
    )  # fmt: skip


def evidence_graph(head: EvidenceHead) -> Graph:
    """The evidence head."""
    return Graph(
        "evidence", Evidence(head), {"features": ("N", None), "context": (None,)}, ("evidence",),
        lambda N: (torch.randn(N, len(FEATURES)), torch.rand(len(CONTEXT) + len(DIRECTIONS))), {"N": 19}, grid(N=MANY),
    )  # fmt: skip


def on_weights(path: LearnedPath, name: str, module: nn.Module, inputs, outputs, example, traced, checked) -> Graph:
    """A graph whose first input is the flat weights [P] of the path, so that a fit runs on the graphs of the shipped model."""
    weights = FlatWeights(path).pack(path)
    return Graph(
        name, OnWeights(module, path), {"weights": (None,), **inputs}, outputs, lambda **sizes: (weights, *example(**sizes)), traced, checked
    )


def graphs(parts: Parts) -> list[Graph]:
    """The graphs of a model, in the order in which they are exported."""
    settings, path, words = parts.settings, parts.path, parts.lower.embedding.shape[0]
    table, strings = {"table": ("S", None)}, {"embedding": ("S", None), "source": ("S",)}
    events = {name: ("B", "E") for name in ("string", "source", "value", "recency", "count", "mask")}
    text = lambda *shape: torch.nn.functional.normalize(torch.randn(*shape, settings.text_width), dim=-1)  # noqa: E731
    return [
        Graph(
            "text-encoder", parts.text, {"input_ids": ("B", "T"), "attention_mask": ("B", "T")}, ("embedding",),
            text_inputs(parts.text.shape.vocabulary), {"B": 7, "T": 11}, grid(B=MANY, T=(5, 13, 64)),
        ),
        on_weights(
            path, "string-table", StringTable(path), strings, ("table",),
            lambda S: (text(S), torch.randint(len(SOURCES), (S,))), {"S": 17}, grid(S=MANY),
        ),
        on_weights(
            path, "user-tokens", UserTokens(path), {**table, **events}, ("tokens",), event_inputs(settings),
            {"S": 23, "B": 7, "E": 11}, grid(S=(29,), B=MANY, E=(7, 64)),
        ),
        Graph(
            "language", Language(parts.lower), {"ids": (None, "T")}, ("hidden",), lambda T: (torch.randint(words, (1, T)),), {"T": 11},
            grid(T=LENGTHS),
        ),
        on_weights(
            path, "answer", Answer(path), {"hidden": ("T", None), "embedding": (None,)}, ("answer",),
            lambda T: (parts.lower(torch.randint(words, (1, T)))[0], text()), {"T": 11}, grid(T=LENGTHS),
        ),
        reader_graph(parts.reader, settings),
        on_weights(
            path, "readout", Readout(path), {"hidden": ("T", None), "wanted": (None,), "unwanted": (None,), **table, **events},
            ("learned",), readout_inputs(parts.lower, settings), {"S": 23, "B": 7, "E": 13, "T": 11},
            grid(S=(29,), B=MANY, E=(9, 64), T=LENGTHS),
        ),
        evidence_graph(parts.evidence),
    ]  # fmt: skip


@torch.no_grad()
def export(graph: Graph) -> onnx.ModelProto:
    """The graph as ONNX with float32 weights inside."""
    axis = {name: torch.export.Dim(name) for axes in graph.inputs.values() for name in axes if name is not None}
    shapes = [{i: axis[name] for i, name in enumerate(axes) if name is not None} for axes in graph.inputs.values()]
    if isinstance(graph.module, OnWeights):
        shapes = {"weights": shapes[0], "arguments": tuple(shapes[1:])}
    program = torch.onnx.export(
        graph.module.eval(), graph.example(**graph.traced), dynamo=True, opset_version=OPSET, optimize=True, verbose=False,
        input_names=list(graph.inputs), output_names=list(graph.outputs), dynamic_shapes=shapes,
    )  # fmt: skip
    return finished(program.model_proto)


def finished(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model as it is released: without source locations of the exporting machine, and without splits into more parts
    than WebGPU has buffers for."""
    slice_instead_of_split(model.graph)
    for node in model.graph.node:
        del node.metadata_props[:]
    del model.metadata_props[:]
    del model.graph.metadata_props[:]
    for value in (*model.graph.input, *model.graph.output, *model.graph.value_info, *model.graph.initializer):
        del value.metadata_props[:]
    return model


def slice_instead_of_split(graph: onnx.GraphProto) -> None:
    """Replaces every Split of a vector by one Slice per part."""
    inside = (t for t in graph.initializer if t.data_location != onnx.TensorProto.EXTERNAL and t.data_type == onnx.TensorProto.INT64)
    constants = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in inside}
    nodes = []
    for node in graph.node:
        sizes = constants.get(node.input[1]) if node.op_type == "Split" and len(node.input) > 1 else None
        if sizes is None or len(sizes) <= 4:
            nodes.append(node)
            continue
        ends = np.cumsum(sizes)
        axis = next((attribute.i for attribute in node.attribute if attribute.name == "axis"), 0)
        for number, (start, end, output) in enumerate(zip(ends - sizes, ends, node.output)):
            names = []
            for what, value in (("start", start), ("end", end), ("axis", axis)):
                names.append(f"{node.name}.{number}.{what}")
                graph.initializer.append(onnx.numpy_helper.from_array(np.array([value], np.int64), names[-1]))
            nodes.append(onnx.helper.make_node("Slice", [node.input[0], *names], [output]))
    del graph.node[:]
    graph.node.extend(nodes)


@torch.no_grad()
def largest_difference(graph: Graph, path: Path) -> float:
    """Largest difference, relative to 1 + |value|, of any output between onnxruntime (CPU) and PyTorch over the checked sizes."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    worst = 0.0
    for sizes in graph.checked:
        inputs = graph.example(**sizes)
        expected = graph.module(*inputs)
        expected = expected if isinstance(expected, tuple) else (expected,)
        given = dict(zip(graph.inputs, (tensor.numpy() for tensor in inputs)))
        for name, theirs, mine in zip(graph.outputs, expected, session.run(list(graph.outputs), given)):
            if theirs.shape != mine.shape:
                raise ValueError(f"{graph.name} {name} at {sizes}: shape {mine.shape}, PyTorch has {tuple(theirs.shape)}")
            # A NaN compares false with every bound, so it is turned into the largest difference there is.
            # Hidden states reach thousands in a few places, so the difference is relative to 1 + |value|.
            difference = np.abs(theirs.numpy() - mine) / (1 + np.abs(theirs.numpy()))
            worst = max(worst, float(np.nan_to_num(difference, nan=np.inf).max()))
    return worst


def verify(graph: Graph, path: Path) -> float:
    """largest_difference, printed. Raises ValueError when it exceeds TOLERANCE."""
    torch.manual_seed(0)
    worst = largest_difference(graph, path)
    print(f"{path.name}: {worst:.2e} from PyTorch at {len(graph.checked)} sizes, {path.stat().st_size / 1e6:.1f} MB", flush=True)
    if worst > TOLERANCE:
        raise ValueError(f"{path.name} differs from PyTorch by {worst:.2e}, more than {TOLERANCE}: it must not be shipped")
    return worst
