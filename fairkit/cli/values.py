"""Values of options that are more than one word: margins, models, declared levels, positive classes."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import Any

import click


def margins(
    ctx: click.Context, param: click.Parameter, texts: Sequence[str]
) -> list[float | tuple[float, float]] | None:
    """Read ``0.05`` (for ±0.05) or ``0.8,1.25`` (a range), each at most once.

    Raises
    ------
    click.BadParameter
        A text is neither one number nor two.
    """
    found: list[float | tuple[float, float]] = []
    for text in texts:
        try:
            numbers = [float(part) for part in text.split(",")]
        except ValueError:
            numbers = []
        if len(numbers) not in (1, 2):
            raise click.BadParameter(
                f"'{text}' is neither a number (0.05) nor two (0.8,1.25).", ctx=ctx, param=param
            )
        found.append(numbers[0] if len(numbers) == 1 else (numbers[0], numbers[1]))
    return found or None


def complete_metric(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:  # noqa: ARG001
    """Offer the shell the metrics that begin so."""
    from fairkit.metrics import CATALOGUE

    names = dict.fromkeys(name for family in CATALOGUE.values() for name in family)
    return [name for name in ("all", *names) if name.startswith(incomplete)]


def metrics(ctx: click.Context, param: click.Parameter, names: Sequence[str]) -> Any:  # noqa: ARG001
    """Return ``"default"``, ``"all"`` or the names."""
    return "all" if "all" in names else tuple(names) or "default"


def references(ctx: click.Context, param: click.Parameter, texts: Sequence[str]) -> Any:  # noqa: ARG001
    """Return the rest where nothing was named."""
    return tuple(texts) or "rest"


def models(ctx: click.Context, param: click.Parameter, texts: Sequence[str]) -> str | dict[str, str] | None:
    """Return the one column, or a mapping of models to columns where several are named.

    Raises
    ------
    click.BadParameter
        Several are given without names, or one name twice.
    """
    if len(texts) <= 1:
        return texts[0] if texts else None
    return _named(ctx, param, texts, "NAME=COLUMN, as in old=approved")


def systems(ctx: click.Context, param: click.Parameter, texts: Sequence[str]) -> str | dict[str, str] | None:
    """Return the one column, or a mapping of systems to columns where they are named.

    Raises
    ------
    click.BadParameter
        Several are given without names, or one name twice.
    """
    if len(texts) <= 1 and not any("=" in text for text in texts):
        return texts[0] if texts else None
    return _named(ctx, param, texts, "NAME=COLUMN, as in old=heard")


def normalizers(ctx: click.Context, param: click.Parameter, names: Sequence[str]) -> Any:  # noqa: ARG001
    """Return the names or files of rules; the basic one where none is named."""
    return "basic" if not names else names[0] if len(names) == 1 else tuple(names)


def columns(ctx: click.Context, param: click.Parameter, texts: Sequence[str]) -> tuple[str, ...]:  # noqa: ARG001
    """Read ``age,sex`` or repeated options; a column with a comma in its name is quoted as in CSV."""
    rows = csv.reader(texts, skipinitialspace=True)
    return tuple(name.strip() for row in rows for name in row if name.strip())


def pairs(ctx: click.Context, param: click.Parameter, texts: Sequence[str]) -> dict[str, str] | None:
    """Return label columns with their decision columns.

    Raises
    ------
    click.BadParameter
        A text has another form, or a label is given twice.
    """
    return _named(ctx, param, texts, "LABEL=DECISION, as in fast=predicted_fast") if texts else None


def classes(ctx: click.Context, param: click.Parameter, text: str | None) -> Any:  # noqa: ARG001
    """Return ``"all"``, the classes listed, or None."""
    if text is None or text == "all":
        return text
    return tuple(name.strip() for name in next(csv.reader([text], skipinitialspace=True), []))


def _named(ctx: click.Context, param: click.Parameter, texts: Sequence[str], form: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        name, equals, column = (part.strip() for part in text.partition("="))
        if not (name and equals and column) or column.startswith("=") or name.endswith(("!", "<", ">")):
            raise click.BadParameter(f"'{text}' is not {form}.", ctx=ctx, param=param)
        if name in found:
            raise click.BadParameter(f"'{name}' is given twice.", ctx=ctx, param=param)
        found[name] = column
    return found


def positive(ctx: click.Context, param: click.Parameter, texts: Sequence[str]) -> Any:
    """Return the one positive value, or a mapping where ``label=`` and ``decision=`` have their own.

    Raises
    ------
    click.BadParameter
        Both forms are mixed, or one is given twice.
    """
    named = [text.split("=", 1) for text in texts if text.startswith(("label=", "decision="))]
    roles = dict(named)
    if len(texts) <= 1 and not named:
        return texts[0] if texts else None
    if len(named) < len(texts) or len(roles) < len(named):
        raise click.BadParameter(
            "give one value for both columns, or label=VALUE and decision=VALUE.", ctx, param
        )
    return roles


def levels(ctx: click.Context, param: click.Parameter, texts: Sequence[str]) -> dict[str, list[str]] | None:
    """Read ``sex=F,M,X``; a level with a comma is quoted as in CSV.

    Raises
    ------
    click.BadParameter
        A text has another form, or an attribute is named twice.
    """
    declared: dict[str, list[str]] = {}
    for text in texts:
        name, equals, names = (part.strip() for part in text.partition("="))
        found = [level.strip() for level in next(csv.reader([names], skipinitialspace=True), [])]
        if not (name and equals and found and all(found)):
            raise click.BadParameter(f"'{text}' is not ATTRIBUTE=LEVEL,LEVEL, as in sex=F,M,X.", ctx, param)
        if name in declared:
            raise click.BadParameter(f"'{name}' is declared twice; list all its levels once.", ctx, param)
        declared[name] = found
    return declared or None
