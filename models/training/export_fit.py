"""fit-step.onnx: the export of one step of the fit, and its comparison with PyTorch's autograd and AdamW over 20 steps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import Tensor

from base import HIDDEN
from export_graphs import OPSET, finished
from fit_step import BATCH, BETA1, BETA2, CLIP, EPSILON, STATE, FitLoss, FitStep, traced
from flat import FlatWeights, OnWeights
from model import LearnedPath
from settings import SOURCES, ModelSettings, TrainSettings

STEPS = 20
LOSS_TOLERANCE, WEIGHT_TOLERANCE = 1e-3, 2e-3
"""Largest differences of a loss (relative) and of a weight (in learning rates times steps) after 20 steps."""
RATE, DECAY, SCALE = 3e-4, 0.05, 10.0
OUTPUTS = ("weights_next", "first_next", "second_next", "loss")


def fit_step(path: LearnedPath, silence: Tensor) -> FitStep:
    """The step over the frozen parts of a path."""
    return FitStep(FitLoss(path, silence, TrainSettings())).eval()


def batch_of(settings: ModelSettings, random: torch.Generator, G: int, n: int, E: int, S: int, T: int, A: int) -> tuple[Tensor, ...]:
    """A random batch of fit_step.BATCH."""
    unit = lambda *shape: torch.nn.functional.normalize(torch.randn(*shape, settings.text_width, generator=random), dim=-1)  # noqa: E731
    some = lambda most, *shape: torch.randint(most, shape, generator=random)  # noqa: E731
    state = lambda *shape: torch.randn(*shape, HIDDEN, generator=random) * 3  # noqa: E731
    target = (torch.arange(n)[None] < 1 + some(n - 1, G, 1)).float()
    return (
        unit(S), some(len(SOURCES), S), some(S, G, n, E), some(len(SOURCES), G, n, E), some(settings.value_bins, G, n, E),
        some(settings.value_bins, G, n, E), torch.rand(G, n, E, generator=random) * 3, (torch.rand(G, n, E, generator=random) < 0.8).float(),
        target, torch.randn(G, n, generator=random), state(G, T), some(T - 1, G) + 1, unit(G), unit(G), state(G, A), some(A - 1, G) + 1,
        unit(G),
    )  # fmt: skip


def scalars(step: int) -> tuple[Tensor, ...]:
    """rate, spread, decay, scale of step 1, 2, …; the powers in float64, as they are inaccurate in float32."""
    return tuple(torch.tensor([v], dtype=torch.float32) for v in (RATE / (1 - BETA1**step), (1 - BETA2**step) ** -0.5, RATE * DECAY, SCALE))


def export_step(step: FitStep) -> onnx.ModelProto:
    """The step as ONNX with its frozen weights inside."""
    path = step.on.inner.path
    settings, weights = path.settings, FlatWeights(path).pack(path)
    state = (weights, torch.zeros_like(weights), torch.zeros_like(weights), *scalars(1))
    example = state + batch_of(settings, torch.Generator().manual_seed(1), G=5, n=10, E=13, S=37, T=11, A=7)
    G, n, E, S, T, A = (torch.export.Dim(name, min=2, max=65536) for name in ("G", "n", "E", "S", "T", "A"))
    event, group = {0: G, 1: n, 2: E}, {0: G}
    shapes = ({},) * len(STATE) + ({0: S}, {0: S}, *(event,) * 6, {0: G, 1: n}, {0: G, 1: n}, {0: G, 1: T}, group, group, group, {0: G, 1: A}, group, group)
    program = torch.export.export(traced(step, example), example, strict=False, dynamic_shapes={"inputs": shapes})
    exported = torch.onnx.export(
        program, dynamo=True, opset_version=OPSET, optimize=True, verbose=False, input_names=[*STATE, *BATCH], output_names=list(OUTPUTS)
    )
    return finished(exported.model_proto)


def verify_step(step: FitStep, path: Path) -> float:
    """Runs 20 free steps on batches of several sizes in onnxruntime and with autograd and torch.optim.AdamW.

    Returns the largest relative difference of a loss. Raises ValueError when a loss or a weight differs too much.
    """
    learned = step.on.inner.path
    on = OnWeights(step.on.inner, learned)
    weights = FlatWeights(learned).pack(learned).requires_grad_()
    optimizer = torch.optim.AdamW([weights], lr=RATE, betas=(BETA1, BETA2), eps=EPSILON, weight_decay=DECAY)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    mine = weights.detach().numpy().copy()
    first, second = np.zeros_like(mine), np.zeros_like(mine)
    random, worst = torch.Generator().manual_seed(2), 0.0
    for number in range(1, STEPS + 1):
        size = ((2, 6, 5, 9, 5, 4), (4, 8, 16, 33, 9, 6), (8, 12, 24, 90, 21, 9))[number % 3]
        batch = batch_of(learned.settings, random, **dict(zip("GnESTA", size)))
        rate = scalars(number)
        given = (mine, first, second, *(t.numpy() for t in (*rate, *batch)))
        mine, first, second, loss = session.run(list(OUTPUTS), dict(zip((*STATE, *BATCH), given)))
        optimizer.zero_grad()
        expected = on(weights, rate[-1], *batch)
        expected.backward()
        torch.nn.utils.clip_grad_norm_([weights], CLIP)
        optimizer.step()
        worst = max(worst, abs(float(loss) - float(expected.detach())) / (1 + abs(float(expected.detach()))))
    moved = float(np.abs(mine - weights.detach().numpy()).mean()) / (RATE * STEPS)
    print(f"{path.name}: loss {worst:.2e}, weights {moved:.2e} of a step from PyTorch over {STEPS} steps, {path.stat().st_size / 1e6:.1f} MB", flush=True)
    if not worst < LOSS_TOLERANCE or not moved < WEIGHT_TOLERANCE:
        raise ValueError(f"{path.name} differs from PyTorch by {worst:.2e} (loss), {moved:.2e} (weights): it must not be shipped")
    return worst
