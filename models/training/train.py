"""Command `python train.py [--exclude SET …] [--steps N] … --out FILE`: trains the learned path.

Contrastive (customer to answer text, false negatives masked) + autoregressive (the answer's words) + within-instruction
ranking as a residual on the frozen evidence. Writes a checkpoint every 200 steps and resumes from it.
"""

from __future__ import annotations

import argparse
import dataclasses
import pickle
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from base import TextEncoder, language_model_tensor
from data import load_population
from evidence import EvidenceHead
from language import rms_norm
from model import LearnedPath
from objective import Batch, Embedded, contrast, embed, within_loss
from pool import Reading, silent_hidden
from questions import Packed, Question, dump_folders, query_texts
from settings import TRAINING_SETS, WORK, ModelSettings, TrainSettings
from train_evidence import direction_context

EVIDENCE_SCALE = 8.0
"""evidence / 8 and the gated cosine share an axis of u (model.user_embedding)."""


class Corpus:
    """All questions of the training populations with their readings, ready to be drawn."""

    def __init__(self, exclude: tuple[str, ...], lower_layers: int) -> None:
        encoder = TextEncoder(WORK / "text.npz")
        self.questions: list[tuple[int, Question, Reading]] = []
        self.embedding: list[Tensor] = []
        self.source: list[Tensor] = []
        self.of_set: list[np.ndarray] = []
        """Numbers of each training set's questions."""
        self.phrases: list[tuple[Tensor, Tensor, Tensor]] = []
        """Mean embedding of the wanted and of the unwanted phrases, embedding of the answer: [384] each."""
        for folder in dump_folders():
            name = folder.name
            if name in exclude:
                continue
            first = len(self.questions)
            population = load_population(folder, encoder)
            number = len(self.embedding)
            self.embedding.append(torch.from_numpy(population.embedding.astype(np.float16)))
            self.source.append(torch.from_numpy(population.source.astype(np.int64)))
            questions = pickle.loads((WORK / "questions" / f"{name}.pkl").read_bytes())
            readings = pickle.loads((WORK / f"pool{lower_layers}" / f"{name}.pkl").read_bytes())
            for question, reading in zip(questions, readings):
                self.questions.append((number, question, reading))
                self.phrases.append(phrase_embeddings(question, encoder))
            if name in TRAINING_SETS:
                self.of_set.append(np.arange(first, len(self.questions)))
        self.of_tables = np.setdiff1d(np.arange(len(self.questions)), np.concatenate(self.of_set))


def phrase_embeddings(question: Question, encoder: TextEncoder) -> tuple[Tensor, Tensor, Tensor]:
    """(wanted, unwanted, answer) [384] each; unwanted is 0 where there is none."""
    wanted, unwanted = query_texts(question.task)
    mean = lambda texts: torch.from_numpy(encoder(list(texts)).mean(0)) if texts else torch.zeros(384)  # noqa: E731
    return mean(wanted), mean(unwanted), mean([question.task.answer])


def bins(percentile: np.ndarray, count: int) -> np.ndarray:
    """Bin 0 for NaN, else 1 .. count - 1 by percentile."""
    known = ~np.isnan(percentile)
    cut = np.minimum(np.floor(np.nan_to_num(percentile.astype(np.float32)) * (count - 1)), count - 2)
    return np.where(known, 1 + cut, 0).astype(np.int64)


