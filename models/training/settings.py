"""Validated settings of every training command. One dataclass per command; each field says its unit and range."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
WORK = HERE / "work"
"""Dumps, caches and checkpoints. Not committed."""

TRAINING_SETS = (
    "anime5k",
    "atus2003_2016",
    "msweb",
    "online_shoppers",
    "oulad_lite",
    "taiwan_credit",
    "uci_bank_marketing",
    "uci_online_retail",
)
"""The sets whose licence allows shipping weights trained on them (design, section 4)."""

EVALUATION_ONLY_SETS = ("coil2000", "customer_personality", "steam200k")

FOLDS = (
    ("anime5k", "taiwan_credit"),
    ("msweb", "oulad_lite"),
    ("uci_online_retail", "atus2003_2016"),
    ("online_shoppers", "uci_bank_marketing"),
)
"""Each fold is scored by a model trained on the six other sets and on the tables."""

HALVES = {"halfA": (1, 2), "halfB": (3, 4)}
"""Folders of the learned paths trained without the sets of these folds."""

SOURCES = ("purchases", "services", "paths", "searches", "apps", "profile")
"""In the order of their numbers in the app."""


@dataclass(frozen=True)
class ModelSettings:
    """Shape of the model. The shipped one uses the defaults; the tiny one of the unit tests shrinks them."""

    text_width: int = 384
    """Width of the text encoder's embeddings (all-MiniLM-L6-v2)."""
    token_width: int = 96
    """Width of a user token as it is stored per customer."""
    user_tokens: int = 8
    """M: one per source and the rest over all events. At least 6."""
    attended_tokens: int = 4
    """R: tokens that an instruction's cross-attention makes of the events."""
    attention_heads: int = 3
    """Heads of that cross-attention; divides token_width."""
    lower_layers: int = 12
    """Language-model layers the instruction runs through alone."""
    fusion_layers: int = 2
    """Language-model layers in which readout tokens attend to instruction and customer."""
    lora_rank: int = 8
    embedding_width: int = 128
    """Width of u and a, of which two dimensions are the evidence axis and its slack."""
    value_bins: int = 9
    """Bin 0 is 'no value'; the others cut the percentile evenly."""
    max_events: int = 64
    """Events of one customer that the source encoders read."""

    def __post_init__(self) -> None:
        if self.user_tokens < len(SOURCES):
            raise ValueError(f"user_tokens is {self.user_tokens}; it must be at least {len(SOURCES)}, one per source")
        if self.embedding_width < 8:
            raise ValueError(f"embedding_width is {self.embedding_width}; it must be at least 8")


@dataclass(frozen=True)
class QuestionSettings:
    """How many UserQA tasks are generated and from what."""

    per_set: int = 240
    per_table: int = 4
    customers: int = 1024
    """Customers of a population that one task looks at."""
    kept: int = 256
    """Customers of a task whose features are stored, half of them positive where possible."""
    packed: int = 64
    """Customers of a task whose events are stored for the learned path, half of them positive where possible."""
    max_events: int = 64
    seed: int = 1


@dataclass(frozen=True)
class TrainSettings:
    """One training run of the learned path."""

    steps: int = 1200
    instructions_per_step: int = 8
    customers_per_instruction: int = 24
    learning_rate: float = 6e-4
    temperature: float = 0.07
    false_negative_margin: float = 0.1
    """A negative whose similarity exceeds the positive's by this much is dropped."""
    autoregressive_weight: float = 0.1
    contrastive_weight: float = 0.05
    tables_share: float = 0.3
    """Share of the steps whose instructions come from tables; the others take all theirs from one set, so that answers
    differ by customers and not by population."""
    seed: int = 1
    exclude: tuple[str, ...] = ()
    """Sets this run must not see."""
    model: ModelSettings = field(default_factory=ModelSettings)

    def __post_init__(self) -> None:
        unknown = set(self.exclude) - set(TRAINING_SETS)
        if unknown:
            raise ValueError(f"exclude names {sorted(unknown)}; known sets are {TRAINING_SETS}")
