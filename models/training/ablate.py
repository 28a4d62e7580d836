"""Command `python ablate.py [--steps N] [--only NAME …]`: what each part of the learned path is worth.

Every variant is trained alike without the sets of the first half (settings.HALVES) and asked the questions of those sets,
which neither it nor the evidence head has seen: mean AUC within a question, of the learned path alone, of the evidence alone
and of both. No label is read. Differences below 0.01 are within what another seed changes (`--seeds 2` shows it).
"""

from __future__ import annotations

import argparse
import dataclasses
import pickle
import time
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from base import TextEncoder
from data import load_population
from evidence import EvidenceHead
from model import LearnedPath
from objective import Embedded, embed
from pool import silent_hidden
from settings import FOLDS, HALVES, WORK, ModelSettings, TrainSettings
from train import Corpus, draw, evidence_scores, phrase_embeddings, train

HALF = "halfA"
UNSEEN = tuple(name for number in HALVES[HALF] for name in FOLDS[number - 1])
ASKED = 80
"""Questions of each unseen set."""
SHOWN = 48
"""Customers of a question, half of them positive."""


@dataclass(frozen=True)
class Variant:
    """A change of the shipped model's shape or training; `silent` takes away what the language model read."""

    model: ModelSettings = ModelSettings()
    autoregressive: float = TrainSettings.autoregressive_weight
    silent: bool = False


VARIANTS = {
    "as shipped: 8 user tokens, 2 fusion layers": Variant(),
    "16 user tokens": Variant(ModelSettings(user_tokens=16)),
    "24 user tokens": Variant(ModelSettings(user_tokens=24)),
    "1 fusion layer": Variant(ModelSettings(fusion_layers=1)),
    "4 fusion layers": Variant(ModelSettings(fusion_layers=4)),
    "without the autoregressive loss": Variant(autoregressive=0.0),
    "without the language model": Variant(ModelSettings(fusion_layers=0), autoregressive=0.0, silent=True),
}


class Unseen(Corpus):
    """The questions of the unseen sets alone."""

    def __init__(self, lower_layers: int) -> None:
        encoder, random = TextEncoder(WORK / "text.npz"), np.random.default_rng(5)
        self.questions, self.embedding, self.source, self.phrases = [], [], [], []
        for number, name in enumerate(UNSEEN):
            population = load_population(WORK / "dumps" / "sets" / name, encoder)
            self.embedding.append(torch.from_numpy(population.embedding.astype(np.float16)))
            self.source.append(torch.from_numpy(population.source.astype(np.int64)))
            questions = pickle.loads((WORK / "questions" / f"{name}.pkl").read_bytes())
            readings = pickle.loads((WORK / f"pool{lower_layers}" / f"{name}.pkl").read_bytes())
            both = [i for i, q in enumerate(questions) if 0 < q.packed.target.mean() < 1]
            for i in random.choice(both, min(ASKED, len(both)), replace=False):
                self.questions.append((number, questions[i], readings[i]))
                self.phrases.append(phrase_embeddings(questions[i], encoder))


def silenced(corpus: Corpus) -> Corpus:
    """The corpus as if the language model had read nothing."""
    for i, (number, question, reading) in enumerate(corpus.questions):
        nothing = dataclasses.replace(reading, hidden=reading.hidden * 0, answer_hidden=reading.answer_hidden * 0)
        corpus.questions[i] = (number, question, nothing)
    return corpus


def auc(score: Tensor, target: Tensor) -> float:
    """Share of the pairs of a positive and a negative that the score orders rightly, ties one half."""
    margin = score[target == 1][:, None] - score[target == 0][None]
    return float((margin > 0).float().mean() + 0.5 * (margin == 0).float().mean())


@torch.no_grad()
def ask(model: LearnedPath, corpus: Unseen, heads: list[Tensor], scale: float) -> dict[str, float]:
    """Mean over sets of the mean AUC over questions."""
    random, silence = np.random.default_rng(6), silent_hidden(model.settings.lower_layers)
    per_set: dict[str, list[list[float]]] = {name: [[] for _ in UNSEEN] for name in ("learned", "evidence", "both")}
    for start in range(0, len(corpus.questions), 4):
        chosen = list(range(start, min(start + 4, len(corpus.questions))))
        batch = draw(corpus, chosen, SHOWN, model, heads, random)
        embedded: Embedded = embed(model, batch, silence)
        scores = {"learned": embedded.cosine, "evidence": batch.evidence, "both": batch.evidence + scale * embedded.cosine}
        for row, i in enumerate(chosen):
            for name, score in scores.items():
                per_set[name][corpus.questions[i][0]].append(auc(score[row], batch.target[row]))
    return {name: float(np.mean([np.mean(some) for some in sets])) for name, sets in per_set.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=250)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--only", nargs="*", choices=VARIANTS, default=list(VARIANTS))
    arguments = parser.parse_args()
    head = EvidenceHead()
    head.load_state_dict(torch.load(WORK / HALF / "evidence.pt"))
    lower = ModelSettings().lower_layers
    learned, unseen = Corpus(UNSEEN, lower), Unseen(lower)
    heads, asked = evidence_scores(learned, head.eval()), evidence_scores(unseen, head)
    print(f"# The learned path's parts: AUC on {len(unseen.questions)} questions of {', '.join(UNSEEN)}, unseen; {arguments.steps} steps\n")
    print("| variant | learned path alone | evidence alone | both | seconds a step |\n|---|---|---|---|---|", flush=True)
    for name in arguments.only:
        variant = VARIANTS[name]
        if variant.silent:
            silenced(learned), silenced(unseen)
        for seed in range(1, arguments.seeds + 1):
            settings = TrainSettings(
                steps=arguments.steps, seed=seed, exclude=UNSEEN, autoregressive_weight=variant.autoregressive, model=variant.model
            )
            began = time.time()
            model = train(settings, learned, heads, WORK / "ablate" / f"{list(VARIANTS).index(name)}.{seed}.{arguments.steps}.pt")
            pace = (time.time() - began) / arguments.steps
            result = ask(model.eval(), unseen, asked, scale=10.0)
            cells = " | ".join(f"{result[key]:.3f}" for key in ("learned", "evidence", "both"))
            print(f"| {name} | {cells} | {pace:.2f} |", flush=True)


if __name__ == "__main__":
    main()
