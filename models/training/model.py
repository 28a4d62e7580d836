"""The learned path: six source encoders, the adapter, late fusion in the language model, heads.

u = f(X, I): user tokens are made once per customer, the instruction runs through the language model once, and per
(customer, instruction) one <USER> readout token runs through the fusion layers, attending to both.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from base import HEAD_DIM, HEADS, HIDDEN
from evidence import DIRECTIONS
from language import Layer, grouped_logits, grouped_mix, rms_norm, rotary
from settings import SOURCES, ModelSettings

USER_TOKEN, END_TOKEN = 1, 2
"""<|im_start|> reads the customer, <|im_end|> ends an answer."""


class SourceEncoders(nn.Module):
    """Events of a customer -> user tokens. Per-event cost is a gather, adds and one small perceptron."""

    def __init__(self, settings: ModelSettings) -> None:
        super().__init__()
        d = settings.token_width
        self.settings = settings
        shared = torch.randn(settings.text_width, d) / math.sqrt(settings.text_width) * 4
        # All sources start from one projection, so that an instruction's query finds the like in any of them at once.
        self.text = nn.Parameter(shared.expand(len(SOURCES), -1, -1).clone())
        self.source = nn.Embedding(len(SOURCES), d)
        self.value = nn.Embedding(settings.value_bins, d)
        self.recency = nn.Embedding(settings.value_bins, d)
        for bias in (self.source, self.value, self.recency):
            nn.init.normal_(bias.weight, std=0.1)
        self.count = nn.Parameter(torch.zeros(d))
        self.norm, self.inner = nn.LayerNorm(d), nn.LayerNorm(d)
        self.expand, self.shrink = nn.Linear(d, 2 * d), nn.Linear(2 * d, d)
        self.queries = nn.Parameter(torch.randn(settings.user_tokens, d) / math.sqrt(d))
        self.absent = nn.Parameter(torch.randn(settings.user_tokens, d) / math.sqrt(d))

    def string_table(self, embedding: Tensor, source: Tensor) -> Tensor:
        """What the encoders keep of every distinct string: [S, 384], [S] -> [S, d]."""
        every = torch.einsum("sw,kwd->skd", embedding, self.text)
        chosen = torch.nn.functional.one_hot(source, len(SOURCES)).to(every.dtype)
        return (every * chosen[..., None]).sum(1)

    def events(self, rows: Tensor, source: Tensor, value: Tensor, recency: Tensor, count: Tensor) -> tuple[Tensor, Tensor]:
        """(x, h) [B, E, d] each: an event as it was put together, and after the perceptron.

        rows of the string table [B, E, d]; source, value bin, recency bin [B, E] int64; log count [B, E].
        """
        of = lambda table, number: torch.nn.functional.one_hot(number, table.num_embeddings).to(rows.dtype) @ table.weight  # noqa: E731
        x = rows + of(self.source, source) + of(self.value, value) + of(self.recency, recency) + count[..., None] * self.count
        return x, x + affine(self.shrink, torch.nn.functional.gelu(affine(self.expand, self.inner(x))))

    def pool(self, h: Tensor, source: Tensor, mask: Tensor) -> Tensor:
        """Events h [B, E, d], source [B, E], mask [B, E] 1 for an event -> user tokens [B, M, d]."""
        logits = (h @ self.queries.T / math.sqrt(h.shape[-1])).transpose(1, 2)
        tokens = self.queries.shape[0]
        own = torch.nn.functional.one_hot(source, len(SOURCES)).to(h.dtype).transpose(1, 2)
        everywhere = torch.ones_like(own[:, :1]).expand(-1, tokens - len(SOURCES), -1)
        seen = torch.cat([own, everywhere], 1) * mask[:, None]
        weights = torch.exp(logits.clamp(-20, 20)) * seen
        total = weights.sum(-1, keepdim=True)
        pooled = (weights @ h) / (total + 1e-6)
        missing = (seen.sum(-1, keepdim=True) < 0.5).to(h.dtype)
        size = torch.log1p(seen.sum(-1, keepdim=True)) * 0.25
        return self.norm(pooled * (1 + size) + missing * self.absent)

    def forward(self, rows: Tensor, source: Tensor, value: Tensor, recency: Tensor, count: Tensor, mask: Tensor) -> Tensor:
        """As `events` and `pool`: -> user tokens [B, M, d], whatever will be asked."""
        _, h = self.events(rows, source, value, recency, count)
        return self.pool(h, source, mask)


def affine(linear: nn.Linear, x: Tensor) -> Tensor:
    """linear(x), written out: tracing the module's own call fixes the batch size (fit_step.py)."""
    return x @ linear.weight.T + linear.bias


