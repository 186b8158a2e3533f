"""How often the intervals of WEAT's and of CEAT's effect size cover the true one.

Vectors are drawn around four centres; the true effect size is that of 40,000 words a set, with the factor of
ddof 1 for the size at hand. The words of all four sets are drawn anew each time. Prints the coverage of 95 %
intervals, and how often the one-sided exact p is below .05; ``DRAWS`` in the environment sets the draws of
each row (default 400). For CEAT eight words a set stay the same and their contexts are drawn anew; the true
effect is that of 3,000 contexts a word.

    DRAWS=400 python tests/benchmarks/association_intervals.py
"""

import math
import os
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from fairkit.text.intrinsic import WordSets, ceat
from fairkit.text.intrinsic.ceat_effects import draw, effect_variances
from fairkit.text.intrinsic.contexts import Pool
from fairkit.text.intrinsic.effect import (
    Sides,
    bootstrap_limits,
    effect_size,
    partition_test,
    similarities,
)
from fairkit.text.intrinsic.random_effects import combine

DRAWS = int(os.environ.get("DRAWS", "400"))
DIMENSIONS = 60


def unit(rows):
    """Bring rows to norm 1."""
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def centres(strength, rng):
    """Draw centres of X, Y, A and B, with X pulled to A and Y to B."""
    lean, topic, base = (unit(rng.normal(size=DIMENSIONS)) for _ in range(3))
    base = 0.6 * base
    return (
        base + strength * lean,
        base - strength * lean,
        0.5 * base + 0.5 * lean + 0.3 * topic,
        0.5 * base - 0.5 * lean - 0.3 * topic,
    )


def words(centre, n, rng):
    """Draw the vectors of some words around a centre."""
    return unit(centre + rng.normal(size=(n, DIMENSIONS)) / math.sqrt(DIMENSIONS))[:, None, :]


def row(n, strength, rng):
    """Measure the coverage for one size and strength."""
    middle = centres(strength, rng)
    many = Sides(*(words(centre, 40_000, rng) for centre in middle))
    s = similarities(many).ravel()
    true = effect_size(s[:40_000], s[40_000:], ddof=0) * math.sqrt((2 * n - 1) / (2 * n))
    held = small = 0
    for _ in range(DRAWS):
        sides = Sides(*(words(centre, n, rng) for centre in middle))
        limits = bootstrap_limits(sides, ddof=1, confidence=0.95, replicates=1000, rng=rng)
        held += limits.low <= true <= limits.high
        sums = similarities(sides).sum(axis=1)
        small += partition_test(sums, n, permutations=2000, rng=rng).p <= 0.05
    return true, held / DRAWS, small / DRAWS


def contexts(strength, noise, sizes, rng):
    """Measure the coverage of CEAT for some numbers of contexts a word."""
    names = [[f"{role}{i}" for i in range(8)] for role in "XYAB"]
    sets = WordSets.of("drawn", dict(zip("XY", names, strict=False)), dict(zip("AB", names[2:], strict=True)))
    lean = strength * np.eye(20)[0]
    centre = {word: unit(rng.normal(size=20)) + (lean if word[0] in "XA" else -lean) for word in sets.words}

    def pool(n):
        drawn = {word: c + noise * rng.normal(size=(n, 20)) / math.sqrt(20) for word, c in centre.items()}
        return Pool({word: unit(rows) for word, rows in drawn.items()}, {}, {}, {}, ())

    many = draw(pool(3_000), names, draws=8_000, rng=rng)
    true = combine(many.effects, effect_variances(many.effects, 8, 8)).effect
    for n in sizes:
        held = 0
        for seed in range(DRAWS // 4):
            found = ceat(pool(n), sets, draws=400, replicates=100, replicate_draws=150, seed=seed)
            held += found.low <= true <= found.high
        print(f"{n:>15}  {true:>6.2f}  {noise:>5}  {400 * held / DRAWS:>15.1f}%", flush=True)


def main():
    """Print both tables."""
    rng = np.random.default_rng(0)
    print("words a set  true d  coverage of 95 %  p <= .05")
    for n in (5, 8, 25):
        for strength in (0.0, 0.1, 0.3):
            true, held, small = row(n, strength, rng)
            print(f"{n:>11}  {true:>6.2f}  {100 * held:>15.1f}%  {100 * small:>7.1f}%", flush=True)
    print("contexts a word  true d  noise  coverage of 95 %")
    for strength in (0.0, 0.25, 0.75):
        for noise in (1.0, 3.0):
            contexts(strength, noise, (5, 10), rng)


if __name__ == "__main__":
    main()
