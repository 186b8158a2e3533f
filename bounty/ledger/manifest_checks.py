"""What a manifest may say: one check a field, all of them asked, so that every problem is named at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Any, get_args

from bounty.certificates.terms import Terms
from bounty.claims.claim import Part
from bounty.ledger.canonical_json import dumps, number_of
from bounty.ledger.entries import time_text
from bounty.ledger.sealing import is_hash
from bounty.rows.answers import Form
from bounty.rows.columns import MOST_LEVELS, Kind
from bounty.rows.losses import Loss
from fairkit.errors import BountyError, LedgerError, did_you_mean

__all__ = ["SCHEMA", "manifest_problems"]

SCHEMA = "fairkit.bounty/1"

_MOST_TEXT = 1_000
_DECIMAL = re.compile(r"1|0\.[0-9]*[1-9]", re.ASCII)
_HASH = "is no hash: 64 hexadecimal digits in lower case."


def manifest_problems(content: Any) -> list[str]:
    """Say what is wrong with the content of a manifest; nothing where it is one.

    Examples
    --------
    >>> manifest_problems([])
    ['a manifest is a JSON object.']
    """
    if not isinstance(content, Mapping):
        return ["a manifest is a JSON object."]
    problems = [f"'{name}' is missing." for name in _CHECKS if name not in content]
    problems += [
        f"{_shown(name)} is no field of a manifest.{did_you_mean(str(name)[:40], _CHECKS)}"
        for name in content
        if name not in _CHECKS
    ]
    for name, check in _CHECKS.items():
        if name in content:
            problems += [f"{name}{fault}" for fault in check(content[name])]
    if not problems:
        problems += [f"losses{fault}" for fault in _unfit_losses(content)]
    if not problems:
        try:
            dumps(content)
        except LedgerError as error:
            problems += error.problems
    return problems


def _schema(value: Any) -> list[str]:
    return [] if value == SCHEMA else [f": {_shown(value)} is not '{SCHEMA}'; another version wrote it."]


def _text(value: Any) -> list[str]:
    if isinstance(value, str) and value.strip() and len(value) <= _MOST_TEXT:
        return []
    return [f": {_shown(value)} is no text of 1 to {_MOST_TEXT:,} characters."]


def _texts(value: Any) -> list[str]:
    if not isinstance(value, list):
        return [f": {_shown(value)} is no list of texts."]
    faults = [f"[{i}]{fault}" for i, each in enumerate(value) for fault in _text(each)]
    if not faults and len(set(value)) < len(value):
        faults.append(": a name stands twice.")
    return faults


def _time(value: Any) -> list[str]:
    try:
        time_text(str(value))
    except LedgerError as error:
        return [f": {error}"]
    return []


def _hash(value: Any) -> list[str]:
    return [] if is_hash(value) else [f": {_shown(value)} {_HASH}"]


def _hash_or_none(value: Any) -> list[str]:
    return [] if value is None else _hash(value)


def _count(value: Any) -> list[str]:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return []
    return [f": {_shown(value)} is no whole number from 1 up."]


def _share(value: Any) -> list[str]:
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return []
    return [f": {_shown(value)} is no decimal text above 0 and up to 1, such as '0.95'."]


def _parts(value: Any) -> list[str]:
    faults = _fields(value, dict.fromkeys(get_args(Part), _no_fault))
    if faults:
        return faults
    for name, part in value.items():
        hashed = "hash" if name == "public" else "seal"
        faults += [f".{name}{fault}" for fault in _fields(part, {"rows": _count, hashed: _hash})]
    return faults


def _columns(value: Any) -> list[str]:
    if not isinstance(value, list) or not value:
        return [": there must be a list of columns, of one at least."]
    faults = [f"[{i}]{fault}" for i, column in enumerate(value) for fault in _column(column)]
    if not faults:
        named = Counter(column["name"] for column in value)
        faults += [
            f": column {_shown(name)} stands {count} times." for name, count in named.items() if count > 1
        ]
    return faults


def _column(value: Any) -> list[str]:
    faults = _fields(value, {"name": _text, "kind": _kind, "levels": _list})
    if faults:
        return faults
    levels = value["levels"]
    if len(levels) > MOST_LEVELS:
        return [f".levels: there are {len(levels):,}; a column has at most {MOST_LEVELS:,}."]
    wanted = bool if value["kind"] == "bool" else str
    if odd := [level for level in levels if not isinstance(level, wanted)]:
        return [f".levels: {_shown(odd[0])} is no {'boolean' if wanted is bool else 'text'}."]
    try:
        read = [number_of(level) for level in levels] if value["kind"] == "number" else levels
    except LedgerError as error:
        return [f".levels: {error}"]
    if any(one >= other for one, other in pairwise(read)):
        return [".levels: they are not in order, each once."]
    return []


def _kind(value: Any) -> list[str]:
    kinds = get_args(Kind)
    return [] if value in kinds else [f": {_shown(value)} is none of {', '.join(kinds)}."]


def _list(value: Any) -> list[str]:
    return [] if isinstance(value, list) else [f": {_shown(value)} is no list."]


def _answers(value: Any) -> list[str]:
    faults = _fields(value, {"form": _form, "classes": _texts, "low": _number, "high": _number})
    if faults:
        return faults
    classes, form = len(value["classes"]), value["form"]
    if form == Form.DECISION and classes != 2:
        faults.append(
            f".classes: a decision has two, the second of which is the positive one; not {classes}."
        )
    if form == Form.CLASSES and classes < 2:
        faults.append(f".classes: there must be two at least, not {classes}.")
    if form in {Form.SCORE, Form.COST} and classes:
        faults.append(f".classes: a {form} has none.")
    if number_of(value["low"]) >= number_of(value["high"]):
        faults.append(f".low: {value['low']} is not below high, {value['high']}.")
    return faults


def _form(value: Any) -> list[str]:
    forms = [form.value for form in Form]
    return [] if value in forms else [f": {_shown(value)} is none of {', '.join(forms)}."]


def _number(value: Any) -> list[str]:
    try:
        number_of(value)
    except LedgerError as error:
        return [f": {error}"]
    return []


def _losses(value: Any) -> list[str]:
    if not isinstance(value, list) or not value:
        return [": there must be a list of losses, the main one first."]
    fields = {"name": _text, "largest": _count, "largest_unit": _count}
    faults = [f"[{i}]{fault}" for i, loss in enumerate(value) for fault in _fields(loss, fields)]
    if not faults and len({loss["name"] for loss in value}) < len(value):
        faults.append(": a loss stands twice.")
    return faults


def _unfit_losses(content: Mapping[str, Any]) -> list[str]:
    """Say which losses cannot be taken of the model's answers."""
    faults = []
    for i, loss in enumerate(content["losses"]):
        sizes = {"largest": loss["largest"], "largest_unit": loss["largest_unit"]}
        try:
            meant = Loss.named(loss["name"], Form(content["answers"]["form"]), **sizes)
        except BountyError as error:
            faults += [f"[{i}]: {problem}" for problem in error.problems]
            continue
        faults += [
            f"[{i}].{name}: {size} is not that of this loss, {getattr(meant, name)}."
            for name, size in sizes.items()
            if size != getattr(meant, name)
        ]
    return faults


