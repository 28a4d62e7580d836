"""UserQA: (customers, instruction, answer) tasks generated from events alone. Labels files are never read.

An instruction is built of segments whose role is known, so that the reader of instructions (which words name what the
customer should have, which what not) is trained on the same text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Iterator

import numpy as np

from data import AGGREGATE, ATTRIBUTE, BIN, ITEM, Population
from settings import QuestionSettings
from userqa_text import (
    ACTIVE_FORMS, AND, ATTRIBUTE_FORMS, HIGH_FORMS, INACTIVE_FORMS, LITTLE, LOW_FORMS, MUCH, NOT, OR, UNWANTED, VERBS, WANTED,
    WHEN, WHO, item_phrase, phrases_of, split_words, tagged, theme_words,
)  # fmt: skip

PRESENT, HIGH, LOW, ACTIVE, INACTIVE = range(5)
"""Directions, in the order of evidence.DIRECTIONS."""


@dataclass(frozen=True)
class Task:
    """One instruction over the customers of a population. `words` carry their roles; `hidden` is per event of
    `customers`' events; `target` is 0/1 per customer."""

    population: int
    words: tuple[tuple[str, int], ...]
    answer: str
    direction: int
    kind: str
    customers: np.ndarray
    hidden: np.ndarray
    target: np.ndarray

    @property
    def instruction(self) -> str:
        return " ".join(word for word, _ in self.words)

    def phrases(self, role: int) -> tuple[str, ...]:
        """The runs of consecutive words of a role, e.g. ("garden furniture",)."""
        return phrases_of([word for word, _ in self.words], [tag for _, tag in self.words], role)


