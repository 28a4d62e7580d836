"""Command `python export_fixtures.py [--evidence-only]`: writes test/fixtures/tiny-model/ and test/fixtures/evidence.json.

The tiny model has the shipped one's graphs, names and code, random weights and small sizes. Run it again when model.py,
language.py or evidence.py change; test_export.py says when that is.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from unittest.mock import patch

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import nn

from base import HIDDEN, language_model_tokenizer
from data import AGGREGATE, ATTRIBUTE, BIN, ITEM, Events
from evidence import CONTEXT, FEATURES, EvidenceHead, features
from export import MATRICES, text_tokenizer, verify_all, write_graphs
from export_card import write_manifest
from export_graphs import Parts
from export_pack import BLOCK, Q4, Q8
from export_text import PlainTextEncoder, TextShape
from language import LowerLayers
from model import USER_TOKEN, InstructionReader, LearnedPath
from pool import PROMPT
from settings import HERE, ModelSettings

FIXTURES = HERE.parents[1] / "test" / "fixtures"
SETTINGS = ModelSettings(
    text_width=32, token_width=16, user_tokens=7, attention_heads=2, lower_layers=2, fusion_layers=2, lora_rank=2, embedding_width=24, max_events=16
)
TEXT = TextShape(vocabulary=512, width=32, layers=2, heads=2, inner=64, positions=64)
INNER, WORDS, GATE = 64, 512, 0.25
"""Width of the tiny feed-forward blocks, ids of its language model, and its gate."""


def tiny_blocks(layer: int, name: str) -> Q4:
    """Random Q4_1 blocks of a layer's matrix, the same ones at every call."""
    outputs = {"attn_k": 192, "attn_v": 192, "ffn_gate": INNER, "ffn_up": INNER}.get(name, HIDDEN)
    blocks = (INNER if name == "ffn_down" else HIDDEN) // BLOCK
    random = np.random.default_rng([layer, *name.encode()])
    scale = random.uniform(0.5, 1.5, (outputs, blocks, 1)) * 0.24 / np.sqrt(blocks * BLOCK)
    nibbles = random.integers(0, 256, (outputs, blocks, 16), np.uint8)
    return Q4(nibbles, scale.astype(np.float16), (-7.5 * scale).astype(np.float16))


