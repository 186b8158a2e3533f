"""Options that the verbs of `fairkit association` share, and where their results go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fairkit.cli.asking import output, question, together
from fairkit.cli.outputs import check_files, emit, is_colored, say, text_width, working, write_files
from fairkit.cli.pages import section
from fairkit.errors import UsageError

if TYPE_CHECKING:
    from fairkit.text.intrinsic.model import Association, Associations
    from fairkit.text.intrinsic.sets import WordSets

material = section("What is measured")

model = material(
    "--model",
    "models",
    multiple=True,
    required=True,
    metavar="[NAME=]FOLDER",
    help="A local Hugging Face folder, with its tokenizer; repeatable. Nothing is fetched.",
)
sets = material(
    "--sets",
    "sets",
    multiple=True,
    required=True,
    metavar="NAME|FILE",
    help="Sets of words: a name of 'fairkit association sets', or a TOML file; repeatable.",
)
device = material(
    "--device",
    type=click.Choice(["cpu", "cuda", "auto"]),
    default="cpu",
    help="Where models run.",
)
layer = material(
    "--layer",
    type=int,
    default=-1,
    metavar="N",
    help="Hidden states to take: 0 are the embeddings, -1 the last layer.",
)
bootstrap = question(
    "--replicates", type=click.IntRange(min=100), default=2_000, metavar="N", help="Of the bootstrap."
)
tested = together(
    question(
        "--ddof", type=click.IntRange(0, 1), default=1, help="Of the standard deviation in the effect size."
    ),
    question(
        "--permutations",
        type=click.IntRange(min=1),
        default=10_000,
        metavar="N",
        help="Partitions drawn where all would be more than 100,000.",
    ),
    bootstrap,
)
most_lost = question(
    "--most-lost",
    type=float,
    default=0.2,
    metavar="SHARE",
    help="Share of a set of words that may be lost; beyond it nothing is said.",
)
surely = together(
    question("--confidence", type=float, default=0.95, metavar="LEVEL", help="Level of intervals."),
    question("--seed", type=click.IntRange(min=0), default=0, metavar="N", help="Seed of all that is drawn."),
)
outputs = together(
    output("-o", "--output", metavar="FILE", help="Write the associations as JSON."),
    output("--html", metavar="FILE", help="Write them as one self-contained page, with charts."),
    output("--json", "as_json", is_flag=True, show_default=False, help="Print JSON, not text."),
)


def named(texts: Sequence[str], option: str) -> dict[str, str]:
    """Read ``[NAME=]PLACE`` repeated: names and places; without a name the last part of the place is it.

    Parameters
    ----------
    texts : sequence of str
    option : str
        For messages.

    Raises
    ------
    UsageError
        Two have one name.

    Examples
    --------
    >>> named(["models/bert", "old=models/v1"], "--model")
    {'bert': 'models/bert', 'old': 'models/v1'}
    """
    found: dict[str, str] = {}
    for text in texts:
        name, sign, place = text.partition("=")
        if not sign or Path(text).exists():
            name, place = Path(text).resolve().name, text  # of '.' too
        if name in found:
            raise UsageError(
                f"{option}: '{found[name]}' and '{place}' both have the name '{name}'; name one: "
                f"{option} other={place}."
            )
        found[name] = place
    return found


def chosen_sets(names: Iterable[str]) -> list[WordSets]:
    """Find all word sets that were asked for.

    Parameters
    ----------
    names : iterable of str
        Of shipped sets, or files.

    Raises
    ------
    UsageError
        Two tests have one name.

    Examples
    --------
    >>> [one.name for one in chosen_sets(["gender-career"])]
    ['gender-career']
    """
    from fairkit.text.intrinsic.sets import word_sets

    found: dict[str, WordSets] = {}
    for name in names:
        for test, one in word_sets(name).items():
            if test in found:
                raise UsageError(f"--sets: there are two tests '{test}'; rename one.")
            found[test] = one
    return list(found.values())


def lines_of(path: str | None, default: Sequence[str]) -> tuple[str, ...]:
    """Read templates from a file, one a line; without one there are the default ones.

    Parameters
    ----------
    path : str or None
    default : sequence of str

    Raises
    ------
    DataError
        There is no such file.

    Examples
    --------
    >>> lines_of(None, ["It says {word}."])
    ('It says {word}.',)
    """
    if path is None:
        return tuple(default)
    from fairkit.text.intrinsic.contexts import read_corpus

    return tuple(read_corpus(path))


def deliver(
    make: Callable[[Callable[[int], None]], Iterator[Association] | Associations],
    doing: str,
    *,
    asked: dict[str, Any],
    read: Iterable[str] = (),
) -> None:
    """Measure, showing progress, and write the result where the options say.

    Parameters
    ----------
    make : callable
        Takes a function that it may tell how much is done; gives associations.
    doing : str
        For the progress line.
    asked : dict
        Values of all options.
    read : iterable of str
        Files that are read, which no output may replace.
    """
    from fairkit.text.intrinsic.model import Associations, associations_of

    files = check_files({"-o": asked["output"], "--html": asked["html"]}, read=read)
    with working(doing) as tell:
        made = make(tell)
        found = (
            made
            if isinstance(made, Associations)
            else associations_of(made, confidence=asked["confidence"], seed=asked["seed"])
        )
        views = {"-o": found.to_json, "--html": found.to_html}
        contents = {path: views[option]() for option, path in files.items()}
    # Only now: while progress is shown, rich stands in for stdout, and no terminal would be seen.
    text = found.to_json() if asked["as_json"] else found.to_text(width=text_width(), color=is_colored())
    write_files(contents)
    emit(text)
    if not files and is_colored():
        say("To keep it: --html page.html writes a page, -o found.json what 'compare' reads.")
