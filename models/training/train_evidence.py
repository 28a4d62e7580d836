"""Command `python train_evidence.py [--exclude SET …] --out FILE`: trains the evidence head on stored questions.

Loss per question: binary cross-entropy of the scores (centred) plus the pairwise logistic loss of positives against
negatives, which is what ranking is judged by. A minute on two cores.
"""

from __future__ import annotations

import argparse
import pickle
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from evidence import DIRECTIONS, EvidenceHead
from questions import Question, dump_folders
from settings import TRAINING_SETS, WORK

KEPT = 256


def load_questions(exclude: tuple[str, ...]) -> list[tuple[str, Question]]:
    """(population, question) of everything but the excluded sets; half-sized tables count as they are."""
    out = []
    for folder in dump_folders():
        path = WORK / "questions" / f"{folder.name}.pkl"
        if folder.name not in exclude and path.exists():
            out += [(folder.name, question) for question in pickle.loads(path.read_bytes())]
    return out


def direction_context(direction: int, sure: float) -> np.ndarray:
    """Probabilities over DIRECTIONS with `sure` on the true one."""
    out = np.full(len(DIRECTIONS), (1 - sure) / (len(DIRECTIONS) - 1), np.float32)
    out[direction] = sure
    return out


def as_tensors(questions: list[Question]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """(features [Q, 256, F], context [Q, C + D], target [Q, 256], weight [Q, 256], 0 where padded)."""
    width = questions[0].features.shape[1]
    features = np.zeros((len(questions), KEPT, width), np.float32)
    target, weight = (np.zeros((len(questions), KEPT), np.float32) for _ in range(2))
    context = []
    for i, q in enumerate(questions):
        k = len(q.target)
        features[i, :k], target[i, :k], weight[i, :k] = q.features, q.target, 1
        context.append(np.concatenate([q.context, direction_context(q.task.direction, 0.92)]))
    return tuple(torch.from_numpy(np.asarray(x, np.float32)) for x in (features, np.stack(context), target, weight))


def ranking_loss(score: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Mean over questions of pairwise logistic loss plus half the class-balanced cross-entropy: [Q, K] each."""
    positive, negative = target * weight, (1 - target) * weight
    pairs = positive[:, :, None] * negative[:, None]
    margin = score[:, :, None] - score[:, None]
    pairwise = (torch.nn.functional.softplus(-margin) * pairs).sum((1, 2)) / pairs.sum((1, 2)).clamp(min=1)
    centred = score - (score * weight).sum(1, keepdim=True) / weight.sum(1, keepdim=True)
    entropy = torch.nn.functional.binary_cross_entropy_with_logits(centred, target, reduction="none")
    balance = positive / positive.sum(1, keepdim=True).clamp(min=1) + negative / negative.sum(1, keepdim=True).clamp(min=1)
    return (pairwise + 0.25 * (entropy * balance).sum(1)).mean()


def train(questions: list[tuple[str, Question]], steps: int = 1500, seed: int = 1, pull: float = 1.0) -> EvidenceHead:
    """An evidence head trained on the questions; sets and tables are drawn half and half."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    features, context, target, weight = as_tensors([q for _, q in questions])
    is_set = np.array([name in TRAINING_SETS for name, _ in questions])
    pools = [np.flatnonzero(is_set), np.flatnonzero(~is_set)]
    head = EvidenceHead()
    optimizer = torch.optim.AdamW(head.parameters(), lr=3e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(steps):
        chosen = np.concatenate([random.choice(pool, 24 if i == 0 else 8) for i, pool in enumerate(pools) if len(pool)])
        few = random.choice(KEPT, 96, replace=False)
        batch = features[chosen][:, few]
        batch = batch * (torch.rand(len(chosen), 1, batch.shape[-1]) > 0.1)
        noisy = context[chosen] + 0.05 * torch.randn_like(context[chosen])
        score = head(batch, noisy[:, None].expand(-1, len(few), -1))
        loss = ranking_loss(score, target[chosen][:, few], weight[chosen][:, few])
        loss = loss + pull * head.weights(noisy)[1].square().sum(-1).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return head.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--exclude", nargs="*", default=[], choices=TRAINING_SETS)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    head = train(load_questions(tuple(arguments.exclude)))
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    torch.save(head.state_dict(), arguments.out)


if __name__ == "__main__":
    main()
