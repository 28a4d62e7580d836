"""Command `python questions.py`: draws the UserQA tasks of every population and computes their evidence features.

Writes work/questions/<population>.pkl, one per data set or table; what exists already is kept, so that it resumes.
"""

from __future__ import annotations

import pickle
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from base import TextEncoder
from data import Events, Population, load_population
from evidence import features
from settings import TRAINING_SETS, WORK, QuestionSettings
from userqa import Asker, Task
from userqa_text import UNWANTED, WANTED


@dataclass(frozen=True)
class Question:
    """A task and what the model sees of some of its customers.

    features [K, F], context [C], target [K] of 0/1 for the evidence path; `packed` has the visible events and
    `packed_features` [L, F] the features of a few customers for the learned path.
    """

    task: Task
    features: np.ndarray
    context: np.ndarray
    target: np.ndarray
    packed: Packed
    packed_features: np.ndarray


@dataclass(frozen=True)
class Packed:
    """Visible events of L customers, at most E each, chosen at random: string [L, E] (-1 pads), value, recency [L, E]
    (NaN for none), count [L, E], target [L]."""

    string: np.ndarray
    value: np.ndarray
    recency: np.ndarray
    count: np.ndarray
    target: np.ndarray


def pack(events: Events, customers: np.ndarray, target: np.ndarray, width: int, random: np.random.Generator) -> Packed:
    """Events of the chosen customers as padded rows."""
    events = events.of(customers)
    order = np.lexsort((random.random(len(events.customer)), events.customer))
    who = events.customer[order]
    size = np.bincount(who, minlength=len(customers))
    place = np.arange(len(who)) - np.concatenate([[0], np.cumsum(size)[:-1]])[who]
    fits = place < width
    at = (who[fits], place[fits])
    string = np.full((len(customers), width), -1, np.int32)
    value, recency = (np.full((len(customers), width), np.nan, np.float16) for _ in range(2))
    count = np.zeros((len(customers), width), np.float16)
    string[at], value[at] = events.string[order][fits], events.value[order][fits]
    recency[at], count[at] = events.recency[order][fits], np.log1p(events.n[order][fits])
    return Packed(string, value, recency, count, target)


def balanced(target: np.ndarray, count: int, random: np.random.Generator) -> np.ndarray:
    """Up to `count` customers, half of them positive where there are enough; NaN targets are never taken."""
    chosen = []
    for value in (1, 0):
        among = np.flatnonzero(target == value)
        chosen.append(random.choice(among, min(len(among), count // 2), replace=False))
    return np.sort(np.concatenate(chosen))


def without_masks(task: Task) -> Task:
    """The task without its per-event and per-customer arrays, which are large and no longer needed."""
    return replace(task, customers=np.empty(0), hidden=np.empty(0), target=np.empty(0))


def query_texts(task: Task) -> tuple[list[str], list[str]]:
    """(wanted phrases, unwanted phrases); the whole instruction stands in where no word is marked."""
    return list(task.phrases(WANTED)) or [task.instruction], list(task.phrases(UNWANTED))


def ask(population: Population, index: int, count: int, settings: QuestionSettings, encoder: TextEncoder) -> list[Question]:
    """The questions of one population."""
    random = np.random.default_rng([settings.seed, index, 7])
    out = []
    for task in Asker(index, population, settings).tasks(count):
        wanted, unwanted = query_texts(task)
        events = population.events.of(task.customers).where(~task.hidden)
        matrix, context = features(
            events, population.kind, population.source, population.embedding,
            encoder(wanted), encoder(unwanted) if unwanted else np.zeros((0, 384), np.float32),
        )  # fmt: skip
        kept = balanced(task.target, settings.kept, random)
        few = balanced(task.target, settings.packed, random)
        packed = pack(events, few, task.target[few].astype(np.float32), settings.max_events, random)
        target = task.target[kept].astype(np.float32)
        out.append(Question(without_masks(task), matrix[kept], context, target, packed, matrix[few]))
    return out


def dump_folders() -> list[Path]:
    """Folders of the training populations, sets first; their order numbers them."""
    dumps = WORK / "dumps"
    return [dumps / "sets" / name for name in TRAINING_SETS] + sorted((dumps / "tables").iterdir())


def write_questions(index: int, folder: Path) -> tuple[str, dict[str, np.ndarray]]:
    """Worker: draws one population's questions; returns its name and the text embeddings that were new."""
    torch.set_num_threads(1)
    settings, encoder = QuestionSettings(), TextEncoder(WORK / "text.npz")
    known = set(encoder.cache)
    population = load_population(folder, encoder)
    count = settings.per_set if index < len(TRAINING_SETS) else settings.per_table
    questions = ask(population, index, count, settings, encoder)
    (WORK / "questions" / f"{folder.name}.pkl").write_bytes(pickle.dumps(questions))
    return folder.name, {text: row for text, row in encoder.cache.items() if text not in known}


def main() -> None:
    (WORK / "questions").mkdir(parents=True, exist_ok=True)
    missing = [
        (index, folder)
        for index, folder in enumerate(dump_folders())
        if not (WORK / "questions" / f"{folder.name}.pkl").exists()
    ]
    encoder = TextEncoder(WORK / "text.npz")
    with ProcessPoolExecutor(2) as workers:
        for done, (name, new) in enumerate(workers.map(write_questions, *zip(*missing)), 1):
            encoder.cache.update(new)
            if done % 50 == 0 or len(new) > 2000:
                encoder.save()
                print(f"{done} of {len(missing)}: {name}", flush=True)
    encoder.save()


if __name__ == "__main__":
    # Run as the module, so that the pickled classes have a name that other commands know.
    import questions

    questions.main()
