"""Command `python train_reader.py [--exclude SET …] --out FILE`: trains the reader of instructions.

On the frozen lower hidden states: which words name what the customer should and should not have, and the direction.
Plain sentences about staying and leaving are added, since few populations have dates to draw such questions from.
"""

from __future__ import annotations

import argparse
import pickle
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet
import torch

from base import TextEncoder
from data import ATTRIBUTE, ITEM
from evidence import DIRECTIONS
from language import LowerLayers
from model import InstructionReader
from pool import instruction_ids, run_lower, token_roles
from questions import dump_folders
from settings import TRAINING_SETS, WORK, ModelSettings
from userqa import ACTIVE, INACTIVE, PRESENT
from userqa_text import OTHER, UNWANTED, WANTED, WHO, item_phrase, tagged

STAYING = (
    "will stay", "will renew", "will come back", "will buy again", "will keep paying", "will pay on time", "will succeed", "will pass",
    "will finish", "will complete", "will graduate", "will do very well", "will get top marks", "will finish with honours", "will convert",
    "will make a purchase", "will place an order during this visit", "will check out", "are going to order soon", "will upgrade",
    "will spend more than usual", "will spend a lot of money", "will be active", "will log in every day", "remain loyal", "are loyal",
    "are very engaged", "will increase their spending", "are worth the most", "will return", "will repay in full", "will keep going",
    "will buy something", "will buy something before they leave", "end up buying", "will not leave without buying", "will purchase anything at all",
    "will pass the exam", "will pass at the end", "will finish with distinction", "will earn a top grade",
)  # fmt: skip
LEAVING = (
    "will leave", "will churn", "will cancel", "will quit", "will drop out", "will withdraw", "will fail", "will default", "will not pay",
    "will miss a payment", "will fall behind with payments", "will stop paying", "will stop buying", "will stop using", "will not come back",
    "will not renew", "will lapse", "will become inactive", "will close their account", "will unsubscribe", "will abandon", "will give up",
    "will go to a competitor", "are about to leave", "are losing interest", "will be late with payments", "are at risk", "will not finish",
    "will not complete", "will never return", "will go bankrupt", "will leave without buying",
    "will stop before it ends", "will just look around and go", "will fail the exam", "will get a bad grade",
)  # fmt: skip
OBJECTS = ("", " the course", " the service", " their contract", " the subscription", " their loan", " next month", " in the next year", " with us", " the shop", " on their bill")  # fmt: skip
PEOPLE = WHO + ("students", "patients", "subscribers", "borrowers", "card holders", "players", "guests", "employees")


MODALS = ("would", "will", "might", "may", "are likely to", "want to", "plan to", "like to", "are going to", "could")
ACTS = (
    "buy", "order", "get", "use", "take out", "visit", "look at", "read about", "play", "watch", "sign up for", "choose", "go to", "seek",
    "spend time on", "be interested in", "subscribe to", "try", "rent", "book", "look for information about", "search for", "love", "eat",
    "look after", "open", "browse", "accept", "apply for", "work on", "go for", "enjoy", "need", "collect", "install", "pay for", "join",
)  # fmt: skip
ARTICLES = ("", "", "the ", "a ", "an ", "some ", "our ", "their ", "new ", "any ", "more ", "items for ", "things for ", "products for ")
TAILS = (
    "", "", "", " next month", " in the next three months", " on an ordinary day", " when we call", " from us", " at home", " this week",
    " in their free time", " before leaving", " online", " again", " for themselves", " soon", " during the sale", " with us",
)  # fmt: skip
LISTS = (", ", " and ", " or ", " such as ", " like ", " and also ", " as well as ")
WITHOUT = (" but not ", " but no ", " without ", " but never ", " except ", " other than ", " and not ", " who never buy ", " but who do not use ", " instead of ")


def sentences() -> list[tuple[str, int]]:
    """(instruction, direction) about staying and leaving, without roles: nothing in the data is named."""
    out = []
    for number, ((form, direction), rest) in enumerate(
        product([(f, ACTIVE) for f in STAYING] + [(f, INACTIVE) for f in LEAVING], OBJECTS)
    ):
        out.append((f"{PEOPLE[number % len(PEOPLE)]} who {form}{rest}", direction))
    return out


def frames(phrases: list[str], count: int, random: np.random.Generator) -> list[tuple[tuple[str, int], ...]]:
    """Instructions in many more wordings than the questions have, as words with their roles."""
    one = lambda options: options[random.integers(len(options))]  # noqa: E731
    out = []
    for _ in range(count):
        first, second, third = (one(phrases) for _ in range(3))
        text = f"{one(PEOPLE)} who {one(MODALS)} {one(ACTS)} {one(ARTICLES)}[{first}]"
        if random.random() < 0.35:
            text += f"{one(LISTS)}{one(ARTICLES)}[{second}]"
        words = tagged(text, WANTED)
        if random.random() < 0.25:
            words += tagged(one(WITHOUT) + one(ARTICLES) + f"[{third}]", UNWANTED)
        out.append(words + tagged(one(TAILS), OTHER))
    return out


