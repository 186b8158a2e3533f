"""Whisper's English normaliser against fairkit's, on the same texts in one run.

Texts are the hypotheses of three recognisers on EdAcc where FAIRKIT_DATA (default ../shared/data) has them,
and generated ones elsewhere. Three ratios are printed: cold (nothing met before), warm (words met before,
texts not), and known (texts met before). The best of three repeats counts; nothing is asserted but equal
output.

    python tests/benchmarks/speech_normalizers.py [--texts 9000]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "plugins"))
REPEATS = 3


def real_texts() -> list[str]:
    """Read the hypotheses on EdAcc; none where there is no such data."""
    folder = ROOT / os.environ.get("FAIRKIT_DATA", "../shared/data") / "edacc_audit"
    lines = (line for path in sorted(folder.glob("*.jsonl")) for line in path.open(encoding="utf-8"))
    return [text for line in lines if (text := json.loads(line)["hyp_raw"])]


def generated_texts(number: int) -> list[str]:
    """Make texts of words drawn by Zipf's law, some of them numbers, contractions and titles."""
    draw = random.Random(0)  # noqa: S311 - drawn again alike
    special = "it's don't twenty five one hundred colour gonna Mr. um, dollars and half point 2,000 $5"
    words = special.split() + [
        "".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=draw.randint(2, 9))) for _ in range(20_000)
    ]
    chances = [1 / (rank + 1) for rank in range(len(words))]
    return [" ".join(draw.choices(words, chances, k=draw.randint(3, 30))) for _ in range(number)]


def best(work: Callable[[], object], before: Callable[[], object] = lambda: None) -> float:
    """Time the best of a few runs, each after what must come before it."""
    took = []
    for _ in range(REPEATS):
        before()
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return min(took)


def compare(texts: Sequence[str]) -> None:
    """Print what each way takes, and the ratios."""
    from whisper_oracle import whisper_english

    from fairkit.speech.normalize import Normalizer, normalizer
    from fairkit.speech.normalizers.english import English

    whisper, stamp = whisper_english(), normalizer("english").stamp
    english = English()
    differing = sum(english(text) != whisper(text) for text in texts)
    made: list[Normalizer] = []

    def fresh() -> None:
        made[:] = [Normalizer(stamp, English())]

    theirs = best(lambda: [whisper(text) for text in texts])
    cold = best(lambda: made[0].texts(texts), before=fresh)
    warm = best(lambda: [english(text) for text in texts])
    known = best(lambda: made[0].texts(texts))
    words = sum(len(text.split()) for text in texts)
    print(f"{len(texts):,} texts, {words:,} words, {differing} written otherwise")
    print(f"whisper  {theirs:8.3f} s")
    for name, took in (("cold", cold), ("warm", warm), ("known", known)):
        print(f"{name:8} {took:8.3f} s  {theirs / took:8.1f} x as fast")


def main() -> None:
    """Compare on real texts, or on generated ones."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--texts", type=int, default=9000, help="how many texts")
    number = parser.parse_args().texts
    real = real_texts()
    print("EdAcc hypotheses" if real else "generated texts")
    draw = random.Random(0)  # noqa: S311 - drawn again alike
    compare(draw.sample(real, min(number, len(real))) if real else generated_texts(number))


if __name__ == "__main__":
    main()