class Asker:
    """Draws tasks from one population."""

    def __init__(self, index: int, population: Population, settings: QuestionSettings) -> None:
        self.index, self.population, self.settings = index, population, settings
        self.random = np.random.default_rng([settings.seed, index])
        self.words = theme_words(population)

    def tasks(self, count: int) -> Iterator[Task]:
        """Up to `count` tasks; draws whose target is too rare or too common are thrown away."""
        makers = self._makers()
        if not makers:
            return
        made = 0
        for _ in range(count * 6):
            if made == count:
                return
            self._look_at_customers()
            task = makers[self.random.integers(len(makers))]()
            if task is not None:
                made += 1
                yield task

    def _makers(self) -> list[Callable[[], Task | None]]:
        kinds = set(self.population.kind.tolist())
        makers: list[Callable[[], Task | None]] = []
        if (self.population.kind == ITEM).sum() >= 4:
            makers += [self.hidden_item, self.hidden_item, self.activity, self.combination, self.combination, self.quantity]
            if self.words:
                makers += [self.hidden_theme, self.hidden_theme, self.hidden_theme]
        if ATTRIBUTE in kinds:
            makers += [self.hidden_attribute, self.hidden_attribute]
            makers += [self.combination]
        if BIN in kinds:
            makers += [self.hidden_number]
        return makers

    def _look_at_customers(self) -> None:
        everyone = self.population.events.customers
        size = min(self.settings.customers, everyone)
        self.customers = np.sort(self.random.choice(everyone, size, replace=False))
        self.events = self.population.events.of(self.customers)
        self.df = np.bincount(self.events.string, minlength=self.events.strings)

    def _pick(self, among: np.ndarray, most: float = 0.6) -> int | None:
        n = self.events.customers
        fit = among[(self.df[among] >= max(6, 0.01 * n)) & (self.df[among] <= most * n)]
        return int(self.random.choice(fit)) if len(fit) else None

    def _one(self, options: tuple[str, ...]) -> str:
        return options[self.random.integers(len(options))]

    def _owns(self, string: int) -> np.ndarray:
        owns = np.zeros(self.events.customers, np.float32)
        owns[self.events.customer[self.events.string == string]] = 1
        return owns

    def _task(self, words, answer: str, direction: int, kind: str, hidden: np.ndarray, target: np.ndarray) -> Task | None:
        visible = np.bincount(self.events.customer[~hidden], minlength=self.events.customers) > 0
        target = np.where(visible, target, np.nan)
        positive, negative = (target == 1).sum(), (target == 0).sum()
        if positive < 6 or negative < 6:
            return None
        return Task(self.index, tuple(words), answer, direction, kind, self.customers, hidden, target)

    def _aggregates(self) -> np.ndarray:
        return self.population.kind[self.events.string] == AGGREGATE

    def _verb(self, string: int) -> str:
        source = int(self.population.source[string])
        return f"{self._one(WHO)} who {self._one(VERBS[source] if source < 5 else VERBS[1])}"

    def hidden_item(self) -> Task | None:
        """Who has an item, seen without it."""
        string = self._pick(np.flatnonzero(self.population.kind == ITEM))
        if string is None:
            return None
        phrase = item_phrase(self.population.text[string])
        hidden = self.events.string == string
        if self.random.random() < 0.5:
            hidden |= self._aggregates()
        words = tagged(f"{self._verb(string)} [{phrase}]{self._one(WHEN)}", WANTED)
        return self._task(words, phrase, PRESENT, "hidden_item", hidden, self._owns(string))

    def _later_part(self, share: float) -> np.ndarray:
        """Item events to hide: the latest by date where there are dates, else a random share."""
        item = self.population.kind[self.events.string] == ITEM
        dated = item & ~np.isnan(self.events.recency)
        if dated.mean() > 0.3 and self.random.random() < 0.7:
            return dated & (self.events.recency > np.quantile(self.events.recency[dated], 1 - share))
        return item & (self.random.random(len(item)) < share)

    def hidden_theme(self) -> Task | None:
        """Whose hidden part of the history has an item with a word, seen with the rest of the history."""
        word = self.words[self.random.integers(len(self.words))]
        members = np.array([word in name for name in self._word_sets()])
        later = self._later_part(self.random.uniform(0.25, 0.5))
        match = later & members[self.events.string]
        if self.random.random() < 0.5 and not np.isnan(self.events.value[match]).all():
            match &= np.nan_to_num(self.events.value, nan=1) >= 0.5
        target = np.zeros(self.events.customers, np.float32)
        target[self.events.customer[match]] = 1
        string = int(np.flatnonzero(members)[0])
        noun = self._one(("", " items", " products", " things", "")) if self.population.source[string] == 0 else ""
        words = tagged(f"{self._verb(string)} [{word}{noun}]{self._one(WHEN)}", WANTED)
        return self._task(words, word + noun, PRESENT, "hidden_theme", later | self._aggregates(), target)

    def _word_sets(self) -> list[set[str]]:
        if not hasattr(self, "_sets"):
            self._sets = [
                set(split_words(text)) if kind == ITEM else set()
                for text, kind in zip(self.population.text, self.population.kind)
            ]
        return self._sets

    def activity(self) -> Task | None:
        """Who has many, or hardly any, events in the hidden part."""
        later = self._later_part(self.random.uniform(0.25, 0.5))
        count = np.bincount(self.events.customer[later], minlength=self.events.customers)
        active = self.random.random() < 0.5
        cut = np.quantile(count, self.random.uniform(0.3, 0.85))
        target = (count > cut) if active else (count <= cut)
        form = self._one(ACTIVE_FORMS if active else INACTIVE_FORMS).format(who=self._one(WHO)) + self._one(WHEN)
        return self._task(
            tagged(form, WANTED), "active" if active else "inactive", ACTIVE if active else INACTIVE, "activity",
            later | self._aggregates(), target.astype(np.float32),
        )  # fmt: skip

    def _same_column(self, string: int) -> np.ndarray:
        column, source = self.population.column[string], self.population.source[string]
        same = np.array([c == column for c in self.population.column]) & (self.population.source == source)
        same &= self.population.kind != ITEM
        return same[self.events.string]

    def hidden_attribute(self) -> Task | None:
        """Who has a value in a text column, seen without that column."""
        string = self._pick(np.flatnonzero(self.population.kind == ATTRIBUTE), most=0.75)
        if string is None:
            return None
        column, _, value = self.population.text[string].partition(": ")
        yes_no = value.lower() in ("yes", "no", "true", "false")
        if yes_no:
            words = tagged(f"{self._one(WHO)} who {self._one(('have', 'are', 'with'))} [{column}]", WANTED)
            target = self._owns(string) if value.lower() in ("yes", "true") else 1 - self._owns(string)
        else:
            form = self._one(ATTRIBUTE_FORMS).format(who=self._one(WHO), column=column, value=value)
            words, target = tagged(form, WANTED), self._owns(string)
        return self._task(words, column if yes_no else f"{column} {value}", PRESENT, "hidden_attribute", self._same_column(string), target)

    def hidden_number(self) -> Task | None:
        """Who is high, or low, in a number column, seen without that column."""
        string = self._pick(np.flatnonzero(self.population.kind == BIN), most=0.9)
        if string is None:
            return None
        column = self._same_column(string)
        value = np.full(self.events.customers, np.nan)
        value[self.events.customer[column]] = self.events.value[column]
        high = self.random.random() < 0.6
        cut = np.nanquantile(value, self.random.uniform(0.6, 0.85) if high else self.random.uniform(0.15, 0.4))
        target = np.where(np.isnan(value), 0, (value > cut) if high else (value < cut)).astype(np.float32)
        name = self.population.column[string].replace("_", " ").replace(".", " ")
        form = self._one(HIGH_FORMS if high else LOW_FORMS).format(who=self._one(WHO), column=name)
        return self._task(
            tagged(form, WANTED), ("high " if high else "low ") + name,
            HIGH if high else LOW, "hidden_number", column, target,
        )  # fmt: skip

    def combination(self) -> Task | None:
        """Who has A and B, A or B, A but not B; seen with the events (retrieval) or without them (prediction)."""
        named = np.flatnonzero((self.population.kind == ITEM) | (self.population.kind == ATTRIBUTE))
        first = self._pick(named)
        if first is None:
            return None
        owns_first = self._owns(first)
        second = self._companion(named, first, owns_first)
        if second is None:
            return None
        owns_second = self._owns(second)
        a, b = (item_phrase(self.population.text[s]) for s in (first, second))
        how = self.random.integers(5)
        if how >= 2:
            joint, role, target = self._one(NOT), UNWANTED, owns_first * (1 - owns_second)
        elif how == 1:
            joint, role, target = self._one(AND), WANTED, owns_first * owns_second
        else:
            joint, role, target = self._one(OR), WANTED, np.maximum(owns_first, owns_second)
        words = tagged(f"{self._verb(first)} [{a}]{joint}", WANTED) + tuple((w, role) for w in b.split())
        hidden = np.zeros(len(self.events.string), bool)
        if self.random.random() < 0.3:
            hidden = (self.events.string == first) | (self.events.string == second)
        return self._task(words, f"{a}{joint}{b}", PRESENT, "combination", hidden, target)

    def _companion(self, named: np.ndarray, first: int, owns_first: np.ndarray) -> int | None:
        """A second string that a fair share of the first one's owners have, so that the second half matters."""
        of_owner = owns_first[self.events.customer] == 1
        among_owners = np.bincount(self.events.string[of_owner], minlength=self.events.strings)
        share = among_owners[named] / owns_first.sum()
        fit = named[(share >= 0.1) & (share <= 0.8) & (named != first)]
        return int(self.random.choice(fit)) if len(fit) else None

    def quantity(self) -> Task | None:
        """Who has much, or little, of an item; seen with it."""
        string = self._pick(np.flatnonzero(self.population.kind == ITEM), most=0.95)
        if string is None:
            return None
        of = self.events.string == string
        level = self.events.value[of] if not np.isnan(self.events.value[of]).all() else self.events.n[of]
        much = self.random.random() < 0.6
        cut = np.nanmedian(level)
        target = np.zeros(self.events.customers, np.float32)
        target[self.events.customer[of][(level > cut) if much else (level <= cut)]] = 1
        form = f"{self._verb(string)} [{item_phrase(self.population.text[string])}]{self._one(MUCH if much else LITTLE)}"
        return self._task(
            tagged(form, WANTED), item_phrase(self.population.text[string]) + (" a lot" if much else " a little"),
            HIGH if much else LOW, "quantity", np.zeros(len(of), bool), target,
        )  # fmt: skip