class Attended(nn.Module):
    """What an instruction looks up among a customer's events: R tokens by cross-attention.

    The query comes from the embeddings of the wanted and unwanted phrases and from the language model's hidden state at
    <USER>; it starts as the projection that the encoders start from, so that attention begins as text similarity.
    """

    def __init__(self, settings: ModelSettings, text: Tensor) -> None:
        super().__init__()
        d, r = settings.token_width, settings.attended_tokens
        self.heads, self.tokens = settings.attention_heads, r
        start = torch.tensor([10.0, 20.0, 40.0, 0.0])[torch.arange(r) % 4]
        self.wanted = nn.Parameter((text.detach()[:, None] * start[None, :, None]).flatten(1).clone())
        self.unwanted = nn.Parameter(torch.zeros(settings.text_width, r * d))
        self.hidden = nn.Linear(HIDDEN, r * d)
        nn.init.normal_(self.hidden.weight, std=0.2 / math.sqrt(HIDDEN))
        self.key = nn.Parameter(torch.eye(d))
        self.value = nn.Parameter(torch.eye(d))
        self.mass = nn.Linear(self.heads, d)
        self.out = nn.Linear(d, d)
        self.norm = nn.LayerNorm(d)

    def forward(self, x: Tensor, h: Tensor, mask: Tensor, wanted: Tensor, unwanted: Tensor, hidden: Tensor) -> Tensor:
        """Events x, h [B, E, d] of `SourceEncoders.events`, mask [B, E]; wanted, unwanted [B, 384] mean phrase embeddings
        (0 for none), hidden [B, 576] the lower hidden state at <USER> -> [B, R, d]."""
        said = hidden * torch.rsqrt((hidden * hidden).mean(-1, keepdim=True) + 1e-3)
        q = (wanted @ self.wanted + unwanted @ self.unwanted + affine(self.hidden, said)).unflatten(-1, (self.tokens, self.heads, -1))
        k = (x @ self.key).unflatten(-1, (self.heads, -1)).permute(0, 2, 3, 1)
        v = (h @ self.value).unflatten(-1, (self.heads, -1)).permute(0, 2, 1, 3)
        logits = (q.permute(0, 2, 1, 3) @ k / math.sqrt(k.shape[2])).clamp(-30, 30)
        powers = torch.exp(logits) * mask[:, None, None]
        total = powers.sum(-1, keepdim=True)
        mixed = ((powers @ v) / (total + 1e-6)).permute(0, 2, 1, 3).flatten(2)
        mass = torch.log(total + 1e-3).squeeze(-1).permute(0, 2, 1)
        return self.norm(affine(self.out, mixed) + affine(self.mass, mass))


