"""The trained part of the learned path as one vector, so that a graph takes it as one input and a fit is one array."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from model import LearnedPath


class FlatWeights:
    """Names, shapes and places of the trainable parameters of a LearnedPath in its vector."""

    def __init__(self, path: LearnedPath) -> None:
        self.shapes = {name: tuple(p.shape) for name, p in path.named_parameters() if p.requires_grad}
        self.sizes = [math.prod(shape) for shape in self.shapes.values()]

    @property
    def length(self) -> int:
        return sum(self.sizes)

    def pack(self, path: LearnedPath) -> Tensor:
        """The parameters of a path as a vector [P]."""
        parameters = dict(path.named_parameters())
        return torch.cat([parameters[name].detach().flatten() for name in self.shapes])

    def unpack(self, vector: Tensor) -> dict[str, Tensor]:
        """A vector [P] as named parameters."""
        parts = torch.split(vector, self.sizes)
        return {name: part.view(shape) for (name, shape), part in zip(self.shapes.items(), parts)}


class OnWeights(nn.Module):
    """A module around a path, called with the path's weights [P] in front of its own arguments."""

    def __init__(self, inner: nn.Module, path: LearnedPath) -> None:
        super().__init__()
        self.inner, self.flat = inner, FlatWeights(path)
        self.prefix = next(name for name, module in inner.named_modules() if module is path)

    def forward(self, weights: Tensor, *arguments: Tensor) -> Tensor:
        named = {f"{self.prefix}.{name}": value for name, value in self.flat.unpack(weights).items()}
        return torch.func.functional_call(self.inner, named, arguments)
