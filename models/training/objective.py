"""What the learned path is trained for, in plain operations, so that PyTorch and the exported fit step share it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from model import LearnedPath
from settings import TrainSettings


@dataclass
class Batch:
    """G instructions with n customers each, B = G * n.

    Events: rows of the string table [B, E, d], source, value, recency [B, E] int64, log count and mask [B, E]. target 0/1 and
    evidence [G, n]. hidden [G, T, 576] lower hidden states with <USER> at users [G]; wanted, unwanted, answer_text [G, 384] text
    embeddings; answer_hidden [G, A, 576] that ends at answer_last [G]; answer_ids are the answers' tokens, for training only.
    """

    rows: Tensor
    source: Tensor
    value: Tensor
    recency: Tensor
    count: Tensor
    mask: Tensor
    target: Tensor
    evidence: Tensor
    hidden: Tensor
    users: Tensor
    wanted: Tensor
    unwanted: Tensor
    answer_hidden: Tensor
    answer_last: Tensor
    answer_text: Tensor
    answer_ids: list[np.ndarray] = field(default_factory=list)


@dataclass
class Embedded:
    """cosine [G, n] of every customer with the answer; of one positive customer per instruction, u asked and unasked [G, W];
    answers [G, W]; tokens [B, M + R, d] and the instructions' keys and values, for the autoregressive part."""

    cosine: Tensor
    asked: Tensor
    unasked: Tensor
    answers: Tensor
    tokens: Tensor
    cache: list[tuple[Tensor, Tensor]]


def embed(model: LearnedPath, batch: Batch, silence: Tensor) -> Embedded:
    """One pass; silence [Z, 576] are the lower hidden states of the template without an instruction, <USER> last."""
    groups, per = batch.target.shape
    x, h = model.encoders.events(batch.rows, batch.source, batch.value, batch.recency, batch.count)
    pooled = model.encoders.pool(h, batch.source, batch.mask)
    start = at(batch.hidden, batch.users)
    looked = model.attended(
        x, h, batch.mask, *(spread(part, per) for part in (batch.wanted, batch.unwanted, start))
    )
    tokens = torch.cat([pooled, looked], 1)
    users, cache = read_users(model, batch.hidden, batch.users, tokens)
    answer_top, _ = model.fusion.read_text(batch.answer_hidden)
    answers = model.fusion.embed_answer(at(answer_top, batch.answer_last), batch.answer_text)
    users = users.unflatten(0, (groups, per))
    cosine = (users * answers[:, None]).sum(-1)
    first = batch.target.argmax(1)
    row = first + per * torch.arange(groups)
    nothing = torch.zeros_like(batch.wanted)
    quiet = silence[None].expand(groups, -1, -1)
    unlooked = model.attended(x[row], h[row], batch.mask[row], nothing, nothing, quiet[:, -1])
    last = torch.zeros_like(batch.users) + (len(silence) - 1)
    unasked, _ = read_users(model, quiet, last, torch.cat([pooled[row], unlooked], 1))
    return Embedded(cosine, at(users, first), unasked, answers, tokens, cache)


def at(rows: Tensor, place: Tensor) -> Tensor:
    """One row per group: [G, T, W], [G] -> [G, W]."""
    return rows.gather(1, place[:, None, None].expand(-1, 1, rows.shape[-1])).squeeze(1)


def spread(rows: Tensor, per: int) -> Tensor:
    """Each group's row for each of its customers: [G, …] -> [G * per, …]. As the exporter wants it, without a repeat."""
    return rows[:, None].expand(-1, per, *rows.shape[1:]).flatten(0, 1)


def read_users(model: LearnedPath, hidden: Tensor, ends: Tensor, tokens: Tensor):
    """(learned part of u [G * n, W], the instructions' keys and values): hidden [G, T, 576], <USER> at ends [G],
    tokens [G * n, M + R, d]."""
    groups, length, _ = hidden.shape
    per = tokens.shape[0] // groups
    _, cache = model.fusion.read_text(hidden)
    text_mask = torch.where(torch.arange(length)[None] <= ends[:, None], 0.0, -1e9)
    top = model.fusion.read_customer(
        spread(at(hidden, ends), per)[:, None], spread(ends, per)[:, None], [(spread(k, per), spread(v, per)) for k, v in cache],
        spread(text_mask, per)[:, None], tokens,
    )  # fmt: skip
    return model.fusion.embed_user(top[:, 0], tokens), cache


def contrast(embedded: Embedded, settings: TrainSettings) -> Tensor:
    """Contrastive loss of the customers' embeddings, asked and unasked, with the answers. Unasked, the embedding can only
    match the answer by what the customer's data say: with the instruction alone on both sides the loss has a shortcut."""
    return contrastive_loss(embedded.unasked, embedded.answers, settings) + contrastive_loss(embedded.asked, embedded.answers, settings)


def contrastive_loss(u: Tensor, a: Tensor, settings: TrainSettings) -> Tensor:
    """InfoNCE (van den Oord et al., 2018) of one customer per instruction, u [G, W], against all answers a [G, W], other
    users and answers; negatives more similar than the positive by the margin are taken for false and dropped."""
    place = torch.arange(u.shape[0])
    same = place[:, None] == place[None]
    cross = u @ a.T
    positive = (cross * same).sum(1, keepdim=True)
    far = torch.full_like(cross, -2.0)
    blocks = (cross, torch.where(same, far, u @ u.T), torch.where(same, far, a @ a.T))
    kept = [torch.where((block > positive + settings.false_negative_margin) & ~same, far, block) for block in blocks]
    logits = torch.cat(kept, 1) / settings.temperature
    return (torch.logsumexp(logits, 1) - positive[:, 0] / settings.temperature).mean()


def within_loss(score: Tensor, target: Tensor) -> Tensor:
    """Pairwise logistic loss of positives against negatives of the same instruction: [G, n] each."""
    pairs = target[:, :, None] * (1 - target)[:, None]
    margin = score[:, None] - score[:, :, None]
    softplus = torch.relu(margin) + torch.log1p(torch.exp(-margin.abs()))
    return (softplus * pairs).sum() / pairs.sum().clamp(min=1)
