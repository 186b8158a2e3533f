"""A policy with every value that holds, and where it comes from: the file, or a default."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from fairkit.policy.keys import POLICY, TABLES
from fairkit.policy.loading import Document
from fairkit.policy.model import Compare, Number, Policy
from fairkit.policy.places import Place, Problems, json_path
from fairkit.policy.tables import Table
from fairkit.toml_text import toml_value

__all__ = ["Resolved", "resolved"]

Origin = Literal["file", "default"]


@dataclass(frozen=True, slots=True)
class Resolved:
    """One value of a policy.

    Parameters
    ----------
    table : str
        The header above it, as in TOML: ``[groups.sex]``; empty at the top.
    key : str
    path : str
        JSON path in the file.
    value : any
        As JSON says it.
    text : str
        As TOML says it; numbers as they were written.
    origin : {"file", "default"}
    why : str
        Where a default depends on something: on what.
    line : int or None

    Examples
    --------
    >>> Resolved("[evidence]", "seed", "$.evidence.seed", 0, "0", "default", "", None).origin
    'default'
    """

    table: str
    key: str
    path: str
    value: Any
    text: str
    origin: Origin
    why: str
    line: int | None


def resolved(document: Document) -> tuple[Resolved, ...]:
    """List every value that holds in a policy.

    Parameters
    ----------
    document : Document
        See :func:`fairkit.policy.loading.load_document`.

    Returns
    -------
    tuple of Resolved
        In the order of the description; keys that are left out and have no default are not there.

    Raises
    ------
    PolicyError
        The document states no policy.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from fairkit.policy.loading import load_document
    >>> from fairkit.policy.template import template
    >>> with tempfile.TemporaryDirectory() as place:
    ...     _ = Path(place, "fairness.toml").write_text(template())
    ...     found = resolved(load_document(folder=Path(place)))
    >>> [(each.text, each.origin) for each in found if each.path == "$.check[0].severity"]
    [('"error"', 'default')]
    """
    policy, table, base = document.policy, document.table, document.base
    problems = Problems(lines=document.lines)
    top = Table(POLICY.what, {name: key for name, key in POLICY.keys.items() if name not in TABLES})
    found = list(_values("", top, table, base, problems))
    for name in ("data", "speech", "evidence"):
        if name in table or name == "evidence":
            found += _values(f"[{name}]", TABLES[name], table.get(name, {}), (*base, name), problems)
    for name, inner in table["groups"].items():
        place = (*base, "groups", name)
        found += _values(f"[groups.{name}]", TABLES["groups"], inner, place, problems)
    for i, inner in enumerate(table["check"]):
        place = (*base, "check", i)
        found += _check(inner, i, policy, place, problems)
    for name, inner in table.get("baselines", {}).items():
        place = (*base, "baselines", name)
        found += _values(f"[baselines.{name}]", TABLES["baselines"], inner, place, problems)
    for i, inner in enumerate(table.get("waiver", [])):
        found += _values(f"[[waiver]] {i + 1}", TABLES["waiver"], inner, (*base, "waiver", i), problems)
    return tuple(found)


def _check(
    inner: Mapping[str, Any], position: int, policy: Policy, place: Place, problems: Problems
) -> Iterator[Resolved]:
    """List the values of a check; some defaults depend on its other values."""
    check = policy.checks[position]
    depends: dict[str, tuple[str, str] | None] = {
        "compare": (str(check.compare), "a baseline is named"),
        "on_inconclusive": (str(policy.effect(check)), f"rule is {check.rule}"),
    }
    if check.compare is not Compare.DIFFERENCE:
        depends["direction"] = None
    yield from _values(f"[[check]] {check.id}", TABLES["check"], inner, place, problems, depends=depends)


def _values(
    header: str,
    table: Table,
    given: Mapping[str, Any],
    place: Place,
    problems: Problems,
    *,
    depends: Mapping[str, tuple[str, str] | None] = MappingProxyType({}),
) -> Iterator[Resolved]:
    for name, key in table.keys.items():
        at = (*place, name)
        path = json_path(at)
        if name in given:
            value, text = _plain(given[name]), _text(given[name])
            yield Resolved(header, name, path, value, text, "file", "", problems.line_of(at))
            continue
        value, why = (depends[name] or (None, "")) if name in depends else (key.default_value, "")
        if value is not None:
            yield Resolved(header, name, path, value, toml_value(value), "default", why, None)


def _plain(value: Any) -> Any:
    if isinstance(value, Number):
        return value.value
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _text(value: Any) -> str:
    """Write a value as TOML; numbers keep their text, and dates have no quotes."""
    if isinstance(value, Number):
        return value.text
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value))}]"
    return toml_value(_plain(value))
