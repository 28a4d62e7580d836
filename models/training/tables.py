"""Command `python tables.py TABLES OUT`: prepares the tables that tables.csv lists for import by the app.

Puts line_number, an id, in front of each. Lines are shuffled, as a table is often sorted by what it is about.
"""

from __future__ import annotations

import argparse
import csv
import random
from pathlib import Path


def prepare(source: Path, target: Path) -> None:
    """Copies one CSV table with the column line_number in front and its lines shuffled."""
    with source.open(newline="") as lines:
        header, *rows = csv.reader(lines)
    random.Random(0).shuffle(rows)
    with target.open("w", newline="") as lines:
        out = csv.writer(lines)
        out.writerow(["line_number", *header])
        out.writerows([f"L{number:06d}", *row] for number, row in enumerate(rows))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tables", type=Path, help="folder of the CSV tables")
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    with Path(__file__).with_name("tables.csv").open(newline="") as lines:
        for row in csv.DictReader(lines):
            prepare(arguments.tables / row["file"], arguments.out / row["file"])


if __name__ == "__main__":
    main()
