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
from language import LowerLayers
from model import Fusion, InstructionReader, SourceEncoders
from settings import SOURCES, ModelSettings

OPSET = 20
TOLERANCE = 1e-3
"""Largest difference between onnxruntime and PyTorch, relative to 1 + |value|, that an export may have, on any output."""


class StringTable(nn.Module):
    """embedding [S, W], source [S] -> table [S, d]."""

    def __init__(self, encoders: SourceEncoders) -> None:
        super().__init__()
        self.encoders = encoders

    def forward(self, embedding: Tensor, source: Tensor) -> Tensor:
        return self.encoders.string_table(embedding, source)


class UserTokens(nn.Module):
    """table [S, d] and padded events [B, E] -> user tokens [B, M, d]. Padding has string 0 and mask 0."""

    def __init__(self, encoders: SourceEncoders) -> None:
        super().__init__()
        self.encoders = encoders

    def forward(
        self, table: Tensor, string: Tensor, source: Tensor, value: Tensor, recency: Tensor, count: Tensor, mask: Tensor
    ) -> Tensor:
        return self.encoders(table[string], source, value, recency, count, mask)


class Language(nn.Module):
    """ids [1, T] of an instruction or an answer -> all that ranking needs of it.

    hidden [T, 576], start [576] (its last row), keys and values [L, T, 3, 64], answer [width - 2].
    """

    def __init__(self, lower: LowerLayers, fusion: Fusion) -> None:
        super().__init__()
        self.lower, self.fusion = lower, fusion

    def forward(self, ids: Tensor) -> tuple[Tensor, ...]:
        hidden = self.lower(ids)
        top, cache = self.fusion.read_text(hidden)
        keys, values = (torch.cat([pair[i] for pair in cache]) for i in (0, 1))
        return hidden[0], hidden[0, -1], keys, values, self.fusion.embed_answer(top[0, -1])


class Reader(nn.Module):
    """hidden [T, 576] and the instruction's text embedding [W] -> roles [T, 3], direction [5]."""

    def __init__(self, reader: InstructionReader) -> None:
        super().__init__()
        self.reader = reader

    def forward(self, hidden: Tensor, embedding: Tensor) -> tuple[Tensor, Tensor]:
        roles, direction = self.reader(hidden[None], torch.ones_like(hidden[None, :, 0]), embedding[None])
        return roles[0], direction[0]


class Readout(nn.Module):
    """An instruction's reading and user tokens [B, M, d] -> learned part of u [B, width - 2]."""

    def __init__(self, fusion: Fusion) -> None:
        super().__init__()
        self.fusion = fusion

    def forward(self, start: Tensor, position: Tensor, keys: Tensor, values: Tensor, tokens: Tensor) -> Tensor:
        rows = tokens.shape[0]
        cache = [(keys[i][None], values[i][None].expand(rows, -1, -1, -1)) for i in range(len(self.fusion.layers))]
        nothing_masked = torch.zeros(1, 1, 1)
        top = self.fusion.read_customer(
            start[None, None].expand(rows, 1, -1), position[None].expand(rows, 1), cache, nothing_masked, tokens
        )
        return self.fusion.embed_user(top[:, 0])


class Evidence(nn.Module):
    """features [N, F], context [C + D] -> evidence [N]."""

    def __init__(self, head: EvidenceHead) -> None:
        super().__init__()
        self.head = head

    def forward(self, features: Tensor, context: Tensor) -> Tensor:
        return self.head(features, context[None])


@dataclass(frozen=True)
class Parts:
    """The trained and frozen modules of one model, in eval mode."""

    settings: ModelSettings
    text: nn.Module
    encoders: SourceEncoders
    lower: LowerLayers
    fusion: Fusion
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


def readout_inputs(language: Language, settings: ModelSettings, vocabulary: int) -> Callable[..., tuple[Tensor, ...]]:
    """A real reading of random ids, so that keys and hidden states have their true magnitudes."""

    @torch.no_grad()
    def example(B: int, T: int) -> tuple[Tensor, ...]:
        _, start, keys, values, _ = language(torch.randint(vocabulary, (1, T)))
        tokens = torch.nn.functional.layer_norm(torch.randn(B, settings.user_tokens, settings.token_width), (settings.token_width,))
        return start, torch.tensor([T - 1]), keys, values, tokens

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


def graphs(parts: Parts) -> list[Graph]:
    """The graphs of a model, in the order in which they are exported."""
    settings = parts.settings
    language, words = Language(parts.lower, parts.fusion), parts.lower.embedding.shape[0]
    cache = (None, "T", None, None)
    return [
        Graph(
            "text-encoder", parts.text, {"input_ids": ("B", "T"), "attention_mask": ("B", "T")}, ("embedding",),
            text_inputs(parts.text.shape.vocabulary), {"B": 7, "T": 11}, grid(B=MANY, T=(5, 13, 64)),
        ),
        Graph(
            "string-table", StringTable(parts.encoders), {"embedding": ("S", None), "source": ("S",)}, ("table",),
            lambda S: (torch.nn.functional.normalize(torch.randn(S, settings.text_width)), torch.randint(len(SOURCES), (S,))),
            {"S": 17}, grid(S=MANY),
        ),
        Graph(
            "user-tokens", UserTokens(parts.encoders),
            {"table": ("S", None), **{n: ("B", "E") for n in ("string", "source", "value", "recency", "count", "mask")}},
            ("tokens",), event_inputs(settings), {"S": 23, "B": 7, "E": 11}, grid(S=(29,), B=MANY, E=(7, 64)),
        ),
        Graph(
            "language", language, {"ids": (None, "T")}, ("hidden", "start", "keys", "values", "answer"),
            lambda T: (torch.randint(words, (1, T)),), {"T": 11}, grid(T=LENGTHS),
        ),
        reader_graph(parts.reader, settings),
        Graph(
            "readout", Readout(parts.fusion),
            {"start": (None,), "position": (None,), "keys": cache, "values": cache, "tokens": ("B", None, None)},
            ("learned",), readout_inputs(language, settings, words), {"B": 7, "T": 11}, grid(B=MANY, T=LENGTHS),
        ),
        evidence_graph(parts.evidence),
    ]  # fmt: skip


@torch.no_grad()
def export(graph: Graph) -> onnx.ModelProto:
    """The graph as ONNX with float32 weights inside."""
    axis = {name: torch.export.Dim(name) for axes in graph.inputs.values() for name in axes if name is not None}
    shapes = [{i: axis[name] for i, name in enumerate(axes) if name is not None} for axes in graph.inputs.values()]
    program = torch.onnx.export(
        graph.module.eval(), graph.example(**graph.traced), dynamo=True, opset_version=OPSET, optimize=True, verbose=False,
        input_names=list(graph.inputs), output_names=list(graph.outputs), dynamic_shapes=shapes,
    )  # fmt: skip
    model = program.model_proto
    # Source locations of the exporting machine do not belong in a released file.
    for node in model.graph.node:
        del node.metadata_props[:]
    del model.metadata_props[:]
    del model.graph.metadata_props[:]
    for value in (*model.graph.input, *model.graph.output, *model.graph.value_info, *model.graph.initializer):
        del value.metadata_props[:]
    return model


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
