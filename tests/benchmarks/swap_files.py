"""What a file costs beside the swap of its texts: CSV, JSON Lines, plain text and Parquet, in one run.

Sentences are made here, two in three with a gendered word. Times are CPU seconds; the ratios are those to the
swap of the same texts in memory, with the spans that the report counts and without them.

    OMP_NUM_THREADS=1 python tests/benchmarks/swap_files.py [ROWS]
"""

from __future__ import annotations

import csv
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from fairkit.text import GenderSwapper, TableSwapper, swap_file
from fairkit.text.gender.tagging import is_installed

SENTENCES = (
    "She sang, and her brother listened to her voice at the old theatre",
    "He wrote the report, and nobody read it",
    "The weather was fine, so we walked to the lake",
    "The nurse told the doctor that his patient was late",
    "It rained all day in the valley; the road was closed",
    "Her manager praised him for the work he had done",
)


def seconds(act: Callable[[], object]) -> float:
    """Give the CPU seconds of this process that something takes."""
    begun = time.process_time()
    act()
    return time.process_time() - begun


def write(texts: list[str], folder: Path) -> list[Path]:
    """Write the texts as files of all formats, with other columns."""
    with (folder / "rows.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "label", "text", "score"])
        writer.writerows([i, "ab"[i % 2], text, i / 7] for i, text in enumerate(texts))
    with (folder / "rows.jsonl").open("w", encoding="utf-8") as file:
        for i, text in enumerate(texts):
            file.write(json.dumps({"id": i, "text": text, "score": i / 7, "meta": {"a": [1, 2]}}) + "\n")
    (folder / "rows.txt").write_text("\n".join(texts) + "\n", encoding="utf-8")
    pq.write_table(pa.table({"id": range(len(texts)), "text": texts}), folder / "rows.parquet")
    return [folder / f"rows.{kind}" for kind in ("csv", "jsonl", "txt", "parquet")]


def main(rows: int = 200_000) -> None:
    """Print sentences a second and ratios."""
    draw = random.Random(1)  # noqa: S311 - sentences, no secrets
    texts = [f"{draw.choice(SENTENCES)}, {i}." for i in range(rows)]
    swappers = {"rule": GenderSwapper(tagger="rule"), "table of religion": TableSwapper("religion")}
    if is_installed():
        swappers["rule and HanTa"] = GenderSwapper(tagger="hanta")
    for name, swapper in swappers.items():
        some = texts if name != "rule and HanTa" else texts[: rows // 20]
        plain = seconds(lambda some=some, swapper=swapper: swapper.texts(some))
        spans = seconds(lambda some=some, swapper=swapper: [swapper(text) for text in some])
        print(f"{name}: {len(some) / plain:,.0f} texts/s, with spans {len(some) / spans:,.0f}/s")
        with tempfile.TemporaryDirectory() as folder:
            for path in write(some, Path(folder)):
                column = None if path.suffix == ".txt" else "text"
                out = path.with_name(f"out{path.suffix}")
                took = seconds(
                    lambda path=path, out=out, column=column, swapper=swapper: swap_file(
                        path, out, column=column, attribute=swapper
                    )
                )
                print(
                    f"  {path.suffix:9} {len(some) / took:9,.0f} rows/s, {took / spans:.2f} x the swap with "
                    f"spans, {took / plain:.2f} x without"
                )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
