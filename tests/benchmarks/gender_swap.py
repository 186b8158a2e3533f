"""The gender swap: how fast it is, alone and with the tagger, and how often it is right.

Speed: sentences in a second of processor time, one process, on WinoBias' development sentences where
FAIRKIT_DATA (default ../shared/data) has them and on generated ones elsewhere; the best of repeats counts.
``texts`` returns texts only and asks no tagger; ``call`` returns every span. HanTa is asked about each *her*.

Accuracy (``--accuracy``) prints the figures of docs/gender-swap.md; it needs the data. Sets with a star were
not read while the rules were written.

    python tests/benchmarks/gender_swap.py [--repeats 7] [--accuracy]
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "plugins"))

import gendered_texts as texts  # noqa: E402 - found by the line above

from fairkit.text.gender.pronouns import read_her  # noqa: E402
from fairkit.text.gender.tagging import is_installed, second_opinion  # noqa: E402
from fairkit.text.swap import GenderSwapper  # noqa: E402

DATA = ROOT / os.environ.get("FAIRKIT_DATA", "../shared/data")
ASKED = 400
"""Pronouns of a large set that the tagger reads, too."""


def generated() -> list[str]:
    """Make sentences of the length of WinoBias', each with a pronoun."""
    draw = random.Random(0)  # noqa: S311 - drawn again alike
    people = ["lawyer", "clerk", "driver", "nurse", "editor", "guard", "cook", "farmer"]
    ends = [
        "she was late.",
        "he asked.",
        "of her idea.",
        "they paid him.",
        "his car broke.",
        "we saw her there.",
    ]
    return [
        f"The {draw.choice(people)} argued with the {draw.choice(people)} because {draw.choice(ends)}"
        for _ in range(1584)
    ]


def rate(work: Callable[[], object], sentences: int, repeats: int) -> float:
    """Return sentences a second, the best of the repeats."""
    took = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        took.append(time.process_time() - start)
    return sentences / min(took)


def speed(repeats: int) -> None:
    """Print sentences in a second."""
    there = (DATA / "winobias").is_dir()
    sentences = [side for pair in texts.winobias(DATA) for side in pair] if there else generated()
    length = sum(map(len, sentences)) / len(sentences)
    print(f"{len(sentences)} sentences of {length:.0f} characters ({'WinoBias' if there else 'generated'})")
    ways = {"rule": GenderSwapper(tagger="rule")}
    if is_installed():
        ways["hanta"] = GenderSwapper(tagger="hanta")
    for name, swapper in ways.items():
        swapper(sentences[0])
        quick = rate(lambda made=swapper: made.texts(sentences), len(sentences), repeats)
        spans = rate(lambda made=swapper: [made(text) for text in sentences], len(sentences), min(repeats, 3))
        print(f"  {name:6} texts {quick:>9,.0f} /s   call {spans:>9,.0f} /s")


def accuracy() -> None:
    """Print the figures of the page."""
    pairs, triples = texts.winobias(DATA), texts.winogender(DATA)
    forms = [(he, she) for he, she, _ in triples]
    print("\nwhole sentences, exact, both ways")
    for name, found in (
        ("WinoBias development", pairs),
        ("Winogender", forms),
        ("CrowS gender *", texts.crows(DATA)),
    ):
        for names in ("protect", "keep", "swap"):
            print(f"  {name:22} names={names:8} {_exact(GenderSwapper(names=names, tagger='rule'), found)}")
    neutral = GenderSwapper(direction="neutral", tagger="rule")
    right = sum(made.lower() == they.lower() for *both, they in triples for made in neutral.texts(both))
    print(f"  {'Winogender':22} neutral        {right}/{2 * len(triples)} = {right / 2 / len(triples):.4f}")
    print("\nher, token accuracy of the rule (and of HanTa, on at most 400)")
    golds = {"WinoBias development": pairs, "Winogender": forms}
    silver = {
        "GAP development": texts.gap, "WikiText-2": texts.wikitext, "BOLD gender *": texts.bold,
        "StereoSet *": texts.stereoset, "three novels *": texts.gutenberg,
    }  # fmt: skip
    for name, found in golds.items():
        _readings(name, list(texts.gold_pronouns(found, "her")))
    for name, reader in silver.items():
        _readings(name, list(texts.silver_pronouns(reader(DATA))))
    print("\nround trip: texts that come back, of those changed; with memory, and from the text alone")
    for name, reader in (
        ("GAP development", texts.gap),
        ("WikiText-2", texts.wikitext),
        ("three novels *", texts.gutenberg),
    ):
        for names in ("protect", "keep", "swap"):
            _round_trip(name, names, [text for text in reader(DATA) if text.strip()])


def _exact(swapper: GenderSwapper, pairs: Sequence[tuple[str, str]]) -> str:
    ways = [way for left, right in pairs for way in ((left, right), (right, left))]
    made = swapper.texts(text for text, _ in ways)
    right = sum(text.lower() == wanted.lower() for text, (_, wanted) in zip(made, ways, strict=True))
    return f"{right}/{len(ways)} = {right / len(ways):.4f}"


def _readings(name: str, found: Iterable[texts.Pronoun]) -> None:
    found = list(found)
    seen: Counter[tuple[str, bool]] = Counter()
    for one in found:
        seen[one.gold, read_her(one.low, one.place, one.pieces).word == one.gold] += 1
    parts = []
    for gold in ("his", "him"):
        right, all_of_them = seen[gold, True], seen[gold, True] + seen[gold, False]
        parts.append(f"{gold} {right}/{all_of_them} = {right / all_of_them:.4f}")
    line = f"  {name:22} {(seen['his', True] + seen['him', True]) / len(found):.4f}  {'  '.join(parts)}"
    if is_installed():
        asked = random.Random(0).sample(found, min(len(found), ASKED))  # noqa: S311 - drawn again alike
        told = [second_opinion(one.pieces, one.place) for one in asked]
        rule = [read_her(one.low, one.place, one.pieces).word for one in asked]
        right = sum(word == one.gold for word, one in zip(told, asked, strict=True))
        apart = sum(left != other for left, other in zip(told, rule, strict=True))
        line += f"  HanTa {right / len(asked):.4f}, disagrees {apart / len(asked):.4f}"
    print(line)


def _round_trip(name: str, names: str, found: Sequence[str]) -> None:
    swapper = GenderSwapper(names=names, tagger="rule")
    once = [swapper(text) for text in found]
    changed = sum(one.changed for one in once)
    back = sum(swapper(one).text == text for one, text in zip(once, found, strict=True))
    alone = sum(
        text == other for text, other in zip(found, swapper.texts(one.text for one in once), strict=True)
    )
    kept = len(found) - changed
    print(
        f"  {name:18} names={names:8} {len(found)} texts, {changed} changed; back "
        f"{back / len(found):.4f} ({(back - kept) / changed:.4f} of changed); alone {alone / len(found):.4f}"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--accuracy", action="store_true")
    asked_for = parser.parse_args()
    speed(asked_for.repeats)
    if asked_for.accuracy:
        accuracy()