class Fusion(nn.Module):
    """The upper language-model layers, in which a readout token meets instruction and customer."""

    def __init__(self, settings: ModelSettings) -> None:
        super().__init__()
        self.first = settings.lower_layers
        self.layers = nn.ModuleList(Layer(settings.lora_rank) for _ in range(settings.fusion_layers))
        self.adapter = nn.Linear(settings.token_width, HIDDEN)
        self.final_norm = nn.Parameter(torch.ones(HIDDEN), requires_grad=False)
        self.user_head = nn.Linear(HIDDEN, settings.embedding_width - 2, bias=False)
        self.answer_head = nn.Linear(HIDDEN, settings.embedding_width - 2, bias=False)
        tokens = settings.user_tokens + settings.attended_tokens
        self.user_direct = nn.Linear(tokens * settings.token_width, settings.embedding_width - 2, bias=False)
        self.answer_direct = nn.Linear(settings.text_width, settings.embedding_width - 2, bias=False)

    def load(self) -> Fusion:
        from base import language_model_tensor

        for offset, layer in enumerate(self.layers):
            layer.load(self.first + offset)
        self.final_norm.data.copy_(language_model_tensor("output_norm.weight"))
        return self

    def read_text(self, hidden: Tensor) -> tuple[Tensor, list[tuple[Tensor, Tensor]]]:
        """Lower hidden states [G, T, 576] -> (top hidden states, rotated keys and values of every fusion layer)."""
        cos, sin = rotary(torch.arange(hidden.shape[1]))
        cache = []
        for layer in self.layers:
            hidden, keys, values = layer.causal(hidden, cos, sin)
            cache.append((keys, values))
        return hidden, cache

    def read_customer(
        self, start: Tensor, positions: Tensor, cache: list[tuple[Tensor, Tensor]], text_mask: Tensor, tokens: Tensor
    ) -> Tensor:
        """Runs Q tokens per row through the fusion layers: start [B, Q, 576] their lower hidden states, positions [B, Q],
        cache [B, T, 3, 64] per layer, text_mask [B, Q, T] additive, tokens [B, M, d] -> top hidden states [B, Q, 576].

        The customer's keys carry no position: they are met by the unrotated query, as if at distance 0.
        """
        customer = affine(self.adapter, tokens)
        cos, sin = rotary(positions.flatten())
        cos, sin = cos.unflatten(0, positions.shape), sin.unflatten(0, positions.shape)
        x = start
        for layer, (keys, values) in zip(self.layers, cache):
            h = rms_norm(x, layer.attn_norm)
            q = layer.q(h).unflatten(-1, (HEADS, HEAD_DIM))
            halves = q.unflatten(-1, (2, HEAD_DIM // 2)).flip(-2).flatten(-2)
            rotated = q * cos[:, :, None] + halves * sin[:, :, None]
            user_keys, user_values = layer.keys_values(rms_norm(customer, layer.attn_norm))
            text_logits = grouped_logits(rotated, keys) + text_mask[:, None, None]
            logits = torch.cat([grouped_logits(q, user_keys), text_logits], -1)
            weights = torch.softmax(logits, -1)
            mixed = grouped_mix(weights, torch.cat([user_values, values], 1))
            x = layer.feed_forward(x + layer.o(mixed))
        return x

    def embed_user(self, top: Tensor, tokens: Tensor) -> Tensor:
        """Top hidden state at <USER> [B, 576], tokens [B, M + R, d] -> learned part of u, L2-normalised [B, width - 2]."""
        return normalised(self.user_head(rms_norm(top, self.final_norm)) + self.user_direct(tokens.flatten(-2)))

    def embed_answer(self, top: Tensor, text: Tensor) -> Tensor:
        """Top hidden state at the answer's end [..., 576], text embedding of the answer [..., 384] -> learned part of a,
        L2-normalised."""
        return normalised(self.answer_head(rms_norm(top, self.final_norm)) + self.answer_direct(text))


def normalised(x: Tensor) -> Tensor:
    """x divided by its length over the last axis."""
    return x * torch.rsqrt((x * x).sum(-1, keepdim=True) + 1e-6)


class InstructionReader(nn.Module):
    """Reads an instruction: each token's role (other, wanted, unwanted) from the language model's lower hidden states,
    the direction from their mean and the text encoder's embedding of the instruction (either alone knew fewer wordings).
    """

    def __init__(self, text_width: int = 384, width: int = 96) -> None:
        super().__init__()
        self.roles = nn.Sequential(nn.Linear(HIDDEN, width), nn.GELU(), nn.Linear(width, 3))
        self.direction = nn.Linear(HIDDEN + text_width, len(DIRECTIONS))

    def forward(self, hidden: Tensor, mask: Tensor, embedding: Tensor) -> tuple[Tensor, Tensor]:
        """hidden [G, T, 576], mask [G, T] 1 for a token, embedding [G, 384] -> role logits [G, T, 3], direction [G, 5]."""
        scaled = hidden / (hidden.pow(2).mean(-1, keepdim=True) + 1e-3).sqrt()
        mean = (scaled * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        return self.roles(scaled), self.direction(torch.cat([mean, 10 * embedding], -1))


class LearnedPath(nn.Module):
    """Everything of the learned path that is trained together."""

    def __init__(self, settings: ModelSettings) -> None:
        super().__init__()
        self.settings = settings
        self.encoders = SourceEncoders(settings)
        self.attended = Attended(settings, self.encoders.text[0])
        self.fusion = Fusion(settings)

    def trainable(self) -> list[nn.Parameter]:
        return [parameter for parameter in self.parameters() if parameter.requires_grad]


def user_embedding(learned: Tensor, evidence: Tensor, gate: float) -> Tensor:
    """u: learned part scaled by the gate, evidence axis, slack that makes the norm 1.

    learned [B, width - 2] unit vectors, evidence [B] any real -> [B, width]. With a = answer_embedding(...),
    u . a is increasing in evidence + gate-weighted cosine; with the gate 0 the ranking is the evidence ranking.
    """
    axis = 0.7 * torch.tanh(evidence / 8)
    scaled = gate * 0.7 * learned
    slack = torch.sqrt(torch.clamp(1 - axis**2 - (scaled**2).sum(-1), min=0))
    return torch.cat([scaled, axis[:, None], slack[:, None]], -1)


