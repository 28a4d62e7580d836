"""The words of UserQA: forms of instructions, the roles of their words, and what things are called."""

from __future__ import annotations

import re

from data import ITEM, Population

OTHER, WANTED, UNWANTED = range(3)
"""Roles of an instruction's words."""

WHO = ("customers", "people", "users", "clients", "visitors", "members", "shoppers", "everyone", "persons")
VERBS = {
    0: ("would buy", "are likely to buy", "will purchase", "bought", "want to buy", "shop for", "would order", "need"),
    1: ("would use", "have", "would take out", "will respond to", "are interested in", "hold", "do", "spend time on", "sign up for"),
    2: ("would visit", "visited", "look at", "are interested in", "will read about", "browse", "went to", "opened"),
    3: ("searched for", "look for", "are interested in", "will search for"),
    4: ("would play", "play", "would watch", "love", "use", "like", "would install", "rate highly", "enjoy", "own"),
    5: ("have", "are", "with", "are likely to have"),
}  # fmt: skip
WHEN = ("", "", "", "", " next month", " in the next three months", " soon", " this season", " again", " most", " in the coming weeks")
NOT = (" but not ", " but never ", " without ", " and not ", " except ", " rather than ", " but have not got ", " who do not want ", " with no interest in ")
AND = (" and ", " and also ", " together with ", " as well as ", ", and ", " combined with ")
OR = (" or ", " or else ", ", or ", " or alternatively ")
ATTRIBUTE_FORMS = (
    "{who} whose {column} is [{value}]", "{who} with {column} [{value}]", "[{value}] {who}", "{who} with [{column} {value}]",
    "{who} who are [{value}] ({column})", "find {who} of {column} [{value}]",
)  # fmt: skip
HIGH_FORMS = (
    "{who} with a high [{column}]", "{who} with the highest [{column}]", "{who} with much [{column}]", "{who} who have a large [{column}]",
    "{who} above average in [{column}]", "top {who} by [{column}]", "{who} who will reach a high [{column}]", "many or much [{column}]",
    "{who} who will finish with an excellent [{column}]",
)  # fmt: skip
LOW_FORMS = (
    "{who} with a low [{column}]", "{who} with the lowest [{column}]", "{who} with little [{column}]", "{who} who have a small [{column}]",
    "{who} below average in [{column}]", "{who} with hardly any [{column}]", "{who} who will get a poor [{column}]",
)  # fmt: skip
ACTIVE_FORMS = (
    "{who} who will be active", "{who} who will come back", "{who} who will buy again", "the most loyal {who}", "{who} who will use us a lot",
    "{who} who are going to stay with us", "{who} who will complete and succeed", "{who} who will pass", "frequent {who}",
    "{who} who will spend a lot", "{who} likely to make a purchase", "{who} who will continue", "{who} who keep paying", "{who} who will convert",
    "{who} who will buy something in this visit", "engaged {who}", "heavy {who}",
)  # fmt: skip
INACTIVE_FORMS = (
    "{who} who will stop", "{who} about to leave", "{who} who will churn", "{who} who will cancel", "{who} who will withdraw",
    "{who} who will drop out", "{who} who will become inactive", "{who} who will not come back", "lapsed {who}", "{who} who will fail",
    "{who} at risk of leaving", "{who} who will buy nothing", "{who} who are losing interest", "{who} who will give up", "rare {who}",
)  # fmt: skip
MUCH = (" a lot", " often", " very much", " more than others", " heavily", " frequently", " intensively")
LITTLE = (" only a little", " rarely", " seldom", " less than others", " hardly ever")


FUNCTION_WORDS = frozenset(
    "a an the some any our their his her its this that these those of or and also to for from in on at with by as such like "
    "is are be been who which whose more most very own new other than into about it them us you we not no".split()
)
NEGATIONS = frozenset("not no never without except excluding instead rather other none nor neither lacking minus nothing".split())


def phrases_of(words: list[str], roles: list[int], role: int) -> tuple[str, ...]:
    """Runs of consecutive words with the role, in order, trimmed of function words and punctuation; runs of nothing else
    are dropped. Words count as unwanted only where the instruction has a word that negates."""
    if not any(word.lower().strip(" ,.;:()?!") in NEGATIONS or word.lower().endswith("n't") for word in words):
        roles = [WANTED if tag == UNWANTED else tag for tag in roles]
    runs: list[list[str]] = []
    previous = OTHER
    for word, tag in zip(words, roles):
        if tag == role:
            if previous != role:
                runs.append([])
            runs[-1].append(word.strip(" ,.;:()?!"))
        previous = tag
    trimmed = (" ".join(trim(run)) for run in runs)
    return tuple(dict.fromkeys(run for run in trimmed if any(letter.isalpha() for letter in run)))


def trim(words: list[str]) -> list[str]:
    """Words without function words at either end."""
    kept = [index for index, word in enumerate(words) if word.lower() not in FUNCTION_WORDS and word]
    return words[kept[0] : kept[-1] + 1] if kept else []


def tagged(text: str, role: int) -> tuple[tuple[str, int], ...]:
    """Words of a text in which [brackets] mark the run that has the role."""
    out: list[tuple[str, int]] = []
    for index, part in enumerate(re.split(r"[\[\]]", text)):
        out += [(word, role if index % 2 else OTHER) for word in part.split()]
    return tuple(out)


def item_phrase(text: str) -> str:
    """What a person would call an item string: no column prefix, no appended attributes, no shouting."""
    name = re.sub(r"^[a-z][\w ]{0,24}: ", "", text).split(", ")[0]
    return (name.lower() if name.isupper() else name).replace("[", "(").replace("]", ")")


STOP = set("the and for with from pack set small large red blue pink white black green assorted type genre page category".split())


def split_words(text: str) -> list[str]:
    """Lower-case words of four letters or more."""
    return re.findall(r"[a-z]{4,}", text.lower())


def theme_words(population: Population) -> list[str]:
    """Words that at least three item strings share, and that not nearly all do."""
    items = [set(split_words(text)) for text, kind in zip(population.text, population.kind) if kind == ITEM]
    count: dict[str, int] = {}
    for words in items:
        for word in words:
            count[word] = count.get(word, 0) + 1
    return sorted(word for word, n in count.items() if 3 <= n <= 0.5 * len(items) and word not in STOP)
