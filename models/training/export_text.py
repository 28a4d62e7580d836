"""The text encoder (BERT with mean pooling) in plain operations, as ONNX export wants it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from base import mean_pool


@dataclass(frozen=True)
class TextShape:
    """Shape of the encoder; the defaults are all-MiniLM-L6-v2's."""

    vocabulary: int = 30522
    width: int = 384
    layers: int = 6
    heads: int = 12
    inner: int = 1536
    positions: int = 512
    max_tokens: int = 64
    """What a text is cut to; the training embedded strings at this length."""


class TextLayer(nn.Module):
    """One post-norm encoder layer (Devlin et al., 2019)."""

    def __init__(self, shape: TextShape) -> None:
        super().__init__()
        width = shape.width
        self.heads = shape.heads
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))
        self.attention_norm, self.norm = (nn.LayerNorm(width, eps=1e-12) for _ in range(2))
        self.expand, self.shrink = nn.Linear(width, shape.inner), nn.Linear(shape.inner, width)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x [B, T, W], mask [B, 1, 1, T] additive -> [B, T, W]."""
        q, k, v = (part(x).unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in (self.query, self.key, self.value))
        weights = torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1]) + mask, -1)
        x = self.attention_norm(x + self.out((weights @ v).transpose(1, 2).flatten(2)))
        return self.norm(x + self.shrink(torch.nn.functional.gelu(self.expand(x))))


class PlainTextEncoder(nn.Module):
    """input_ids and attention_mask [B, T] int64 -> L2-normalised embeddings [B, W]. Token types are zeros inside."""

    def __init__(self, shape: TextShape) -> None:
        super().__init__()
        self.shape = shape
        self.words, self.places = nn.Embedding(shape.vocabulary, shape.width), nn.Embedding(shape.positions, shape.width)
        self.kind = nn.Parameter(torch.zeros(shape.width))
        self.norm = nn.LayerNorm(shape.width, eps=1e-12)
        self.layers = nn.ModuleList(TextLayer(shape) for _ in range(shape.layers))

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        # An index, as the exporter would call nn.Embedding's result "embedding", which is the graph's output.
        x = self.words.weight[input_ids] + self.places.weight[: input_ids.shape[1]] + self.kind
        x = self.norm(x)
        mask = (1 - attention_mask[:, None, None].to(x.dtype)) * -1e9
        for layer in self.layers:
            x = layer(x, mask)
        return mean_pool(x, attention_mask)


PARTS = {
    "query": "attention.self.query", "key": "attention.self.key", "value": "attention.self.value",
    "out": "attention.output.dense", "attention_norm": "attention.output.LayerNorm", "expand": "intermediate.dense",
    "shrink": "output.dense", "norm": "output.LayerNorm",
}  # fmt: skip
"""Names of a layer's parts here and in the reference implementation."""


def from_reference(reference: nn.Module, shape: TextShape) -> PlainTextEncoder:
    """The plain encoder with the weights of a transformers BertModel. Raises KeyError where a weight is missing."""
    state = reference.state_dict()
    mine = {
        "words.weight": state["embeddings.word_embeddings.weight"],
        "places.weight": state["embeddings.position_embeddings.weight"],
        "kind": state["embeddings.token_type_embeddings.weight"][0],
        "norm.weight": state["embeddings.LayerNorm.weight"],
        "norm.bias": state["embeddings.LayerNorm.bias"],
    }
    for index in range(shape.layers):
        for part, theirs in PARTS.items():
            for kind in ("weight", "bias"):
                mine[f"layers.{index}.{part}.{kind}"] = state[f"encoder.layer.{index}.{theirs}.{kind}"]
    encoder = PlainTextEncoder(shape)
    encoder.load_state_dict(mine)
    return encoder.eval()
