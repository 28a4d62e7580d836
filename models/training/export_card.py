"""model.json, which the app's loader reads, and CARD.md, which people read."""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import asdict
from numbers import Integral, Real
from pathlib import Path

from evidence import CONTEXT, DIRECTIONS, FEATURES
from settings import EVALUATION_ONLY_SETS, ModelSettings

VERSION = "1.0.0"

LICENCES = {
    "all-MiniLM-L6-v2 (text-encoder.onnx, text-tokenizer.json)": "Apache-2.0",
    "SmolLM2-135M-Instruct (language-layers.bin, language-embedding.bin, language-tokenizer.json)": "Apache-2.0",
    "weights trained here": "Apache-2.0",
}

TRAINED_ON = {
    "anime5k": "believed CC0",
    "atus2003_2016": "American Time Use Survey, US government work",
    "msweb": "CC BY 4.0",
    "online_shoppers": "CC BY 4.0",
    "oulad_lite": "CC BY 4.0",
    "taiwan_credit": "CC BY 4.0",
    "uci_bank_marketing": "CC BY 4.0",
    "uci_online_retail": "CC BY 4.0",
    "tables": "public tables from R data packages (listed below), published on CRAN under GPL and similar licences",
}
"""Sources of the training questions and their licences. No labels of any set were used."""


def write_manifest(settings: ModelSettings, gate: float, out: Path, trained: bool = True) -> dict:
    """Writes model.json over the graphs, weights and tokenizers in `out`; returns its content."""
    files = sorted(
        path for path in out.iterdir() if path.suffix in (".onnx", ".bin") or path.name.endswith("-tokenizer.json")
    )
    shape = asdict(settings)
    names = {
        "textWidth": "text_width", "tokenWidth": "token_width", "userTokens": "user_tokens",
        "embeddingWidth": "embedding_width", "valueBins": "value_bins", "maxEvents": "max_events",
        "fusionLayers": "fusion_layers", "lowerLayers": "lower_layers",
    }  # fmt: skip
    manifest = {
        "version": VERSION,
        "shape": {theirs: shape[ours] for theirs, ours in names.items()},
        "gate": gate,
        "features": list(FEATURES),
        "context": list(CONTEXT),
        "directions": list(DIRECTIONS),
        "files": {
            path.name: {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "bytes": path.stat().st_size}
            for path in files
        },
        "licences": LICENCES if trained else {},
        "trainedOn": TRAINED_ON if trained else {},
    }
    (out / "model.json").write_text(json.dumps(manifest, indent=2) + "\n")
    return manifest


def cell(value: object) -> str:
    """A table cell; AUCs and the like to three places, as differences below that are noise."""
    return f"{value:.3f}" if isinstance(value, Real) and not isinstance(value, Integral) else str(value)


def table(rows: dict[str, object]) -> str:
    """A Markdown table of {row: {column: value}}, or of {row: value}."""
    nested = {name: value if isinstance(value, dict) else {"": value} for name, value in rows.items()}
    columns = list(dict.fromkeys(column for value in nested.values() for column in value))
    lines = [f"| | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    lines += [
        f"| {name} | {' | '.join(cell(value[column]) if column in value else '' for column in columns)} |"
        for name, value in nested.items()
    ]
    return "\n".join(lines)


def report_section(report: dict) -> str:
    """The checkpoint's report: plain values in one list, every table {row: {column: value}} under its own heading."""
    plain = [f"- {name}: {cell(value)}" for name, value in report.items() if not isinstance(value, dict)]
    tables = [f"### {name}\n\n{table(value)}" for name, value in report.items() if isinstance(value, dict) and value]
    return "\n\n".join((["\n".join(plain)] if plain else []) + tables)


def table_titles() -> dict[str, str]:
    """Titles of the tables of tables.csv by package."""
    titles: dict[str, list[str]] = {}
    with Path(__file__).with_name("tables.csv").open(newline="") as lines:
        for row in csv.DictReader(lines):
            titles.setdefault(row["package"], []).append(row["title"])
    return {package: "; ".join(of) for package, of in titles.items()}


def write_card(manifest: dict, report: dict, differences: dict[str, float], out: Path) -> None:
    """Writes CARD.md from the template beside this file."""
    total = sum(file["bytes"] for file in manifest["files"].values())
    text = Path(__file__).with_name("card.md.in").read_text()
    fields = {
        "version": manifest["version"],
        "gate": f"{manifest['gate']:.3f}",
        "shape": table(manifest["shape"]),
        "report": report_section(report),
        "trained_on": table(manifest["trainedOn"]),
        "tables": "\n".join(f"- {package}: {titles}" for package, titles in table_titles().items()),
        "evaluation_only": ", ".join(EVALUATION_ONLY_SETS),
        "licences": table(manifest["licences"]),
        "files": table({name: {"MB": file["bytes"] / 1e6} for name, file in manifest["files"].items()}),
        "total": f"{total / 1e6:.1f}",
        "differences": table({name: {"largest difference": f"{value:.1e}"} for name, value in differences.items()}),
    }
    for name, value in fields.items():
        text = text.replace(f"{{{{{name}}}}}", value)
    (out / "CARD.md").write_text(text)