def draw(corpus: Corpus, chosen: list[int], per: int, model: LearnedPath, heads: list[Tensor], random) -> Batch:
    """Draws `per` customers of each chosen question, half of them positive where possible."""
    settings = model.settings
    packs, evidence, tables, sources = [], [], [], []
    for i in chosen:
        number, question, _ = corpus.questions[i]
        packed = question.packed
        half = [np.flatnonzero(packed.target == v) for v in (1, 0)]
        take = np.concatenate([random.choice(h, per // 2, replace=len(h) < per // 2) for h in half])
        string = packed.string[take]
        used, local = np.unique(np.maximum(string, 0), return_inverse=True)
        table = model.encoders.string_table(corpus.embedding[number][used].float(), corpus.source[number][used])
        tables.append(table[torch.from_numpy(local.reshape(string.shape))])
        sources.append(corpus.source[number][torch.from_numpy(np.maximum(string, 0))])
        packs.append(Packed(string, packed.value[take], packed.recency[take], packed.count[take], packed.target[take]))
        evidence.append(heads[i][take])
    hidden = [corpus.questions[i][2].hidden for i in chosen]
    answers = [corpus.questions[i][2].answer_hidden for i in chosen]
    stack = lambda name: np.concatenate([getattr(p, name) for p in packs])  # noqa: E731
    return Batch(
        rows=torch.cat(tables), source=torch.cat(sources), value=torch.from_numpy(bins(stack("value"), settings.value_bins)),
        recency=torch.from_numpy(bins(stack("recency"), settings.value_bins)), count=torch.from_numpy(stack("count").astype(np.float32)),
        mask=torch.from_numpy((stack("string") >= 0).astype(np.float32)), target=torch.from_numpy(stack("target")).unflatten(0, (len(chosen), per)),
        evidence=torch.stack(evidence), hidden=padded(hidden), users=torch.tensor([corpus.questions[i][2].user for i in chosen]),
        **{name: torch.stack([corpus.phrases[i][part] for i in chosen]) for part, name in enumerate(("wanted", "unwanted", "answer_text"))},
        answer_hidden=padded(answers), answer_last=torch.tensor([len(a) - 1 for a in answers]),
        answer_ids=[corpus.questions[i][2].ids[corpus.questions[i][2].user + 1 :] for i in chosen],
    )  # fmt: skip


def padded(arrays: list[np.ndarray]) -> Tensor:
    """[T_i, H] float16 arrays -> [G, max T, H] float32."""
    out = torch.zeros(len(arrays), max(len(a) for a in arrays), arrays[0].shape[1])
    for row, array in enumerate(arrays):
        out[row, : len(array)] = torch.from_numpy(array.astype(np.float32))
    return out


def predict_words(model: LearnedPath, batch: Batch, embedded: Embedded, vocabulary: Tensor, random) -> Tensor:
    """Cross-entropy of each answer's tokens for one positive customer per instruction, over the batch's own words and
    512 random ones (sampled softmax): answer tokens come after <USER> under the causal mask, so nothing leaks."""
    groups, per = batch.target.shape
    one = torch.tensor([int(random.choice(np.flatnonzero(row.numpy() == 1))) if (row == 1).any() else 0 for row in batch.target])
    longest = max(len(ids) for ids in batch.answer_ids)
    positions = batch.users[:, None] + torch.arange(longest)
    places = positions.clamp(max=batch.hidden.shape[1] - 1)
    start = batch.hidden[torch.arange(groups)[:, None], places]
    where = torch.arange(batch.hidden.shape[1])
    text_mask = torch.where(where[None, None] <= positions[..., None], 0.0, -1e9)
    chosen = embedded.tokens.unflatten(0, (groups, per))[torch.arange(groups), one]
    top = model.fusion.read_customer(start, positions, embedded.cache, text_mask, chosen)
    labels = torch.full((groups, longest), -100)
    candidates, index = np.unique(np.concatenate(batch.answer_ids + [random.integers(0, len(vocabulary), 512)]), return_inverse=True)
    at = 0
    for row, ids in enumerate(batch.answer_ids):
        labels[row, : len(ids)] = torch.from_numpy(index[at : at + len(ids)])
        at += len(ids)
    logits = rms_norm(top, model.fusion.final_norm) @ vocabulary[torch.from_numpy(candidates)].T
    return torch.nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=-100)


def evidence_scores(corpus: Corpus, head: EvidenceHead) -> list[Tensor]:
    """Frozen evidence of every question's packed customers."""
    out = []
    with torch.no_grad():
        for _, question, _ in corpus.questions:
            context = np.concatenate([question.context, direction_context(question.task.direction, 0.92)])
            features = torch.from_numpy(question.packed_features)
            out.append(head(features, torch.from_numpy(context)[None].expand(len(features), -1)))
    return out


def train(settings: TrainSettings, corpus: Corpus, heads: list[Tensor], out: Path) -> LearnedPath:
    """Trains on the corpus, from the checkpoint at `out` if there is one. heads: evidence_scores of the corpus."""
    torch.manual_seed(settings.seed)
    random = np.random.default_rng(settings.seed)
    model = LearnedPath(settings.model)
    model.fusion.load()
    scale = torch.nn.Parameter(torch.tensor(2.3))
    optimizer = torch.optim.AdamW(
        [{"params": model.trainable(), "weight_decay": 0.05}, {"params": [scale], "weight_decay": 0.0}], lr=settings.learning_rate
    )
    warm = 50
    rate = lambda step: min(1, (step + 1) / warm) * 0.5 * (1 + np.cos(np.pi * min(1, step / settings.steps)))  # noqa: E731
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)
    vocabulary = language_model_tensor("token_embd.weight") if settings.autoregressive_weight else None
    first = 0
    if out.exists():
        stored = torch.load(out, weights_only=False)
        model.load_state_dict(stored["model"])
        optimizer.load_state_dict(stored["optimizer"])
        schedule.load_state_dict(stored["schedule"])
        scale.data.copy_(stored["scale"])
        first = stored["step"]
    silence = silent_hidden(settings.model.lower_layers)
    began, losses = time.time(), []
    for step in range(first, settings.steps):
        pool = corpus.of_tables if random.random() < settings.tables_share else corpus.of_set[random.integers(len(corpus.of_set))]
        chosen = [int(i) for i in random.choice(pool, settings.instructions_per_step)]
        batch = draw(corpus, chosen, settings.customers_per_instruction, model, heads, random)
        embedded = embed(model, batch, silence)
        leaning = torch.from_numpy(random.choice([0.0, 1.0], len(chosen))).float()[:, None] * batch.evidence
        parts = [within_loss(leaning + scale.exp() * embedded.cosine, batch.target), settings.contrastive_weight * contrast(embedded, settings)]
        if vocabulary is not None:
            parts.append(settings.autoregressive_weight * predict_words(model, batch, embedded, vocabulary, random))
        loss = sum(parts)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.trainable(), 1.0)
        optimizer.step()
        schedule.step()
        losses.append([float(p.detach()) for p in parts])
        if (step + 1) % 100 == 0:
            print(step + 1, f"{(time.time() - began) / (step + 1 - first):.2f} s/step", np.mean(losses[-100:], 0).round(3), f"scale {scale.exp().item():.2f}", file=sys.stderr, flush=True)
        if (step + 1) % 200 == 0 or step + 1 == settings.steps:
            save(out, model, optimizer, schedule, scale, step + 1, settings)
    return model


