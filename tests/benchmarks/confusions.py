"""Confusions: ranking them by group against aligning the same texts once, in one run.

The texts are those of the benchmark of speech, said by 5,000 speakers of 50 accents. The ratio says how much
the question "which words?" costs beside the question "how many?". Memory is the largest that the ranking held
of its own, as Python's allocator counts it, in a second call.

    python tests/benchmarks/confusions.py [--utterances 200000] [--words 12]
"""

from __future__ import annotations

import argparse
import time
import tracemalloc

import numpy as np

from fairkit.speech import normalizer, score
from fairkit.speech.align import edit_counts
from fairkit.speech.confusions import compare_confusions

SPEAKERS, ACCENTS = 5_000, 50


def main() -> None:
    """Print times, their ratio and the memory held."""
    from speech import drawn  # a script beside this one

    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--utterances", type=int, default=200_000)
    asked.add_argument("--words", type=int, default=12)
    options = asked.parse_args()
    texts = drawn(options.utterances, options.words)
    who = np.random.default_rng(1).integers(0, SPEAKERS, options.utterances)
    rows = {
        "said": texts.references,
        "heard": texts.hypotheses,
        "who": [f"s{k}" for k in who],
        "accent": [f"a{k % ACCENTS:02}" for k in who],
    }
    none = normalizer("none")
    utterances = score(
        rows,
        reference="said",
        hypothesis="heard",
        by="accent",
        speaker="who",
        normalizer=none,
        keep_texts=True,
    )
    start = time.perf_counter()
    edit_counts(*texts)
    aligning = time.perf_counter() - start
    start = time.perf_counter()
    found = compare_confusions(utterances, "accent", normalizer=none)
    ranking = time.perf_counter() - start
    tracemalloc.start()
    compare_confusions(utterances, "accent", normalizer=none)
    held = tracemalloc.get_traced_memory()[1]
    sure = sum(c.p_adjusted <= 0.05 for c in found.found)
    print(
        f"{options.utterances:,} utterances x {options.words} words, {ACCENTS} accents, {SPEAKERS:,} speakers"
    )
    print(f"  aligning {aligning:>7.2f} s")
    print(f"  ranking  {ranking:>7.2f} s, {ranking / aligning:.0f} times that")
    print(f"  memory   {held / 2**20:>7.0f} MiB")
    print(f"  {found.compared:,} comparisons; {sure} with p_adjusted <= .05, and no true difference")


if __name__ == "__main__":
    main()
