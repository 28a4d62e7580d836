"""Command `python export_folds.py [--learned-only] --out ../folds`: what of the model each fold trained for itself.

Each fold's reader and evidence head were trained without two of the sets (settings.FOLDS), which are scored with them. The
learned weights, from which `bench fitted` starts, were trained without four: two folds share a half (settings.HALVES).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import onnx
import torch

from evidence import EvidenceHead
from export import load_trained, loaded_path
from export_graphs import evidence_graph, export, reader_graph, verify
from flat import FlatWeights
from model import InstructionReader
from settings import FOLDS, HALVES, WORK, ModelSettings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--learned-only", action="store_true")
    arguments = parser.parse_args()
    out, settings = arguments.out, ModelSettings()
    for half, numbers in HALVES.items():
        trained = WORK / half / "learned.pt"
        if trained.exists():
            state = torch.load(trained, map_location="cpu", weights_only=False)["model"]
            path = load_trained(loaded_path(settings), state, "learned path")
            for number in numbers:
                (out / f"fold{number}" / "learned.bin").write_bytes(FlatWeights(path).pack(path).numpy().tobytes())
    for number, _ in enumerate(FOLDS, 1):
        if arguments.learned_only:
            break
        trained = WORK / f"fold{number}"
        reader = load_trained(InstructionReader(settings.text_width), torch.load(trained / "reader.pt"), "reader")
        head = load_trained(EvidenceHead(), torch.load(trained / "evidence.pt"), "evidence")
        folder = out / f"fold{number}"
        folder.mkdir(parents=True, exist_ok=True)
        for graph in (reader_graph(reader, settings), evidence_graph(head)):
            onnx.save(export(graph), folder / f"{graph.name}.onnx")
            verify(graph, folder / f"{graph.name}.onnx")
    (out / "folds.json").write_text(json.dumps({f"fold{n}": sets for n, sets in enumerate(FOLDS, 1)}, indent=1) + "\n")


if __name__ == "__main__":
    main()
