"""Speech: aligning transcripts against jiwer's `process_words`, strings in and S/D/I out, in one run.

Texts are drawn from Zipf's law, 30 % of the short utterances are perfect and some 16 % of the words of the
others are wrong. The best of three repeats counts on either side, in seconds of the processor where one
process does the work, for a busy machine then changes ratios less, and by the clock where several do. Every
benchmark is one function; all run unless some are named. Nothing is asserted but that both sides count the
same.

    python tests/benchmarks/speech.py [short] [long] [processes] [--pairs 200000]
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

REPEATS = 3
VOCABULARY = 20_000
NOISE = 0.16
PERFECT = 0.3


class Texts(NamedTuple):
    """References and hypotheses."""

    references: list[str]
    hypotheses: list[str]


def drawn(n: int, words: int, *, perfect: float = PERFECT) -> Texts:
    """Draw utterances: of the words of a hypothesis some are replaced, dropped, or followed by another."""
    import numpy as np

    rng = np.random.default_rng(0)
    letters = np.array(list("etaoinshrdlu"))
    names = np.array(["".join(rng.choice(letters, rng.integers(2, 10))) for _ in range(VOCABULARY)], object)
    weights = 1 / np.arange(1, VOCABULARY + 1)
    said, other = names[rng.choice(VOCABULARY, (2, n, words), p=weights / weights.sum())].tolist()
    fate = np.where(rng.random((n, 1)) < perfect, 1.0, rng.random((n, words))).tolist()
    hypotheses = []
    for reference, wrong, fates in zip(said, other, fate, strict=True):
        heard: list[str] = []
        for word, instead, u in zip(reference, wrong, fates, strict=True):
            if u > NOISE:
                heard.append(word)
            elif u < NOISE * 0.6:
                heard.append(instead)
            elif u > NOISE * 0.85:
                heard += [word, instead]
        hypotheses.append(" ".join(heard))
    return Texts([" ".join(words) for words in said], hypotheses)


def best(call: Callable[[], Any], clock: Callable[[], float] = time.process_time) -> tuple[float, Any]:
    """Time the best of some calls, and return the last one's result."""
    times = []
    for _ in range(REPEATS):
        start = clock()
        found = call()
        times.append(clock() - start)
    return min(times), found


def against_jiwer(texts: Texts) -> None:
    """Print our time and that of one call of jiwer on the same lists."""
    import jiwer

    from fairkit.speech.align import edit_counts

    edit_counts(texts.references[:10], texts.hypotheses[:10])  # which loads rapidfuzz
    ours, counts = best(partial(edit_counts, *texts))
    theirs, words = best(partial(jiwer.process_words, *texts))
    sums = counts.sum(axis=0).tolist()
    same = sums == [words.hits, words.substitutions, words.deletions, words.insertions]
    if not same:
        raise SystemExit(f"counts differ: fairkit's {sums}, jiwer's {words}")
    print(
        f"  S/D/I {sums[1]:,} / {sums[2]:,} / {sums[3]:,}, both the same\n"
        f"  jiwer.process_words {theirs:>7.3f} s\n"
        f"  fairkit             {ours:>7.3f} s   {theirs / ours:>5.1f} x as fast, "
        f"{len(texts.references) / ours:,.0f} utterances/s",
        flush=True,
    )


def short(pairs: int) -> None:
    """Align short utterances: the budget is a twentieth of jiwer's time."""
    print(f"\n{pairs:,} utterances of 12 words, strings in (budget: 20 x as fast as jiwer)")
    against_jiwer(drawn(pairs, 12))


def long(pairs: int) -> None:
    """Align long utterances, and three that are very long."""
    from fairkit.speech.align import edit_counts

    few = max(1, pairs // 100)
    print(f"\n{few:,} utterances of 500 words, strings in")
    against_jiwer(drawn(few, 500, perfect=0))
    for words in (10_000, 30_000, 100_000):
        texts = drawn(1, words, perfect=0)
        seconds, _ = best(partial(edit_counts, *texts))
        print(f"  one utterance of {words:>7,} words {seconds:>7.3f} s", flush=True)


def scored(batch: Any) -> dict[str, Any]:
    """Align one batch; processes import this."""
    from fairkit.speech.align import edit_counts

    counts = edit_counts(batch["reference"].to_pylist(), batch["hypothesis"].to_pylist())
    return dict(zip(("hits", "substitutions", "deletions", "insertions"), counts.T, strict=True))


def processes(pairs: int) -> None:
    """Align a table in batches, in this process and in two: starting those takes a second or more."""
    import pyarrow as pa

    from fairkit.batches import map_batches

    print(f"\na table of utterances of 12 words in batches of 16,384 ({os.cpu_count()} cores)")
    texts = drawn(pairs, 12)
    for times in (1, 10):
        table = pa.table({"reference": texts.references * times, "hypothesis": texts.hypotheses * times})
        ask = {"data": table, "function": scored, "batch_rows": 16_384}
        one, counts = best(partial(map_batches, **ask), time.perf_counter)
        two, same = best(partial(map_batches, **ask, workers=2, pool="process"), time.perf_counter)
        if any((counts[name] != same[name]).any() for name in counts):
            raise SystemExit("two processes count otherwise than one")
        print(
            f"  {len(table):>9,} rows: one process {one:>6.2f} s, two {two:>6.2f} s, {one / two:>5.2f} x",
            flush=True,
        )


BENCHMARKS: dict[str, Callable[[int], None]] = {"short": short, "long": long, "processes": processes}


def main() -> None:
    """Read the command line and run what it asks for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("which", nargs="*", default=[], help=f"some of {', '.join(BENCHMARKS)}")
    parser.add_argument("--pairs", type=float, default=2e5, help="short utterances, as 2e5")
    asked = parser.parse_args()
    unknown = set(asked.which) - set(BENCHMARKS)
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    for name, run in BENCHMARKS.items():
        if name in asked.which or not asked.which:
            run(int(asked.pairs))


if __name__ == "__main__":
    main()
