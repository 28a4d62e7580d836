"""prompt-step.onnx: the export of one step of a soft prompt, and its comparison with autograd and AdamW over 20 steps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import Tensor

from base import HIDDEN
from export_fit import STEPS
from export_graphs import OPSET, event_inputs, finished
from fit_step import BETA1, BETA2, CLIP, EPSILON, traced
from flat import FlatWeights
from model import LearnedPath
from prompt_step import PROMPT_BATCH, PROMPT_STATE, PROMPT_TOKENS, PromptStep
from settings import ModelSettings

LOSS_TOLERANCE, OFFSET_TOLERANCE = 1e-3, 2e-2
"""Largest differences of a loss (relative) and of an offset (in learning rates) after the steps."""
RATE, DECAY = 0.1, 0.01
OUTPUTS = ("offset_next", "first_next", "second_next", "loss")


def batch_of(settings: ModelSettings, random: torch.Generator, T: int, S: int, B: int, E: int) -> tuple[Tensor, ...]:
    """A random batch of prompt_step.PROMPT_BATCH; both classes occur."""
    torch.manual_seed(int(torch.randint(1 << 30, (1,), generator=random)))
    phrase = lambda: torch.nn.functional.normalize(torch.randn(settings.text_width), dim=0)  # noqa: E731
    target = (torch.arange(B) % 2).float()
    return torch.randn(PROMPT_TOKENS, HIDDEN) * 3, torch.randn(T, HIDDEN) * 3, phrase(), phrase(), *event_inputs(settings)(S, B, E), target


def scalars(step: int) -> tuple[Tensor, ...]:
    """rate, spread and decay of step 1, 2, …, as in export_fit."""
    return tuple(torch.tensor([v], dtype=torch.float32) for v in (RATE / (1 - BETA1**step), (1 - BETA2**step) ** -0.5, RATE * DECAY))


def export_prompt(step: PromptStep) -> onnx.ModelProto:
    """The step as ONNX with its frozen weights inside."""
    path = step.on.inner.path
    empty = torch.zeros(PROMPT_TOKENS, HIDDEN)
    state = (FlatWeights(path).pack(path), empty, empty.clone(), empty.clone(), *scalars(1))
    example = state + batch_of(path.settings, torch.Generator().manual_seed(1), T=11, S=37, B=10, E=13)
    # "Instruction:", a word and <USER> are three tokens at least.
    T, S, B, E = (torch.export.Dim(name, min=least, max=65536) for name, least in (("T", 3), ("S", 2), ("B", 2), ("E", 2)))
    shapes = ({},) * (len(state) + 1) + ({0: T}, {}, {}, {0: S}, *({0: B, 1: E},) * 6, {0: B})
    program = torch.export.export(traced(step, example), example, strict=False, dynamic_shapes={"inputs": shapes})
    exported = torch.onnx.export(
        program, dynamo=True, opset_version=OPSET, optimize=True, verbose=False,
        input_names=["weights", *PROMPT_STATE, *PROMPT_BATCH], output_names=list(OUTPUTS),
    )  # fmt: skip
    return finished(exported.model_proto)


def verify_prompt(step: PromptStep, path: Path) -> float:
    """Runs free steps on batches of several sizes in onnxruntime and with autograd and torch.optim.AdamW.

    Returns the largest relative difference of a loss. Raises ValueError when a loss or an offset differs too much.
    """
    learned = step.on.inner.path
    weights = FlatWeights(learned).pack(learned)
    offset = torch.zeros(PROMPT_TOKENS, HIDDEN, requires_grad=True)
    optimizer = torch.optim.AdamW([offset], lr=RATE, betas=(BETA1, BETA2), eps=EPSILON, weight_decay=DECAY)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    mine, first, second = (np.zeros((PROMPT_TOKENS, HIDDEN), np.float32) for _ in range(3))
    random, worst = torch.Generator().manual_seed(2), 0.0
    for number in range(1, STEPS + 1):
        T, S, B, E = ((3, 29, 4, 9), (9, 17, 16, 33), (21, 41, 31, 64))[number % 3]
        batch = batch_of(learned.settings, random, T, S, B, E)
        given = (weights.numpy(), mine, first, second, *(t.numpy() for t in (*scalars(number), *batch)))
        mine, first, second, loss = session.run(list(OUTPUTS), dict(zip(("weights", *PROMPT_STATE, *PROMPT_BATCH), given)))
        optimizer.zero_grad()
        expected = step.on(weights, offset, *batch)
        expected.backward()
        torch.nn.utils.clip_grad_norm_([offset], CLIP)
        optimizer.step()
        worst = max(worst, abs(float(loss) - float(expected.detach())) / (1 + abs(float(expected.detach()))))
    moved = float(np.abs(mine - offset.detach().numpy()).mean()) / RATE
    print(f"{path.name}: loss {worst:.2e}, offset {moved:.2e} of a step from PyTorch over {STEPS} steps, {path.stat().st_size / 1e6:.1f} MB", flush=True)
    if not worst < LOSS_TOLERANCE or not moved < OFFSET_TOLERANCE:
        raise ValueError(f"{path.name} differs from PyTorch by {worst:.2e} (loss), {moved:.2e} (offset): it must not be shipped")
    return worst
