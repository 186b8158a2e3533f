"""Larger than memory: a folder of Parquet counted by fairkit, and by each engine's own group-by.

Rows are written to a temporary folder in files of five million and removed afterwards; 1e8 of them take about
a gigabyte. On files each side runs in a process of its own, whose peak memory is told; on a query of Spark,
Dask or Polars both sides run in turn in one warm process. The best of three repeats counts. Nothing is
asserted.

    python tests/benchmarks/scale.py [--rows 1e6 1e7 1e8] [--spark] [--dask] [--polars]
"""

from __future__ import annotations

import argparse
import json
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

FILE_ROWS = 5_000_000
BLOCK = 500_000
REPEATS = 3
ATTRIBUTES = ("sex", "race", "age", "region", "education")
KEYS = (*ATTRIBUTES, "label", "decision")
ASK = {"by": list(ATTRIBUTES), "label": "label", "decision": "decision"}
RACES = ("Asian", "Black", "Other", "Unknown", "White")
REGIONS = tuple(f"region {i:02d}" for i in range(12))


class Run(NamedTuple):
    """What one side took."""

    seconds: float
    megabytes: float
    cells: int


def write(folder: Path, rows: int) -> int:
    """Write rows as Parquet, block by block, and return the bytes that they take."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    rng = np.random.default_rng(0)
    race, region = pa.array(RACES), pa.array(REGIONS)
    for number, start in enumerate(range(0, rows, FILE_ROWS)):
        writer = None
        stop = min(rows, start + FILE_ROWS)
        for first in range(start, stop, BLOCK):
            n = min(BLOCK, stop - first)
            label = (rng.random(n) < 0.3).astype(np.int8)
            score = np.clip(rng.normal(0.35 + 0.3 * label, 0.2), 0, 1).astype(np.float32)
            decision = (score > 0.5).astype(np.int8)
            block = pa.table(
                {
                    "sex": rng.integers(0, 2, n).astype(np.int8),
                    "race": pa.DictionaryArray.from_arrays(
                        pa.array(rng.integers(0, len(race), n).astype(np.int8)), race
                    ).cast(pa.string()),
                    "age": rng.integers(0, 7, n).astype(np.int8),
                    "region": pa.DictionaryArray.from_arrays(
                        pa.array(rng.integers(0, len(region), n).astype(np.int8)), region
                    ).cast(pa.string()),
                    "education": pa.array(rng.integers(0, 5, n).astype(np.int8), mask=rng.random(n) < 0.02),
                    "label": label,
                    "decision": pa.array(decision, mask=rng.random(n) < 0.01),
                    "score": score,
                }
            )
            writer = writer or pq.ParquetWriter(folder / f"part-{number:03d}.parquet", block.schema)
            writer.write_table(block)
        if writer is not None:
            writer.close()
    return sum(file.stat().st_size for file in folder.iterdir())


# --- on files, each side in a process of its own ---


def fairkit_on_files(folder: str) -> int:
    """Count with fairkit."""
    import fairkit

    return len(fairkit.count(folder, **ASK).values)


def duckdb_on_files(folder: str) -> int:
    """Group by the same cells with DuckDB, as it comes."""
    import duckdb

    keys = ", ".join(KEYS)
    sql = f"SELECT {keys}, count(*) FROM read_parquet('{folder}/*.parquet') GROUP BY {keys}"  # noqa: S608
    return len(duckdb.sql(sql).fetchall())


SIDES: dict[str, Callable[[str], int]] = {"DuckDB": duckdb_on_files, "fairkit": fairkit_on_files}


def measured(side: str, folder: str) -> None:
    """Run one side in this process and print what it took."""
    import duckdb  # noqa: F401 - what both sides load is not measured
    import narwhals.stable.v2  # noqa: F401
    import pyarrow.dataset  # noqa: F401

    import fairkit.frames  # noqa: F401

    start = time.perf_counter()
    cells = SIDES[side](folder)
    took = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps(Run(took, peak / (1 << 20 if sys.platform == "darwin" else 1 << 10), cells)))


def in_a_process(side: str, folder: Path) -> Run:
    """Run one side in a fresh process."""
    command = [sys.executable, __file__, "--side", side, "--folder", str(folder)]
    return Run(*json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout))


def on_files(sizes: Sequence[int]) -> None:
    """Print how time and memory grow with the rows."""
    print("\na folder of Parquet, five attributes (budget: 1.5 x DuckDB's own group-by, < 1,000 MB, linear)")
    print(
        f"  {'rows':>11} {'on disk':>9} {'DuckDB':>9} {'peak':>9} {'fairkit':>9} {'peak':>9} {'ratio':>7} "
        f"{'rows/s':>12}"
    )
    for rows in sizes:
        with tempfile.TemporaryDirectory(prefix="fairkit-scale-") as name:
            folder = Path(name)
            size = write(folder, rows)
            runs: dict[str, list[Run]] = {side: [] for side in SIDES}
            for _ in range(REPEATS):
                for side in SIDES:
                    runs[side].append(in_a_process(side, folder))
            best = {side: min(run.seconds for run in found) for side, found in runs.items()}
            peak = {side: max(run.megabytes for run in found) for side, found in runs.items()}
            print(
                f"  {rows:>11,} {size / 1e6:>6,.0f} MB {best['DuckDB']:>7.2f} s {peak['DuckDB']:>6,.0f} MB "
                f"{best['fairkit']:>7.2f} s {peak['fairkit']:>6,.0f} MB "
                f"{best['fairkit'] / best['DuckDB']:>5.2f} x {rows / best['fairkit']:>12,.0f}",
                flush=True,
            )


# --- on a query, both sides in one process ---


def on_a_query(name: str, sizes: Sequence[int]) -> None:
    """Print both sides of one engine."""
    print(f"\n{name}, the same files (budget: 1.5 x its own group-by)")
    print(f"  {'rows':>11} {'own':>9} {'fairkit':>9} {'ratio':>7} {'rows/s':>12}")
    for rows in sizes:
        with tempfile.TemporaryDirectory(prefix="fairkit-scale-") as folder:
            write(Path(folder), rows)
            sides = ENGINES[name](folder)
            sides[0](), sides[1]()  # which warms the engine up
            times = [min(timed) for timed in zip(*(map(seconds, sides) for _ in range(REPEATS)), strict=True)]
            print(
                f"  {rows:>11,} {times[0]:>7.2f} s {times[1]:>7.2f} s {times[1] / times[0]:>5.2f} x "
                f"{rows / times[1]:>12,.0f}",
                flush=True,
            )


def seconds(call: Callable[[], object]) -> float:
    """Time one call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