def phrases_in(folder: Path) -> list[str]:
    """Names of things in a population, at most five words each."""
    strings = parquet.read_table(folder / "strings.parquet").to_pydict()
    named = [item_phrase(text) for text, kind in zip(strings["text"], strings["kind"]) if kind in (ITEM, ATTRIBUTE)]
    return sorted({phrase for phrase in named if 3 <= len(phrase) and len(phrase.split()) <= 5})


@dataclass(frozen=True)
class Example:
    """hidden [T, 576] up to <USER>, the instruction's text embedding [384], roles [T - 1] or None, direction."""

    population: str
    hidden: np.ndarray
    embedding: np.ndarray
    roles: np.ndarray | None
    direction: int


def extra_examples(lower_layers: int) -> list[Example]:
    """The frames and sentences; their hidden states are cached on disk."""
    texts = [("", text, None, direction) for text, direction in sentences()]
    random = np.random.default_rng(5)
    for folder in dump_folders():
        count = 250 if folder.name in TRAINING_SETS else 5
        phrases = phrases_in(folder)
        for words in frames(phrases, count, random) if len(phrases) > 2 else []:
            texts.append((folder.name, " ".join(w for w, _ in words), np.array(token_roles(words)), PRESENT))
    path = WORK / f"pool{lower_layers}" / "extra.pickle"
    if not path.exists():
        lower = LowerLayers(lower_layers).load()
        path.write_bytes(pickle.dumps(run_lower(lower, [instruction_ids(text) for _, text, _, _ in texts])))
    hidden = pickle.loads(path.read_bytes())
    encoder = TextEncoder(WORK / "text.npz")
    embedding = encoder([text for _, text, _, _ in texts])
    encoder.save()
    return [Example(name, h, e, roles, direction) for h, e, (name, _, roles, direction) in zip(hidden, embedding, texts)]


def examples(exclude: tuple[str, ...], lower_layers: int) -> list[Example]:
    """Everything the reader may learn from when `exclude` is held out."""
    out = [example for example in extra_examples(lower_layers) if example.population not in exclude]
    encoder = TextEncoder(WORK / "text.npz")
    for folder in dump_folders():
        if folder.name in exclude:
            continue
        readings = pickle.loads((WORK / f"pool{lower_layers}" / f"{folder.name}.pkl").read_bytes())
        questions = pickle.loads((WORK / "questions" / f"{folder.name}.pkl").read_bytes())
        embedding = encoder([question.task.instruction for question in questions]) if questions else []
        out += [
            Example(folder.name, reading.hidden[: reading.user + 1], row, reading.roles, question.task.direction)
            for reading, question, row in zip(readings, questions, embedding)
        ]
    return out


def train(data: list[Example], steps: int = 900, seed: int = 1) -> InstructionReader:
    """A reader trained with cross-entropy on roles (per token) and direction (per instruction, directions drawn evenly)."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    reader = InstructionReader()
    optimizer = torch.optim.AdamW(
        [{"params": reader.roles.parameters(), "weight_decay": 0.05}, {"params": reader.direction.parameters(), "weight_decay": 0.3}], lr=1e-3
    )
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    by_direction = [np.flatnonzero([example.direction == d for example in data]) for d in range(len(DIRECTIONS))]
    for _ in range(steps):
        chosen = np.concatenate([random.choice(len(data), 32), *(random.choice(among, 6) for among in by_direction)])
        batch = [data[i] for i in chosen]
        longest = max(len(example.hidden) for example in batch)
        hidden, mask = torch.zeros(len(batch), longest, batch[0].hidden.shape[1]), torch.zeros(len(batch), longest)
        roles = torch.full((len(batch), longest), -100)
        for row, example in enumerate(batch):
            hidden[row, : len(example.hidden)] = torch.from_numpy(example.hidden.astype(np.float32))
            mask[row, : len(example.hidden)] = 1
            if example.roles is not None:
                roles[row, : len(example.roles)] = torch.from_numpy(example.roles)
        hidden = hidden * (1 + 0.05 * torch.randn_like(hidden))
        embedding = torch.from_numpy(np.stack([example.embedding for example in batch]))
        role_logits, direction_logits = reader(hidden, mask, embedding)
        loss = torch.nn.functional.cross_entropy(role_logits.transpose(1, 2), roles, ignore_index=-100)
        wanted = torch.tensor([example.direction for example in batch[32:]])
        loss = loss + torch.nn.functional.cross_entropy(direction_logits[32:], wanted, label_smoothing=0.05)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return reader.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--exclude", nargs="*", default=[], choices=TRAINING_SETS)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    reader = train(examples(tuple(arguments.exclude), ModelSettings().lower_layers))
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    torch.save(reader.state_dict(), arguments.out)


if __name__ == "__main__":
    main()