def tiny_embedding() -> Q8:
    """Random Q8_0 blocks of the token embedding."""
    random = np.random.default_rng(5)
    levels = random.integers(-127, 128, (WORDS, HIDDEN // BLOCK, BLOCK), np.int8)
    return Q8(levels, random.uniform(0.5, 1.5, (WORDS, HIDDEN // BLOCK, 1)).astype(np.float16) / np.float16(512))


def load_tiny(layers: nn.ModuleList, first: int) -> None:
    """Gives layers the tiny matrices of the layers from `first` on, and norms of ones."""
    for offset, layer in enumerate(layers):
        for ours, theirs in MATRICES.items():
            layer.get_parameter(ours).data.copy_(torch.from_numpy(tiny_blocks(first + offset, theirs).dense()))
        layer.attn_norm.data.fill_(1)
        layer.ffn_norm.data.fill_(1)


def tiny_parts() -> Parts:
    """The tiny model, the same one at every call."""
    torch.manual_seed(3)
    # The feed-forward width is the base model's, a constant of language.py; everything else is a setting.
    with patch("language.INTERMEDIATE", INNER):
        lower, path = LowerLayers(SETTINGS.lower_layers), LearnedPath(SETTINGS)
    lower.embedding = nn.Parameter(torch.from_numpy(tiny_embedding().dense()), requires_grad=False)
    load_tiny(lower.layers, 0)
    load_tiny(path.fusion.layers, SETTINGS.lower_layers)
    with torch.no_grad():
        silence = lower(torch.tensor([small_language_tokenizer().encode(PROMPT).ids + [USER_TOKEN]]))[0]
    parts = Parts(
        settings=SETTINGS, text=PlainTextEncoder(TEXT), path=path, lower=lower, silence=silence,
        reader=InstructionReader(SETTINGS.text_width), evidence=EvidenceHead(),
    )  # fmt: skip
    with torch.no_grad():
        for module in (path, parts.evidence):
            for name, parameter in module.named_parameters():
                starts_at_zero = parameter.requires_grad and (name.endswith(".up") or name.endswith("unwanted") or name.startswith("bend.2"))
                if starts_at_zero:
                    parameter.add_(torch.randn_like(parameter) * 0.05)
        for parameter in parts.text.parameters():  # As they are stored.
            parameter.copy_(parameter.half().float())
    for module in (parts.text, path, lower, parts.reader, parts.evidence):
        module.eval()
    return parts


def small_text_tokenizer() -> Tokenizer:
    """The text encoder's tokenizer with the letters, and then the commonest words, of its vocabulary."""
    content = json.loads(text_tokenizer(TEXT.max_tokens).to_str())
    special = [token["content"] for token in content["added_tokens"]]
    known = sorted(content["model"]["vocab"], key=content["model"]["vocab"].get)
    letters = [word for word in known if len(word.removeprefix("##")) == 1 and word.isascii()]
    words = [word for word in known if word.isalpha() and word.isascii() and len(word) > 1]
    vocab = {word: index for index, word in enumerate((special + letters + words)[: TEXT.vocabulary])}
    content["model"]["vocab"] = vocab
    for token in content["added_tokens"]:
        token["id"] = vocab[token["content"]]
    for token in content["post_processor"].get("special_tokens", {}).values():
        token["ids"] = [vocab[name] for name in token["tokens"]]
    return Tokenizer.from_str(json.dumps(content))


def small_language_tokenizer() -> Tokenizer:
    """The language model's tokenizer with its control tokens, the 256 bytes and the first merges."""
    content = json.loads(language_model_tokenizer().to_str())
    special = [token["content"] for token in content["added_tokens"]]
    known = sorted(content["model"]["vocab"], key=content["model"]["vocab"].get)
    bytes_ = [token for token in known if len(token) == 1]
    merges = content["model"]["merges"][: WORDS - len(special) - len(bytes_)]
    tokens = special + bytes_ + ["".join(merge) for merge in merges]
    content["model"]["vocab"] = {token: index for index, token in enumerate(tokens)}
    content["model"]["merges"] = merges
    for index, token in enumerate(content["added_tokens"]):
        token["id"] = index
    return Tokenizer.from_str(json.dumps(content))


def write_tiny(out: Path) -> None:
    """Writes the tiny model to `out`."""
    out.mkdir(parents=True, exist_ok=True)
    parts = tiny_parts()
    write_graphs(parts, tiny_blocks, tiny_embedding(), out)
    verify_all(parts, out)
    small_text_tokenizer().save(str(out / "text-tokenizer.json"), pretty=False)
    small_language_tokenizer().save(str(out / "language-tokenizer.json"), pretty=False)
    write_manifest(SETTINGS, GATE, out, trained=False)


def exact(values: np.ndarray) -> np.ndarray:
    """Numbers rounded to float16, which a JSON text of few digits carries without loss."""
    return values.astype(np.float16).astype(np.float32)


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def fixture_population(random: np.random.Generator) -> tuple[Events, np.ndarray, np.ndarray, np.ndarray]:
    """(events, kind, source, embedding) of 40 customers and 30 strings; two customers and one string have no event."""
    customers, strings = 40, 30
    themes = unit(random.standard_normal((6, 32)))
    embedding = exact(unit(themes[np.arange(strings) % 6] + 0.12 * random.standard_normal((strings, 32))))
    kind = np.array([ITEM] * 16 + [ATTRIBUTE] * 6 + [BIN] * 4 + [AGGREGATE] * 4)
    source = np.array([0] * 6 + [1] * 3 + [2] * 3 + [3] * 2 + [4] * 2 + [5] * 10 + [0, 1, 3, 5])
    owns = random.random((customers, strings)) < random.uniform(0.05, 0.6, strings)
    owns[[7, 23]] = False
    owns[:, 29] = False
    customer, string = np.nonzero(owns)
    number = len(customer)
    value, recency = (exact(random.random(number)) for _ in range(2))
    value[random.random(number) < 0.4] = np.nan
    recency[random.random(number) < 0.5] = np.nan
    n = np.where(kind[string] == ITEM, random.integers(1, 9, number), 1).astype(np.float32)
    return Events(customer, string, value, recency, n, customers, strings), kind, source, embedding


def nullable(values: np.ndarray) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in values]


def evidence_fixture() -> dict:
    """A population, instructions and what evidence.features says of them."""
    random = np.random.default_rng(11)
    events, kind, source, embedding = fixture_population(random)
    near = lambda string, noise: exact(unit(embedding[string] + noise * random.standard_normal(32)))  # noqa: E731
    asked = {
        "one phrase": ([near(3, 0.1)], []),
        "two phrases": ([near(3, 0.05), near(14, 0.12)], []),
        "two phrases, one unwanted": ([near(3, 0.05), near(14, 0.12)], [near(8, 0.05)]),
        "nothing near": ([exact(unit(random.standard_normal(32)))], []),
        "unwanted next to wanted": ([near(5, 0.2)], [near(11, 0.02), near(2, 0.3)]),
    }
    cases = []
    for name, (wanted, unwanted) in asked.items():
        against = np.stack(unwanted) if unwanted else np.zeros((0, 32), np.float32)
        matrix, context = features(events, kind, source, embedding, np.stack(wanted), against)
        cases.append({
            "name": name,
            "phrases": [row.tolist() for row in wanted],
            "against": [row.tolist() for row in unwanted],
            "features": np.round(matrix.astype(float), 6).tolist(),
            "context": np.round(context.astype(float), 6).tolist(),
        })  # fmt: skip
    return {
        "names": list(FEATURES), "contextNames": list(CONTEXT),
        "customers": events.customers, "strings": events.strings, "kind": kind.tolist(), "source": source.tolist(),
        "embedding": embedding.tolist(),
        "events": {
            "customer": events.customer.tolist(), "string": events.string.tolist(), "value": nullable(events.value),
            "recency": nullable(events.recency), "count": events.n.tolist(),
        },
        "cases": cases,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--evidence-only", action="store_true")
    arguments = parser.parse_args()
    FIXTURES.mkdir(parents=True, exist_ok=True)
    (FIXTURES / "evidence.json").write_text(json.dumps(evidence_fixture()) + "\n")
    if not arguments.evidence_only:
        write_tiny(FIXTURES / "tiny-model")


if __name__ == "__main__":
    main()
