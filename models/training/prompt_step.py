"""One step of a soft prompt (Lester et al., 2021): what a few labelled customers teach an instruction.

PROMPT_TOKENS rows stand before <USER> among the instruction's lower hidden states and are all that is trained. The loss
contrasts every customer with the prototypes of both classes, made of the others (Snell et al., 2017).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from fit_step import adamw, clipped
from flat import OnWeights
from model import LearnedPath
from objective import read_users

PROMPT_TOKENS = 6
TEMPERATURE = 0.1

PROMPT_STATE = ("offset", "first", "second", "rate", "spread", "decay")
"""offset [6, 576] of the prompt from where it starts, in units of the start's size per dimension; AdamW as in fit_step."""
PROMPT_BATCH = (
    "start", "hidden", "wanted", "unwanted", "table", "string", "source", "value", "recency", "count", "mask", "target",
)  # fmt: skip
"""start [6, 576]; the rest as the readout graph takes it, and target [B] of 0/1, both of which occur at least twice."""


def soft_prompt(start: Tensor, offset: Tensor) -> Tensor:
    """Rows of a prompt [6, 576]: hidden states differ in size between dimensions a thousandfold, so offsets are relative."""
    return start + offset * ((start * start).mean(0) + 1e-4).sqrt()


def with_prompt(hidden: Tensor, prompt: Tensor) -> Tensor:
    """An instruction's hidden states [T, 576] with the prompt before <USER>, its last row: [T + 6, 576]."""
    return torch.cat([hidden[:-1], prompt, hidden[-1:]])


def prototype_loss(u: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy of unit vectors u [B, W] against the two classes' mean directions, each customer left out of its own
    class's; both classes weigh the same."""
    classes = torch.stack([1 - target, target])
    total = classes @ u
    own = classes.T[..., None] * u[:, None]
    means = total[None] - own
    means = means * torch.rsqrt((means * means).sum(-1, keepdim=True) + 1e-6)
    cosine = (means * u[:, None]).sum(-1) / TEMPERATURE
    margin = (cosine[:, 1] - cosine[:, 0]) * (2 * target - 1)
    surprise = torch.relu(-margin) + torch.log1p(torch.exp(-margin.abs()))
    weight = target / target.sum() + (1 - target) / (1 - target).sum()
    return 0.5 * (surprise * weight).sum()


class PromptLoss(nn.Module):
    """Loss of a prompt on a batch of labelled customers; all weights stay as they are."""

    def __init__(self, path: LearnedPath) -> None:
        super().__init__()
        self.path = path

    def forward(self, offset: Tensor, start: Tensor, hidden: Tensor, *rest: Tensor) -> Tensor:
        wanted, unwanted, table, string, source, value, recency, count, mask, target = rest
        encoders = self.path.encoders
        x, h = encoders.events(table[string], source, value, recency, count)
        asked = (part[None].expand(string.shape[0], -1) for part in (wanted, unwanted, hidden[-1]))
        tokens = torch.cat([encoders.pool(h, source, mask), self.path.attended(x, h, mask, *asked)], 1)
        whole = with_prompt(hidden, soft_prompt(start, offset))
        end = torch.zeros(1, dtype=torch.int64) + (whole.shape[0] - 1)
        return prototype_loss(read_users(self.path, whole[None], end, tokens)[0], target)


class PromptStep(nn.Module):
    """weights [P], PROMPT_STATE and PROMPT_BATCH -> (offset, first, second, loss)."""

    def __init__(self, path: LearnedPath) -> None:
        super().__init__()
        self.on = OnWeights(PromptLoss(path), path)

    def forward(
        self, weights: Tensor, offset: Tensor, first: Tensor, second: Tensor, rate: Tensor, spread: Tensor, decay: Tensor, *batch: Tensor
    ):  # fmt: skip
        gradient, loss = torch.func.grad_and_value(lambda o: self.on(weights, o, *batch))(offset)
        return *adamw(offset, clipped(gradient), first, second, rate, spread, decay), loss
