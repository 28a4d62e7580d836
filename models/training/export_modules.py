"""What each graph of models/ computes, as a module of its own to export."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from evidence import EvidenceHead
from language import LowerLayers
from model import InstructionReader, LearnedPath
from objective import read_users


class StringTable(nn.Module):
    """embedding [S, W], source [S] -> table [S, d]."""

    def __init__(self, path: LearnedPath) -> None:
        super().__init__()
        self.path = path

    def forward(self, embedding: Tensor, source: Tensor) -> Tensor:
        return self.path.encoders.string_table(embedding, source)


class UserTokens(nn.Module):
    """table [S, d] and padded events [B, E] -> user tokens [B, M, d]. Padding has string 0 and mask 0."""

    def __init__(self, path: LearnedPath) -> None:
        super().__init__()
        self.path = path

    def forward(
        self, table: Tensor, string: Tensor, source: Tensor, value: Tensor, recency: Tensor, count: Tensor, mask: Tensor
    ) -> Tensor:
        return self.path.encoders(table[string], source, value, recency, count, mask)


class Language(nn.Module):
    """ids [1, T] of an instruction or an answer -> hidden [T, 576], its frozen lower hidden states."""

    def __init__(self, lower: LowerLayers) -> None:
        super().__init__()
        self.lower = lower

    def forward(self, ids: Tensor) -> Tensor:
        return self.lower(ids)[0]


class Answer(nn.Module):
    """hidden [T, 576] of an answer and its text embedding [W] -> learned part of a [width - 2]."""

    def __init__(self, path: LearnedPath) -> None:
        super().__init__()
        self.path = path

    def forward(self, hidden: Tensor, embedding: Tensor) -> Tensor:
        top, _ = self.path.fusion.read_text(hidden[None])
        return self.path.fusion.embed_answer(top[0, -1], embedding)


class Reader(nn.Module):
    """hidden [T, 576] and the instruction's text embedding [W] -> roles [T, 3], direction [5]."""

    def __init__(self, reader: InstructionReader) -> None:
        super().__init__()
        self.reader = reader

    def forward(self, hidden: Tensor, embedding: Tensor) -> tuple[Tensor, Tensor]:
        roles, direction = self.reader(hidden[None], torch.ones_like(hidden[None, :, 0]), embedding[None])
        return roles[0], direction[0]


class Readout(nn.Module):
    """An instruction's hidden [T, 576] and phrase embeddings [W], table and events as UserTokens -> learned part of u
    [B, width - 2]."""

    def __init__(self, path: LearnedPath) -> None:
        super().__init__()
        self.path = path

    def forward(
        self, hidden: Tensor, wanted: Tensor, unwanted: Tensor, table: Tensor, string: Tensor, source: Tensor, value: Tensor,
        recency: Tensor, count: Tensor, mask: Tensor,
    ) -> Tensor:  # fmt: skip
        x, h = self.path.encoders.events(table[string], source, value, recency, count)
        rows = string.shape[0]
        asked = (part[None].expand(rows, -1) for part in (wanted, unwanted, hidden[-1]))
        tokens = torch.cat([self.path.encoders.pool(h, source, mask), self.path.attended(x, h, mask, *asked)], 1)
        end = torch.zeros(1, dtype=torch.int64) + (hidden.shape[0] - 1)
        return read_users(self.path, hidden[None], end, tokens)[0]


class Evidence(nn.Module):
    """features [N, F], context [C + D] -> evidence [N]."""

    def __init__(self, head: EvidenceHead) -> None:
        super().__init__()
        self.head = head

    def forward(self, features: Tensor, context: Tensor) -> Tensor:
        return self.head(features, context[None])
