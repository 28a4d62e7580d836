"""SmolLM2's layers in plain operations, as ONNX export wants them (docs/decisions/model.md), frozen but for LoRA."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from base import EPS, HEAD_DIM, HEADS, HIDDEN, KV_HEADS, ROPE_BASE, language_model_tensor

GROUP = HEADS // KV_HEADS
INTERMEDIATE = 1536


def rms_norm(x: Tensor, weight: Tensor) -> Tensor:
    """Root-mean-square norm over the last axis (Zhang and Sennrich, 2019)."""
    return x * torch.rsqrt((x * x).mean(-1, keepdim=True) + EPS) * weight


def rotary(positions: Tensor) -> tuple[Tensor, Tensor]:
    """(cos, signed sin) [T, 64] of positions [T]; the sign of rotate-half is inside the sine."""
    frequency = ROPE_BASE ** (-torch.arange(0, HEAD_DIM, 2, dtype=torch.float32) / HEAD_DIM)
    angle = positions.float()[:, None] * frequency
    return torch.cat([angle.cos(), angle.cos()], -1), torch.cat([-angle.sin(), angle.sin()], -1)


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotary position embedding of x [..., T, heads, 64] (Su et al., 2021)."""
    halves = x.unflatten(-1, (2, HEAD_DIM // 2)).flip(-2).flatten(-2)
    return x * cos[:, None] + halves * sin[:, None]


class LoraLinear(nn.Module):
    """A frozen linear map plus a trained low-rank one (Hu et al., 2021), which starts at zero."""

    def __init__(self, outputs: int, inputs: int, rank: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(outputs, inputs), requires_grad=False)
        self.down = nn.Parameter(torch.randn(rank, inputs) / math.sqrt(inputs))
        self.up = nn.Parameter(torch.zeros(outputs, rank))

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.weight.T + (x @ self.down.T) @ self.up.T


class Layer(nn.Module):
    """One decoder layer. rank 0 leaves out LoRA."""

    def __init__(self, rank: int) -> None:
        super().__init__()
        frozen = lambda *shape: nn.Parameter(torch.zeros(*shape), requires_grad=False)  # noqa: E731
        linear = lambda o, i: LoraLinear(o, i, rank) if rank else FrozenLinear(o, i)  # noqa: E731
        self.attn_norm, self.ffn_norm = frozen(HIDDEN), frozen(HIDDEN)
        self.q, self.k = linear(HEADS * HEAD_DIM, HIDDEN), linear(KV_HEADS * HEAD_DIM, HIDDEN)
        self.v, self.o = linear(KV_HEADS * HEAD_DIM, HIDDEN), linear(HIDDEN, HEADS * HEAD_DIM)
        self.gate, self.up, self.down = frozen(INTERMEDIATE, HIDDEN), frozen(INTERMEDIATE, HIDDEN), frozen(HIDDEN, INTERMEDIATE)

    def load(self, index: int) -> None:
        """Takes over the weights of layer `index` of the base model."""
        parts = {
            "attn_norm": self.attn_norm, "ffn_norm": self.ffn_norm, "attn_q": self.q.weight, "attn_k": self.k.weight,
            "attn_v": self.v.weight, "attn_output": self.o.weight, "ffn_gate": self.gate, "ffn_up": self.up, "ffn_down": self.down,
        }  # fmt: skip
        for name, parameter in parts.items():
            parameter.data.copy_(language_model_tensor(f"blk.{index}.{name}.weight"))

    def keys_values(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Unrotated keys and values of normed x: [B, T, 576] -> two of [B, T, 3, 64]."""
        return self.k(x).unflatten(-1, (KV_HEADS, HEAD_DIM)), self.v(x).unflatten(-1, (KV_HEADS, HEAD_DIM))

    def feed_forward(self, x: Tensor) -> Tensor:
        """SwiGLU block with its residual."""
        h = rms_norm(x, self.ffn_norm)
        gate = h @ self.gate.T
        return x + (gate * torch.sigmoid(gate) * (h @ self.up.T)) @ self.down.T

    def causal(self, x: Tensor, cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The layer as the language model runs it: x [B, T, 576] -> (x, rotated keys, values [B, T, 3, 64])."""
        h = rms_norm(x, self.attn_norm)
        q = rotate(self.q(h).unflatten(-1, (HEADS, HEAD_DIM)), cos, sin)
        k, v = self.keys_values(h)
        k = rotate(k, cos, sin)
        length = x.shape[1]
        mask = torch.full((length, length), -1e9, device=x.device).triu(1)
        logits = grouped_logits(q, k) + mask
        return self.feed_forward(x + self.o(grouped_mix(torch.softmax(logits, -1), v))), k, v


class FrozenLinear(nn.Module):
    def __init__(self, outputs: int, inputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(outputs, inputs), requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.weight.T


def grouped_logits(q: Tensor, k: Tensor) -> Tensor:
    """Scaled attention logits: q [B, Q, 9, 64], k [B, K, 3, 64] -> [B, 3, 3, Q, K] (key head, query of its group)."""
    q = q.unflatten(2, (KV_HEADS, GROUP)).permute(0, 2, 3, 1, 4)
    return q @ k.permute(0, 2, 3, 1).unsqueeze(2) / math.sqrt(HEAD_DIM)


def grouped_mix(weights: Tensor, v: Tensor) -> Tensor:
    """Values under attention weights: [B, 3, 3, Q, K], [B, K, 3, 64] -> [B, Q, 576]."""
    mixed = weights @ v.permute(0, 2, 1, 3).unsqueeze(2)
    return mixed.permute(0, 3, 1, 2, 4).flatten(2)


class LowerLayers(nn.Module):
    """Token embedding and the first layers, frozen: what an instruction or answer runs through once, alone."""

    def __init__(self, layers: int) -> None:
        super().__init__()
        self.embedding = nn.Parameter(torch.zeros(49152, HIDDEN), requires_grad=False)
        self.layers = nn.ModuleList(Layer(0) for _ in range(layers))

    def load(self) -> LowerLayers:
        self.embedding.data.copy_(language_model_tensor("token_embd.weight"))
        for index, layer in enumerate(self.layers):
            layer.load(index)
        return self

    def forward(self, ids: Tensor) -> Tensor:
        """ids [B, T] -> hidden states [B, T, 576]; padding on the right is harmless under the causal mask."""
        x = self.embedding[ids]
        cos, sin = rotary(torch.arange(ids.shape[1]))
        for layer in self.layers:
            x, _, _ = layer.causal(x, cos, sin)
        return x
