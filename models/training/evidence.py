"""The evidence path: what the frozen text encoder and the workspace's own co-occurrence say of a customer.

`features` is the specification that electron/services/rank/evidence.ts follows; export.py writes a fixture from it
that the app's tests compare with.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sparse
import torch
from torch import Tensor, nn

from data import ITEM, Events

FEATURES = (
    "activity", "variety", "mean", "max", "top3", "soft", "attended", "over", "value", "recency",
    "lift_sum", "lift_mean", "lift_items", "lift_profile", "level", "recent",
    "named_any", "named_all", "against_max", "against_top3", "named_not",
)  # fmt: skip
"""Per customer, each standardised over the workspace and clipped to ±4."""

CONTEXT = ("best", "best5", "share", "strings", "has_against")
"""Per instruction; followed by the DIRECTIONS' probabilities."""

DIRECTIONS = ("present", "high", "low", "active", "inactive")

UNSIGNED = ("activity", "variety", "value", "recency", "level", "recent")
"""Features that speak for or against a customer depending on the instruction's direction."""
AGAINST = ("against_max", "against_top3", "named_not")
PRIOR = {
    "top3": 1.0, "soft": 0.3, "lift_sum": 0.5, "lift_mean": 0.5, "named_any": 0.5, "named_all": 0.7, "against_max": 0.5,
    "against_top3": 0.2, "named_not": 1.5,
}  # fmt: skip
"""Weights that training starts from and is pulled back to: similarity, co-occurrence and activity speak about equally
loud. Equal weights travel better to unseen data than fitted ones (Dawes, 1979), and so they did here."""
DIRECTED_PRIOR = {
    "present": {"activity": 0.8},
    "high": {"activity": 0.6, "value": 0.6, "level": 0.3},
    "low": {"activity": 0.2, "value": -0.6, "level": -0.3},
    "active": {"activity": 1.0, "level": 1.0, "recent": 0.5},
    "inactive": {"activity": -1.0, "level": -1.0, "recent": -0.5},
}
DIRECTED_SCALE = {"present": 1.0, "high": 1.0, "low": 1.0, "active": 0.3, "inactive": 0.3}
"""How loud similarity and co-occurrence speak: an instruction about staying or leaving names little in the data."""

SHARPNESS = 2.0
"""Inverse temperature of the soft attention over standardised similarities."""
LIFT_SHARPNESS = 4.0
LIFT_PRIOR = 5.0
"""Pseudo-customers that pull an anchor's conditional frequencies towards the base rate."""
LIFT_HALF = 0.5
"""Added to observed and expected owners alike: that two rare strings never meet says nothing."""
PROFILE = 5


def standardised_similarity(embedding: np.ndarray, phrases: np.ndarray, df: np.ndarray) -> np.ndarray:
    """Similarity of every string to the best of the phrases, centred and scaled by the strings' document frequency.

    embedding [S, 384], phrases [P, 384], df [S] -> [P, S]; mean 0 and variance 1 under df / sum(df).
    """
    weight = df / max(df.sum(), 1)
    similarity = phrases @ embedding.T
    centred = similarity - (similarity * weight).sum(1, keepdims=True)
    return centred / np.sqrt((centred**2 * weight).sum(1, keepdims=True) + 1e-12)


