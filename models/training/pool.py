"""Command `python pool.py`: runs every instruction and answer through the frozen lower layers once.

Training then only pays for the fusion layers. Writes work/pool/<population>.pkl; what exists is kept.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from base import language_model_tokenizer
from language import LowerLayers
from model import END_TOKEN, USER_TOKEN
from questions import dump_folders
from settings import WORK, ModelSettings
from userqa_text import OTHER


@dataclass(frozen=True)
class Reading:
    """Lower hidden states (float16) of one question.

    ids [T] of "Instruction: … <USER> answer <END>", hidden [T, 576], user the index of <USER>, roles [user] per token,
    answer_hidden [A, 576] of "Answer: … <END>".
    """

    ids: np.ndarray
    hidden: np.ndarray
    user: int
    roles: np.ndarray
    answer_hidden: np.ndarray


PROMPT, ANSWER_PROMPT = "Instruction:", "Answer:"


def instruction_ids(instruction: str) -> list[int]:
    """Token ids of the instruction's part of the template, ending with <USER>."""
    return language_model_tokenizer().encode(f"{PROMPT} {instruction}").ids + [USER_TOKEN]


def token_roles(words: tuple[tuple[str, int], ...]) -> list[int]:
    """Roles of the tokens of "Instruction: …" before <USER>, from the roles of its words."""
    tokenizer = language_model_tokenizer()
    roles = [OTHER] * len(tokenizer.encode(PROMPT).ids)
    for word, role in words:
        roles += [role] * len(tokenizer.encode(f" {word}").ids)
    return roles


@torch.no_grad()
def run_lower(lower: LowerLayers, sequences: list[list[int]], batch: int = 32) -> list[np.ndarray]:
    """Hidden states of each sequence [T_i, 576] float16; sorted by length so that little is padded."""
    out: list[np.ndarray | None] = [None] * len(sequences)
    order = sorted(range(len(sequences)), key=lambda i: len(sequences[i]))
    for start in range(0, len(order), batch):
        chosen = order[start : start + batch]
        longest = max(len(sequences[i]) for i in chosen)
        ids = torch.zeros(len(chosen), longest, dtype=torch.long)
        for row, i in enumerate(chosen):
            ids[row, : len(sequences[i])] = torch.tensor(sequences[i])
        hidden = lower(ids).numpy().astype(np.float16)
        for row, i in enumerate(chosen):
            out[i] = hidden[row, : len(sequences[i])]
    return out


def read_population(name: str, lower: LowerLayers) -> list[Reading]:
    """Readings of a population's questions, in their order."""
    questions = pickle.loads((WORK / "questions" / f"{name}.pkl").read_bytes())
    tokenizer = language_model_tokenizer()
    texts, answers, users, roles = [], [], [], []
    for question in questions:
        task = question.task
        head = instruction_ids(task.instruction)
        users.append(len(head) - 1)
        texts.append(head + tokenizer.encode(f" {task.answer}").ids[:24] + [END_TOKEN])
        answers.append(tokenizer.encode(f"{ANSWER_PROMPT} {task.answer}").ids[:32] + [END_TOKEN])
        roles.append(np.array(token_roles(task.words)[: len(head) - 1]))
    hidden, answer_hidden = run_lower(lower, texts), run_lower(lower, answers)
    return [
        Reading(np.array(ids), h, user, role, a)
        for ids, h, user, role, a in zip(texts, hidden, users, roles, answer_hidden)
    ]


@torch.no_grad()
def silent_hidden(lower_layers: int) -> Tensor:
    """Lower hidden states of the template without an instruction, [T, 576]; the last row is <USER>'s."""
    ids = torch.tensor([language_model_tokenizer().encode(PROMPT).ids + [USER_TOKEN]])
    return LowerLayers(lower_layers).load()(ids)[0]


def main() -> None:
    settings = ModelSettings()
    lower = LowerLayers(settings.lower_layers).load()
    folder = WORK / f"pool{settings.lower_layers}"
    folder.mkdir(parents=True, exist_ok=True)
    for path in dump_folders():
        target = folder / f"{path.name}.pkl"
        if not target.exists():
            target.write_bytes(pickle.dumps(read_population(path.name, lower)))


if __name__ == "__main__":
    # Run as the module, so that the pickled classes have a name that other commands know.
    import pool

    pool.main()
