"""Command `python assemble.py --folder work/full --gate G [--report FILE] [--out work/model.pt]`: one checkpoint for export.py.

Puts the trained evidence head, reader and learned path of a folder together, with the gate and the numbers for the card.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch

from settings import WORK


def assemble(folder: Path, gate: float, report: dict) -> dict:
    """The checkpoint that export.py reads, of evidence.pt, reader.pt and learned.pt. Raises FileNotFoundError."""
    learned = torch.load(folder / "learned.pt", map_location="cpu", weights_only=False)
    return {
        "settings": learned["settings"]["model"],
        "path": learned["model"],
        "reader": torch.load(folder / "reader.pt", map_location="cpu", weights_only=True),
        "evidence": torch.load(folder / "evidence.pt", map_location="cpu", weights_only=True),
        "gate": gate,
        "report": {"steps": learned["step"], **report},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=WORK / "full")
    parser.add_argument("--gate", type=float, required=True, help="0 to 1; at 0 the ranking is the evidence ranking")
    parser.add_argument("--report", type=Path, help="JSON: {name: number or text, title: {row: {column: number}}}")
    parser.add_argument("--out", type=Path, default=WORK / "model.pt")
    a = parser.parse_args()
    if not 0 <= a.gate <= 1:
        parser.error(f"--gate is {a.gate}; it must be between 0 and 1")
    torch.save(assemble(a.folder, a.gate, json.loads(a.report.read_text()) if a.report else {}), a.out)


if __name__ == "__main__":
    main()