Sides = tuple[Callable[[], object], Callable[[], object]]


def spark_sides(folder: str) -> Sides:
    """Read the folder with a local Spark of two threads."""
    from pyspark.sql import SparkSession

    import fairkit

    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.memory": "2g",
    }
    builder = SparkSession.builder.master("local[2]").config("spark.sql.shuffle.partitions", "2")
    for name, value in settings.items():
        builder = builder.config(name, value)
    frame = builder.getOrCreate().read.parquet(folder)
    return (lambda: frame.groupBy(*KEYS).count().toArrow(), lambda: fairkit.count(frame, **ASK))


def dask_sides(folder: str) -> Sides:
    """Read the folder with Dask's threads."""
    import dask.dataframe as dd

    import fairkit

    frame = dd.read_parquet(folder, split_row_groups=2)
    keys = list(KEYS)
    return (
        lambda: frame.groupby(keys, dropna=False, observed=True).size().compute(),
        lambda: fairkit.count(frame, **ASK),
    )


def polars_sides(folder: str) -> Sides:
    """Read the folder with Polars' streaming engine."""
    import polars as pl

    import fairkit

    frame = pl.scan_parquet(f"{folder}/*.parquet")
    return (
        lambda: frame.group_by(KEYS).len().collect(engine="streaming"),
        lambda: fairkit.count(frame, **ASK),
    )


ENGINES: dict[str, Callable[[str], Sides]] = {
    "Spark": spark_sides,
    "Dask": dask_sides,
    "Polars": polars_sides,
}


def main() -> None:
    """Read the command line and run what it asks for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", nargs="+", type=float, default=[1e6, 1e7], help="how many, as 1e6 1e7 1e8")
    for name in ENGINES:
        parser.add_argument(f"--{name.lower()}", action="store_true", help=f"count on {name} too")
    parser.add_argument("--side", choices=list(SIDES), help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    asked: Any = parser.parse_args()
    if asked.side:
        measured(asked.side, asked.folder)
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the rows are removed then as well
    sizes = [int(rows) for rows in asked.rows]
    on_files(sizes)
    for name in ENGINES:
        if getattr(asked, name.lower()):
            on_a_query(name, sizes)


if __name__ == "__main__":
    main()