def save(out: Path, model, optimizer, schedule, scale, step: int, settings: TrainSettings) -> None:
    """Writes the checkpoint beside the old one and swaps it in, so that a kill leaves a whole file."""
    out.parent.mkdir(parents=True, exist_ok=True)
    fresh = out.with_suffix(".new")
    torch.save(
        {
            "model": model.state_dict(), "optimizer": optimizer.state_dict(), "schedule": schedule.state_dict(),
            "scale": scale.data, "step": step, "settings": dataclasses.asdict(settings),
        }, fresh,
    )  # fmt: skip
    fresh.replace(out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--exclude", nargs="*", default=[], choices=TRAINING_SETS)
    parser.add_argument("--evidence", type=Path, required=True, help="the evidence head trained with the same exclusion")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=TrainSettings.steps)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--autoregressive", type=float, default=TrainSettings.autoregressive_weight)
    parser.add_argument("--lower", type=int, default=ModelSettings.lower_layers)
    parser.add_argument("--fusion", type=int, default=ModelSettings.fusion_layers)
    parser.add_argument("--tokens", type=int, default=ModelSettings.user_tokens)
    a = parser.parse_args()
    settings = TrainSettings(
        steps=a.steps, seed=a.seed, exclude=tuple(a.exclude), autoregressive_weight=a.autoregressive,
        model=ModelSettings(lower_layers=a.lower, fusion_layers=a.fusion, user_tokens=a.tokens),
    )  # fmt: skip
    head = EvidenceHead()
    head.load_state_dict(torch.load(a.evidence))
    corpus = Corpus(settings.exclude, settings.model.lower_layers)
    train(settings, corpus, evidence_scores(corpus, head.eval()), a.out)


if __name__ == "__main__":
    main()
