"""One step of "learn from my customers": loss, gradient and AdamW over the flat weights, as one graph (tune-step.md).

The loss is that of train.py without the autoregressive part: within-instruction ranking on top of the frozen evidence,
and contrast of the customers' embeddings, unasked and asked, with the answers.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch._decomp import core_aten_decompositions
from torch.fx.experimental.proxy_tensor import make_fx

from flat import OnWeights
from model import LearnedPath
from objective import Batch, contrast, embed, within_loss
from settings import TrainSettings

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-6
"""AdamW (Loshchilov and Hutter, 2019). Epsilon is larger than usual: the exporter's optimiser drops an Add of 1e-8."""
CLIP = 1.0
"""Largest length of a gradient."""

STATE = ("weights", "first", "second", "rate", "spread", "decay", "scale")
"""Flat weights [P], AdamW's moments [P]; rate = lr / (1 - 0.9^t), spread = 1 / sqrt(1 - 0.999^t), decay = lr * weight decay and
scale, what a cosine counts in the loss, [1] each: powers of 0.999 are inaccurate in float32, so they come from outside."""
BATCH = (
    "embedding", "strings", "string", "source", "value", "recency", "count", "mask", "target", "evidence", "hidden", "users",
    "wanted", "unwanted", "answer_hidden", "answer_last", "answer_text",
)  # fmt: skip
"""The batch's distinct strings: embedding [S, 384], strings [S] their sources. Events [G, n, E]: string (row of embedding),
source, value, recency int64, count and mask. The rest as in objective.Batch; evidence is multiplied beforehand by how much
of it the step shows."""


class FitLoss(nn.Module):
    """Loss of a batch; silence [Z, 576] is the template without an instruction."""

    def __init__(self, path: LearnedPath, silence: Tensor, settings: TrainSettings) -> None:
        super().__init__()
        self.path, self.settings = path, settings
        self.register_buffer("silence", silence)

    def forward(self, scale: Tensor, embedding: Tensor, strings: Tensor, *batch: Tensor) -> Tensor:
        table = self.path.encoders.string_table(embedding, strings)
        string, *events = (part.flatten(0, 1) for part in batch[:6])
        whole = Batch(table[string], *events, *batch[6:])
        embedded = embed(self.path, whole, self.silence)
        ranking = within_loss(whole.evidence + scale * embedded.cosine, whole.target)
        return ranking + self.settings.contrastive_weight * contrast(embedded, self.settings)


class FitStep(nn.Module):
    """STATE and BATCH -> (weights, first, second, loss)."""

    def __init__(self, loss: FitLoss) -> None:
        super().__init__()
        self.on = OnWeights(loss, loss.path)

    def forward(self, weights: Tensor, first: Tensor, second: Tensor, rate: Tensor, spread: Tensor, decay: Tensor, *rest: Tensor):
        gradient, loss = torch.func.grad_and_value(lambda w: self.on(w, *rest))(weights)
        return *adamw(weights, clipped(gradient), first, second, rate, spread, decay), loss


def clipped(gradient: Tensor) -> Tensor:
    """The gradient, shortened to CLIP."""
    length = (gradient * gradient).sum().sqrt()
    return gradient * (CLIP / (length + EPSILON)).clamp(max=1.0)


def adamw(value: Tensor, gradient: Tensor, first: Tensor, second: Tensor, rate: Tensor, spread: Tensor, decay: Tensor):
    """(value, first, second) after one step of AdamW; rate, spread and decay as in STATE."""
    first = BETA1 * first + (1 - BETA1) * gradient
    second = BETA2 * second + (1 - BETA2) * gradient * gradient
    return value - decay * value - rate * first / (second.sqrt() * spread + EPSILON), first, second


def traced(step: nn.Module, example: tuple[Tensor, ...]) -> nn.Module:
    """The step with its gradient written out, as torch.export needs it. Sizes of the example must all differ."""
    frozen = {name: p for name, p in step.named_parameters()} | dict(step.named_buffers())

    def run(frozen: dict[str, Tensor], *inputs: Tensor):
        return torch.func.functional_call(step, frozen, inputs)

    graph = make_fx(run, decomposition_table=core_aten_decompositions(), tracing_mode="symbolic")(frozen, *example)
    return Traced(graph, frozen)


class Traced(nn.Module):
    """Passes the frozen weights back into a traced graph."""

    def __init__(self, graph: torch.fx.GraphModule, frozen: dict[str, Tensor]) -> None:
        super().__init__()
        self.graph, self.names = graph, list(frozen)
        for number, value in enumerate(frozen.values()):
            self.register_buffer(f"frozen_{number}", value.detach())

    def forward(self, *inputs: Tensor):
        frozen = {name: getattr(self, f"frozen_{number}") for number, name in enumerate(self.names)}
        return self.graph(frozen, *inputs)
