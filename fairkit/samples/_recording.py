"""Speak and recognise the planned utterances: on all processors, with progress, and resumable.

What was recognised is kept in the cache line by line, under a name that changes with anything the text
depends on: programs, plan, prompts, settings. So a run that was interrupted goes on where it stopped, and
one with other versions begins anew.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

from fairkit.errors import MissingDependencyError, OutputError, UsageError
from fairkit.samples import _prompts, _speakers, _voices
from fairkit.samples._fetch import cache_folder
from fairkit.samples._recogniser import COMMON, DISCOUNT, SYSTEMS, Recogniser
from fairkit.samples._speakers import Utterance

_PACKAGES = {"espeak-ng": "espeak-ng", "sox": "sox"}


@dataclass(frozen=True, slots=True)
class Recording:
    """An utterance as it was recognised: seconds of sound, and the text of every release."""

    utterance: Utterance
    seconds: float
    texts: Mapping[str, str]


def missing_tools() -> tuple[str, ...]:
    """Say for each program or package that is not here how to get it."""
    problems = [
        f"the program {program} is not installed: apt-get install {package} (Debian, Ubuntu)."
        for program, package in _PACKAGES.items()
        if shutil.which(program) is None
    ]
    if _installed("pocketsphinx") is None:
        problems.append("PocketSphinx is not installed: pip install 'fairkit[speech-data]'.")
    return tuple(problems)


def tool_versions() -> dict[str, str]:
    """Return the versions of what speaks, mixes and recognises.

    Raises
    ------
    MissingDependencyError
        Something is missing; all of it is named.
    """
    if problems := missing_tools():
        raise MissingDependencyError(*problems)
    return {
        "espeak-ng": _first_line("espeak-ng").partition(": ")[2].partition(" ")[0],
        "sox": _first_line("sox").rpartition(" v")[2],
        "pocketsphinx": _installed("pocketsphinx") or "",
    }


def recorded(planned: Sequence[Utterance], *, jobs: int | None = None) -> list[Recording]:
    """Speak and recognise utterances, in the order given.

    Parameters
    ----------
    planned : sequence of Utterance
    jobs : int, optional
        Processes; as many as this one may use processors by default.

    Raises
    ------
    MissingDependencyError
        espeak-ng, sox or PocketSphinx is missing; all that are missing are named.
    UsageError
        ``jobs`` is less than 1.
    OutputError
        The cache cannot be written.
    """
    versions = tool_versions()
    if jobs is not None and jobs < 1:
        raise UsageError(f"jobs is {jobs}. Give 1 or more.")
    kept = cache_folder() / "speech" / f"{_fingerprint(versions)}.jsonl"
    found = _read(kept)
    open_ones = [utterance for utterance in planned if utterance.id not in found]
    if open_ones:
        try:
            kept.parent.mkdir(parents=True, exist_ok=True)
            with kept.open("a", encoding="utf-8") as file:
                for name, seconds, texts in _made(open_ones, jobs=jobs or os.cpu_count() or 1):
                    found[name] = (seconds, texts)
                    file.write(json.dumps([name, seconds, texts]) + "\n")
                    file.flush()
        except OSError as error:
            raise OutputError(
                f"cannot keep recordings in {kept}: {error.strerror or error}. "
                "Set FAIRKIT_CACHE to a folder you may write to."
            ) from error
    return [Recording(utterance, *found[utterance.id]) for utterance in planned]


def _made(planned: Sequence[Utterance], *, jobs: int) -> Iterator[tuple[str, float, dict[str, str]]]:
    """Yield recordings as they get ready. Decoders hold C state, so processes are spawned, not forked."""
    with (
        ProcessPoolExecutor(min(jobs, len(planned)), multiprocessing.get_context("spawn")) as pool,
        _progress(len(planned)) as advance,
    ):
        waiting: list[Future[tuple[str, float, dict[str, str]]]] = [
            pool.submit(_recognise, utterance) for utterance in planned
        ]
        try:
            for done in as_completed(waiting):
                yield done.result()
                advance()
        finally:
            for future in waiting:
                future.cancel()


def _recognise(utterance: Utterance) -> tuple[str, float, dict[str, str]]:
    samples = _voices.record(utterance)
    seconds = round(len(samples) / 2 / _voices.RATE, 2)
    return utterance.id, seconds, _recogniser().transcribe(samples)


@cache
def _recogniser() -> Recogniser:
    return Recogniser(_prompts.PROMPTS)


@contextmanager
def _progress(total: int) -> Iterator[Callable[[], None]]:
    """Show a bar on standard error where that is a terminal."""
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("utterances", total=total)
        yield lambda: bar.advance(task)


def _fingerprint(versions: Mapping[str, str]) -> str:
    """Hash everything that the recognised texts depend on."""
    what = {
        "versions": versions,
        "prompts": _prompts.PROMPTS,
        "plan": [asdict(utterance) for utterance in _speakers.utterances()],
        "noises": dict(_speakers.NOISES),
        "recogniser": [{name: dict(own) for name, own in SYSTEMS.items()}, dict(COMMON), DISCOUNT],
        "sound": hashlib.sha256(Path(_voices.__file__).read_bytes()).hexdigest(),
    }
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:16]


def _read(kept: Path) -> dict[str, tuple[float, dict[str, str]]]:
    """Read what is kept; a last line that was cut off by an interruption is made again."""
    if not kept.is_file():
        return {}
    found = {}
    for line in kept.read_text(encoding="utf-8").splitlines():
        try:
            name, seconds, texts = json.loads(line)
        except ValueError:
            continue
        found[name] = (seconds, texts)
    return found


def _first_line(program: str) -> str:
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)  # noqa: S603  a fixed name
    return (done.stdout or done.stderr).strip().partition("\n")[0]


def _installed(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
