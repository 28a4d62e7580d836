"""Command `python export_folds.py --out ../folds`: the reader and the evidence head of every fold, for `bench quality`.

Each fold's were trained without two of the sets (settings.FOLDS), which are scored with them; everything else of the
model is frozen or, while the gate is closed, does not enter the score.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import onnx
import torch

from evidence import EvidenceHead
from export import load_trained
from export_graphs import evidence_graph, export, reader_graph, verify
from model import InstructionReader
from settings import FOLDS, WORK, ModelSettings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out
    settings = ModelSettings()
    for number, sets in enumerate(FOLDS, 1):
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
