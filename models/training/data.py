"""Populations: the events of one data set or table, read from the app's own `derive --dump`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet

from base import TextEncoder

ITEM, ATTRIBUTE, BIN, AGGREGATE = range(4)
"""Kinds of strings, as the app numbers them."""


@dataclass(frozen=True)
class Events:
    """Events of N customers over S strings, sorted by customer. All arrays have one entry per event but `size`.

    value and recency are percentiles in 0..1 or NaN; n counts rows.
    """

    customer: np.ndarray
    string: np.ndarray
    value: np.ndarray
    recency: np.ndarray
    n: np.ndarray
    customers: int
    strings: int

    def where(self, keep: np.ndarray) -> Events:
        """The events for which `keep` (bool per event) holds; customers keep their numbers."""
        return Events(
            self.customer[keep], self.string[keep], self.value[keep], self.recency[keep], self.n[keep],
            self.customers, self.strings,
        )  # fmt: skip

    def of(self, chosen: np.ndarray) -> Events:
        """The events of the chosen customers (sorted numbers), renumbered from 0."""
        number = np.full(self.customers, -1)
        number[chosen] = np.arange(len(chosen))
        kept = self.where(number[self.customer] >= 0)
        return Events(
            number[kept.customer], kept.string, kept.value, kept.recency, kept.n, len(chosen), self.strings
        )


@dataclass(frozen=True)
class Population:
    """One data set or table. `text`, `kind`, `source`, `column` have one entry per string; `embedding` is [S, 384]."""

    name: str
    events: Events
    text: list[str]
    kind: np.ndarray
    source: np.ndarray
    column: list[str]
    embedding: np.ndarray


def load_population(folder: Path, encoder: TextEncoder) -> Population:
    """Reads strings.parquet and events.parquet of a dump and embeds its strings."""
    strings = parquet.read_table(folder / "strings.parquet").sort_by("string").to_pydict()
    events = parquet.read_table(folder / "events.parquet").sort_by([("customer", "ascending"), ("string", "ascending")])
    column = {name: events.column(name).to_numpy(zero_copy_only=False) for name in events.column_names}
    text = strings["text"]
    return Population(
        name=folder.name,
        events=Events(
            customer=column["customer"].astype(np.int64),
            string=column["string"].astype(np.int64),
            value=column["value"].astype(np.float32),
            recency=column["recency"].astype(np.float32),
            n=column["n"].astype(np.float32),
            customers=int(column["customer"].max()) + 1,
            strings=len(text),
        ),
        text=text,
        kind=np.array(strings["kind"]),
        source=np.array(strings["source"]),
        column=strings["column_name"],
        embedding=encoder(text),
    )
