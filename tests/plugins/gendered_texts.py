"""Public texts with gendered words, from local files: pairs with a known counterfactual, and plain texts."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from fairkit.text.pieces import lowered, pieces_of

WORDS = frozenset(("his", "him", "her", "hers"))


class Pronoun(NamedTuple):
    """A pronoun in a text, and what it is in the counterfactual."""

    pieces: list[str]
    place: int
    gold: str

    @property
    def low(self) -> list[str]:
        """The pieces in lower case."""
        return lowered(self.pieces)


def winobias(data: Path) -> list[tuple[str, str]]:
    """Read the development sentences of WinoBias: line i of the stereotyped file and of the other."""
    found = []
    for kind in ("1", "2"):
        sides = [
            (data / f"winobias/{side}_stereotyped_type{kind}.txt.dev")
            .read_text(encoding="utf-8")
            .splitlines()
            for side in ("pro", "anti")
        ]
        found += [(_plain(left), _plain(right)) for left, right in zip(*sides, strict=True)]
    return found


def _plain(line: str) -> str:
    return re.sub(r"^\d+ ", "", line).replace("[", "").replace("]", "").strip()


def winogender(data: Path) -> list[tuple[str, str, str]]:
    """Read Winogender's sentences: with he, she and they."""
    rows: dict[str, dict[str, str]] = {}
    with (data / "winogender/all_sentences.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            template, gender, _ = row["sentid"].rsplit(".", 2)
            rows.setdefault(template, {})[gender] = row["sentence"]
    return [(row["male"], row["female"], row["neutral"]) for row in rows.values()]


def gap(data: Path) -> list[str]:
    """Read the development texts of GAP."""
    with (data / "gap/gap-development.tsv").open(encoding="utf-8", newline="") as file:
        return [row["Text"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]


def wikitext(data: Path) -> list[str]:
    """Read the lines of WikiText-2, test and validation."""
    parts = (data / f"wikitext2/wiki.{part}.tokens" for part in ("valid", "test"))
    return [line for part in parts for line in part.read_text(encoding="utf-8").split("\n")]


def gutenberg(data: Path) -> list[str]:
    """Read the paragraphs of three novels."""
    files = sorted((data / "gutenberg").glob("*.txt"))
    return [part for file in files for part in re.split(r"\n{2,}", file.read_text(encoding="utf-8-sig"))]


def bold(data: Path) -> list[str]:
    """Read the sentences on actors and actresses in BOLD."""
    people = json.loads((data / "bold/wikipedia/gender_wiki.json").read_text(encoding="utf-8"))
    return [sentence for titles in people.values() for sentences in titles.values() for sentence in sentences]


def stereoset(data: Path) -> list[str]:
    """Read the sentences of StereoSet with their contexts."""
    groups = json.loads((data / "stereoset/stereoset_dev_copy.json").read_text(encoding="utf-8"))
    return sorted(
        {
            f"{item['context'].replace('BLANK', item['target'])} {item['sentence']}"
            for items in groups.values()
            for item in items
        }
    )


def crows(data: Path) -> list[tuple[str, str]]:
    """Read the pairs of CrowS-Pairs that are about gender."""
    with (data / "crows_pairs/crows_pairs_anonymized.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["bias_type"] == "gender"]
    return [(row["sent_more"], row["sent_less"]) for row in rows]


def gold_pronouns(pairs: Iterable[tuple[str, str]], word: str) -> Iterator[Pronoun]:
    """Yield each *her* (or *his*) of aligned pairs with the pronoun at its place in the other text."""
    for pair in pairs:
        cut = [pieces_of(text) for text in pair]
        found = [
            [(at, piece.lower()) for at, piece in enumerate(pieces) if piece.lower() in WORDS]
            for pieces in cut
        ]
        if len(found[0]) != len(found[1]):
            continue
        for one, other in ((0, 1), (1, 0)):
            for (place, here), (_, there) in zip(found[one], found[other], strict=True):
                if here == word and there != word:
                    yield Pronoun(cut[one], place, there)


def silver_pronouns(texts: Iterable[str]) -> Iterator[Pronoun]:
    """Yield each *his* and *him* of texts as *her*, in the text in which all of them are."""
    for text in texts:
        pieces = pieces_of(text)
        gold = {at: piece.lower() for at, piece in enumerate(pieces) if piece.lower() in ("his", "him")}
        masked = ["her" if at in gold else piece for at, piece in enumerate(pieces)]
        for place, word in gold.items():
            yield Pronoun(masked, place, word)