def lift_table(events: Events, similarity: np.ndarray, df: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(log-lift of every string with the anchors [S], anchors): how much more often than in the base the owners of the strings
    nearest to the instruction own string k. Mean over anchors weighted by exp(4 (s - max s)), clipped to ±2.

    Logarithm of observed by expected owners, both smoothed; an anchor's lift with itself is 0, as it is evidence already.
    """
    present = np.flatnonzero(df > 0)
    count = min(max(5, min(40, len(present) // 10)), len(present))
    anchors = present[np.argsort(-similarity[present], kind="stable")[:count]]
    owners = sparse.csr_matrix(
        (np.ones(len(events.customer), np.float32), (events.customer, events.string)), (events.customers, events.strings)
    )
    together = (owners[:, anchors].T @ owners).toarray()
    base = (df + LIFT_HALF) / events.customers
    observed = together + LIFT_PRIOR * base + LIFT_HALF
    expected = (df[anchors, None] + LIFT_PRIOR) * base + LIFT_HALF
    lift = np.log(observed / expected)
    lift[np.arange(count), anchors] = 0
    weight = np.exp(LIFT_SHARPNESS * (similarity[anchors] - similarity[anchors].max()))
    return np.clip((weight[:, None] * lift).sum(0) / weight.sum(), -2, 2), anchors


def features(
    events: Events, kind: np.ndarray, source: np.ndarray, embedding: np.ndarray, phrases: np.ndarray, against: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(features [N, F] standardised and clipped, context [C]) of one instruction.

    kind and source [S]; phrases [P>=1, 384] what the customer should have, against [Q>=0, 384] what not.
    """
    who, what, n = events.customer, events.string, events.customers
    df = np.bincount(what, minlength=events.strings).astype(np.float64)
    per_phrase = standardised_similarity(embedding, phrases, df)
    similarity = per_phrase.max(0)
    if len(against):
        opposed = standardised_similarity(embedding, against, df).max(0)
        similarity, opposed = np.where(similarity >= opposed, similarity, -1), np.where(opposed > similarity, opposed, -1)
    lift, anchors = lift_table(events, similarity, df)
    size = np.bincount(who, minlength=n)
    some = np.maximum(size, 1)
    total = lambda weights: np.bincount(who, weights=weights, minlength=n)  # noqa: E731
    of_event = similarity[what]
    attention = np.exp(SHARPNESS * of_event)
    item = kind[what] == ITEM
    profile = source[what] == PROFILE
    has_value, has_recency = ~np.isnan(events.value), ~np.isnan(events.recency)
    named = owns_named(events, embedding, phrases)
    value, recency = np.nan_to_num(events.value, nan=0.5) - 0.5, np.nan_to_num(events.recency, nan=0.5) - 0.5
    raw = {
        "activity": np.log1p(total(events.n * item)),
        "variety": np.log1p(size),
        "mean": total(of_event) / some,
        "max": largest(who, of_event, n),
        "top3": top3(who, of_event, n),
        "soft": np.log1p(total(attention)),
        "attended": total(attention * of_event) / np.maximum(total(attention), 1e-9),
        "over": np.log1p(total(np.maximum(of_event - 1.5, 0))),
        "value": total(attention * value) / np.maximum(total(attention * has_value), 1e-9),
        "recency": total(attention * recency) / np.maximum(total(attention * has_recency), 1e-9),
        "lift_sum": total(lift[what]),
        "lift_mean": total(lift[what]) / some,
        "lift_items": total(lift[what] * item),
        "lift_profile": total(lift[what] * profile),
        "level": total(value) / np.maximum(total(has_value), 1),
        "recent": total(recency) / np.maximum(total(has_recency), 1),
        "named_any": named.max(0),
        "named_all": named.min(0),
    }
    if len(against):
        raw["against_max"], raw["against_top3"] = largest(who, opposed[what], n), top3(who, opposed[what], n)
        raw["named_not"] = owns_named(events, embedding, against).max(0)
    else:
        raw["against_max"] = raw["against_top3"] = raw["named_not"] = np.zeros(n)
    matrix = np.stack([raw[name] for name in FEATURES], axis=1)
    scale = matrix.std(0)
    matrix = np.clip((matrix - matrix.mean(0)) / np.where(scale > 1e-6, scale, np.inf), -4, 4)
    nearest = np.sort((phrases @ embedding[df > 0].T).max(0))[::-1][:5]
    owners = np.zeros(n, bool)
    owners[who[np.isin(what, anchors[:5])]] = True
    context = [nearest[0], nearest.mean(), owners.mean(), np.log10((df > 0).sum()) / 4, float(len(against) > 0)]
    return matrix.astype(np.float32), np.array(context, np.float32)


def owns_named(events: Events, embedding: np.ndarray, phrases: np.ndarray) -> np.ndarray:
    """How surely each customer has what each phrase names outright: largest cosine from 0.6 (0) to 0.9 (1), [P, N].

    0 for everybody where nothing in the data is that near, so that it only speaks when the analyst names an item.
    """
    degree = np.clip((phrases @ embedding.T - 0.6) / 0.3, 0, 1)
    return np.stack([np.maximum(largest(events.customer, row[events.string], events.customers), 0) for row in degree])


def largest(who: np.ndarray, value: np.ndarray, customers: int) -> np.ndarray:
    """Each customer's largest value, -3 where there is none: [events] -> [N]."""
    out = np.full(customers, -3.0)
    np.maximum.at(out, who, value)
    return out


def top3(who: np.ndarray, value: np.ndarray, customers: int) -> np.ndarray:
    """Mean of each customer's three largest values, -3 where there is none: [events] -> [N]."""
    order = np.lexsort((-value, who))
    size = np.bincount(who, minlength=customers)
    start = np.concatenate([[0], np.cumsum(size)[:-1]])
    best = np.arange(len(who)) - start[who[order]] < 3
    mean = np.bincount(who[order][best], weights=value[order][best], minlength=customers) / np.maximum(np.minimum(size, 3), 1)
    return np.where(size > 0, mean, -3.0)


class EvidenceHead(nn.Module):
    """Evidence score of a customer: a weighted sum of the features whose weights depend on the instruction.

    Features that speak for a customer keep a positive weight and those that speak against a negative one, whatever the
    context; those of UNSIGNED take their sign from the instruction's direction. A free perceptron did worse on sets that
    it had not seen (docs/decisions/model.md). features [N, F], context [N, C + D] -> [N].
    """

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        unsigned = torch.tensor([name in UNSIGNED for name in FEATURES])
        self.register_buffer("unsigned", unsigned)
        self.register_buffer("sign", torch.tensor([-1.0 if name in AGAINST else 1.0 for name in FEATURES]))
        self.register_buffer("prior", torch.tensor([PRIOR.get(name, 0.03) for name in FEATURES]))
        directed = [[DIRECTED_PRIOR[d].get(name, 0.0) for name in FEATURES] for d in DIRECTIONS]
        self.register_buffer("directed_prior", torch.tensor(directed))
        self.register_buffer("scale", torch.tensor([DIRECTED_SCALE[d] for d in DIRECTIONS]))
        self.bend = nn.Sequential(nn.Linear(len(CONTEXT) + len(DIRECTIONS), width), nn.Tanh(), nn.Linear(width, len(FEATURES)))
        self.shift = nn.Parameter(torch.zeros(len(FEATURES)))
        nn.init.zeros_(self.bend[2].weight)
        nn.init.zeros_(self.bend[2].bias)

    def weights(self, context: Tensor) -> tuple[Tensor, Tensor]:
        """(weight of every feature [N, F], how far training moved it [N, F])."""
        direction = context[..., len(CONTEXT) :]
        moved = torch.tanh(self.shift + self.bend(context))
        signed = self.sign * self.prior * (direction @ self.scale)[..., None] * torch.exp(moved)
        directed = direction @ self.directed_prior + 0.5 * moved
        return torch.where(self.unsigned, directed, signed), moved

    def forward(self, features: Tensor, context: Tensor) -> Tensor:
        return (self.weights(context)[0] * features).sum(-1)
