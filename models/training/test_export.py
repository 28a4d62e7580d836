"""Tests of the export: `pytest test_export.py`, about half a minute. The committed fixtures must be the current code's."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from base import language_model_tensor
from evidence import EvidenceHead
from export import load_trained
from export_card import report_section
from export_fit import fit_step, verify_step
from export_fixtures import FIXTURES, TEXT, WORDS, evidence_fixture, tiny_blocks, tiny_parts
from export_graphs import Parts, graphs, largest_difference, verify
from export_pack import base_q4, base_q8, pairs
from model import END_TOKEN, USER_TOKEN

TINY = FIXTURES / "tiny-model"


@pytest.fixture(scope="module")
def parts() -> Parts:
    return tiny_parts()


@pytest.mark.parametrize("name", ["attn_q", "attn_k", "attn_output", "ffn_down"])
def test_blocks_are_the_weights_the_training_saw(name: str) -> None:
    full = f"blk.3.{name}.weight"
    assert np.array_equal(base_q4(full).dense(), language_model_tensor(full).numpy())


def test_embedding_blocks_are_the_weights_the_training_saw() -> None:
    assert np.array_equal(base_q8("token_embd.weight").dense(), language_model_tensor("token_embd.weight").numpy())


def test_pairs_put_neighbouring_weights_into_one_byte() -> None:
    packed = tiny_blocks(0, "attn_v")
    levels = np.concatenate([packed.nibbles & 15, packed.nibbles >> 4], axis=2)
    paired = pairs(packed.nibbles)
    assert np.array_equal(paired & 15, levels[..., 0::2])
    assert np.array_equal(paired >> 4, levels[..., 1::2])


@pytest.mark.parametrize("name", ["text-encoder", "string-table", "user-tokens", "language", "answer", "readout", "evidence"])
def test_the_tiny_model_is_the_current_code(parts: Parts, name: str) -> None:
    graph = next(graph for graph in graphs(parts) if graph.name == name)
    torch.manual_seed(8)
    assert largest_difference(graph, TINY / f"{name}.onnx") < 1e-4, "run export_fixtures.py"


def test_the_tiny_fit_step_is_the_current_code(parts: Parts) -> None:
    assert verify_step(fit_step(parts.path, parts.silence), TINY / "fit-step.onnx") < 1e-5, "run export_fixtures.py"


def test_a_graph_of_other_weights_fails_the_export(parts: Parts) -> None:
    other = EvidenceHead()
    other.shift.data.fill_(0.3)
    graph = next(graph for graph in graphs(replace(parts, evidence=other)) if graph.name == "evidence")
    with pytest.raises(ValueError, match="must not be shipped"):
        verify(graph, TINY / "evidence.onnx")


def test_the_manifest_has_the_hash_of_every_file() -> None:
    manifest = json.loads((TINY / "model.json").read_text())
    assert set(manifest["files"]) == {path.name for path in TINY.iterdir()} - {"model.json"}
    for name, entry in manifest["files"].items():
        content = (TINY / name).read_bytes()
        assert (entry["sha256"], entry["bytes"]) == (hashlib.sha256(content).hexdigest(), len(content))


def test_the_evidence_fixture_is_the_current_code() -> None:
    stored = json.loads((FIXTURES / "evidence.json").read_text())
    current = evidence_fixture()
    assert stored["names"] == current["names"], "run export_fixtures.py --evidence-only"
    for old, new in zip(stored["cases"], current["cases"], strict=True):
        assert np.allclose(old["features"], new["features"], atol=1e-5), f"{old['name']}: run export_fixtures.py --evidence-only"
        assert np.allclose(old["context"], new["context"], atol=1e-5)


def test_the_evidence_fixture_exercises_every_feature() -> None:
    fixture = evidence_fixture()
    spread = np.stack([np.std(case["features"], axis=0) for case in fixture["cases"]]).max(0)
    still = [name for name, value in zip(fixture["names"], spread) if value == 0]
    assert still == []


def test_tiny_tokenizers_stay_inside_their_vocabularies() -> None:
    text = Tokenizer.from_file(str(TINY / "text-tokenizer.json"))
    assert max(text.encode("naïve people who won't return 日本, 12.5%").ids) < TEXT.vocabulary
    assert len(text.encode("many words " * 80).ids) == TEXT.max_tokens
    language = Tokenizer.from_file(str(TINY / "language-tokenizer.json"))
    assert max(language.encode("Instruction: people who won't return 日本").ids) < WORDS
    assert language.token_to_id("<|im_start|>") == USER_TOKEN
    assert language.token_to_id("<|im_end|>") == END_TOKEN


def test_a_checkpoint_with_a_missing_weight_is_refused() -> None:
    state = EvidenceHead().state_dict()
    del state["shift"]
    with pytest.raises(ValueError, match=r"evidence: missing \['shift'\]"):
        load_trained(EvidenceHead(), state, "evidence")


def test_the_report_becomes_lists_and_tables() -> None:
    text = report_section({"steps": 1200, "AUC": {"msweb": {"count": 0.5, "model": np.float32(0.625)}}})
    assert "- steps: 1200" in text
    assert "### AUC\n\n| | count | model |\n|---|---|---|\n| msweb | 0.500 | 0.625 |" in text