def _terms(value: Any) -> list[str]:
    if not isinstance(value, Mapping):
        return [f": {_shown(value)} is no JSON object."]
    try:
        plain = Terms.from_dict(value).to_dict()
    except BountyError as error:
        return [f": {problem}" for problem in error.problems]
    # Equal terms have one form, or equal manifests would have different hashes.
    return [
        f".{name}: {_shown(value[name])} is written {_shown(term)}."
        for name, term in plain.items()
        if dumps(term) != _dumped(value[name])
    ]


def _dumped(value: Any) -> bytes:
    try:
        return dumps(value)
    except LedgerError:
        return b""


def _object(value: Any) -> list[str]:
    return [] if isinstance(value, Mapping) else [f": {_shown(value)} is no JSON object."]


def _fields(value: Any, checks: Mapping[str, Callable[[Any], list[str]]]) -> list[str]:
    """Check an object that has these fields and no others."""
    if not isinstance(value, Mapping):
        return [f": {_shown(value)} is no JSON object."]
    faults = [f": '{name}' is missing." for name in checks if name not in value]
    faults += [f": {_shown(name)} does not belong here." for name in value if name not in checks]
    for name, check in checks.items():
        if name in value:
            faults += [f".{name}{fault}" for fault in check(value[name])]
    return faults


def _no_fault(value: Any) -> list[str]:  # noqa: ARG001  checked by its caller
    return []


def _shown(value: Any) -> str:
    text = ascii(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


_CHECKS: Mapping[str, Callable[[Any], list[str]]] = MappingProxyType(
    {
        "schema": _schema,
        "title": _text,
        "created": _time,
        "fairkit_version": _text,
        "parts": _parts,
        "columns": _columns,
        "model": _text,
        "alternatives": _texts,
        "answers": _answers,
        "losses": _losses,
        "terms": _terms,
        "minimum_rows": _count,
        "duplicate": _share,
        "band_floor": _count,
        "settings": _object,
        "environment": _hash,
        "salt_commitment": _hash,
        "public_key": _hash_or_none,
    }
)
