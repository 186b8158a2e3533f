"""A claim file as a `Claim`, in the one form that its hash is taken of.

Predicates are kept in canonical form and margins in one spelling, so that two files that say the same
are the same claim. What needs the bounty's data (columns, classes, the host's other models) is looked at
later, on the public rows (`bounty.claims.proposals.fits`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bounty.claims.claim import (
    OVERALL,
    REST,
    Alternative,
    Claim,
    ClaimKind,
    Constant,
    GroupFunction,
    OnnxModel,
    RepairModel,
    Rules,
)
from bounty.claims.files.attached import Folder, attached_model, read_regular
from bounty.claims.files.documents import MOST_BYTES, document_of
from bounty.claims.files.fields import Table, printable
from bounty.rows.losses import LossName
from fairkit import predicates
from fairkit.errors import ClaimError, PredicateError, did_you_mean

MOST_RULES = 64
"""Rules that a model may have."""

MOST_DIGITS = 12
"""Digits after the point that a margin may have."""

LONGEST_ANSWER = 200
"""Characters of a class's or a model's name."""

ABOUT: Mapping[str, int] = MappingProxyType({"title": 200, "harmed": 4000, "harm": 4000, "evidence": 4000})
"""The words around a claim, and how many characters each may have."""

_KEYS = ("claim", "loss", "group", "group_model", "compare", "margin", "model", "about")
_MODELS = ("predict", "use", "onnx", "rules")
_LARGEST = 2**53
_MARGIN = re.compile(r"[0-9]{0,3}(?:\.[0-9]{0,40})?(?:[eE][-+]?[0-9]{1,3})?")


def read_claim(path: Path | str) -> Claim:
    r"""Read a claim file, and the ONNX files beside it that it names.

    Parameters
    ----------
    path : Path or str
        A file that ends in .toml, .yaml or .yml, of at most 64 KiB.

    Returns
    -------
    Claim

    Raises
    ------
    ClaimError
        The file cannot be read or is no claim; `problems` has every problem with its place. Nothing else is
        raised for any content.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "claim.toml")
    ...     _ = file.write_text("claim = 'disparity'\nloss = 'error'\ngroup = '25 > age'\nmargin = 0.020")
    ...     claim = read_claim(file)
    >>> claim.group, claim.margin, claim.compare
    ('age < 25', '0.02', 'overall')
    """
    path = Path(path)
    content = read_regular(path, MOST_BYTES)
    if content is None:
        raise ClaimError(f"there is no claim file '{printable(str(path), 200)}' that can be read.")
    return claim_of(document_of(content, path.suffix), folder=path.parent)


def claim_of(content: Mapping[str, Any], *, folder: Folder = None) -> Claim:
    """Make a claim of a document's content.

    Parameters
    ----------
    content : mapping
        As TOML, YAML or JSON gives it.
    folder : Path, mapping of str to bytes, or None
        Where the ONNX files are that it names: a folder, or the files by name.

    Returns
    -------
    Claim

    Raises
    ------
    ClaimError
        With every problem and its place.

    Examples
    --------
    >>> claim_of({"claim": "disparity", "lost": "error", "group": "age <", "margin": 2})
    Traceback (most recent call last):
    ...
    fairkit.errors.ClaimError: 4 problems:
      - $.lost is no key of a claim. Did you mean 'loss'?
      - $.loss is missing; write loss = "error", "false_positive", ...
      - $.group: predicate, character 5: a literal is expected here: ...
        age <
            ^
      - $.margin is 2; write a number from 0 to below 1 with at most 12 digits after the point.
    """
    if not isinstance(content, Mapping):
        raise ClaimError("a claim is a table with keys such as claim, loss and group.")
    table = Table(content)
    table.refuse_others(_KEYS)
    kind = _one_of(table, "claim", [kind.value for kind in ClaimKind])
    loss = _one_of(table, "loss", [name.value for name in LossName])
    group = _group(table, folder)
    compare = _compare(table) if table.has("compare") else OVERALL
    margin = _margin(table) if table.has("margin") else "0"
    model = _model(table, folder) if table.has("model") else None
    about = _about(table)
    _refuse_what_does_not_belong(table, kind)
    table.raise_problems()
    if kind is None or loss is None or group is None or compare is None or margin is None:
        raise ClaimError("the claim is incomplete.")
    return Claim(ClaimKind(kind), loss, group, compare, margin, model, about)


def _one_of(table: Table, key: str, known: list[str]) -> str | None:
    listed = ", ".join(f'"{name}"' for name in known[:-1]) + f' or "{known[-1]}"'
    if not table.has(key):
        table.wrong(key, f"is missing; write {key} = {listed}.")
        return None
    text: str | None = table.of_kind(key, str, listed)
    if text is None or text in known:
        return text
    table.wrong(key, f"is '{printable(text)}'; write {listed}.{did_you_mean(text[:40], known)}")
    return None


def _predicate(table: Table, key: str) -> str | None:
    text = table.of_kind(key, str, 'a predicate in quotes, such as "age < 25"')
    if text is None:
        return None
    try:
        return predicates.parse(text).canonical
    except PredicateError as error:
        table.problems.extend(f"{table.where}.{key}: {problem}" for problem in error.problems)
        return None


def _group(table: Table, folder: Folder) -> GroupFunction | None:
    if table.has("group") == table.has("group_model"):
        state = "are both there" if table.has("group") else "are both missing"
        table.problems.append(
            f"{table.where}.group and {table.where}.group_model {state}; "
            'write one: group = "age < 25" or group_model = "g.onnx".'
        )
    if table.has("group_model"):
        return _onnx(table, "group_model", folder)
    return _predicate(table, "group")


def _onnx(table: Table, key: str, folder: Folder) -> OnnxModel | None:
    name = table.of_kind(key, str, 'a file\'s name, such as "model.onnx"')
    if name is None:
        return None
    try:
        return attached_model(name, folder)
    except ClaimError as error:
        table.problems.extend(f"{table.where}.{key}: {problem}" for problem in error.problems)
        return None


def _compare(table: Table) -> str | None:
    if table.content["compare"] in (OVERALL, REST):
        return str(table.content["compare"])
    # A boolean column of such a name is meant by its canonical form: rest == True.
    return _predicate(table, "compare")


def _margin(table: Table) -> str | None:
    given = table.of_kind("margin", (int, float, Decimal, str), "a number from 0 to below 1")
    if given is None:
        return None
    number = _decimal(given)
    margin = None if number is None else _canonical(number)
    if margin is None:
        said = printable(str(given)) if not isinstance(given, int) or abs(given) < _LARGEST else "too large"
        table.wrong(
            "margin",
            f"is {said}; write a number from 0 to below 1 with at most {MOST_DIGITS} digits after the point.",
        )
    return margin


def _decimal(given: float | Decimal | str) -> Decimal | None:
    if isinstance(given, str) and not _MARGIN.fullmatch(given):
        return None
    try:
        return Decimal(repr(given) if isinstance(given, float) else given)
    except InvalidOperation:
        return None


def _canonical(number: Decimal) -> str | None:
    """Write a margin in its one form, without rounding; None where it has none."""
    if not number.is_finite() or not 0 <= number < 1:
        return None
    if not number:
        return "0"
    _, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)  # noqa: S101  it is finite
    while not digits[-1]:
        digits, exponent = digits[:-1], exponent + 1
    return f"{Decimal((0, digits, exponent)):f}" if exponent >= -MOST_DIGITS else None


def _answer(table: Table, key: str) -> str | None:
    """Give an answer as text: numbers as they are written, truth values as Python prints them."""
    given = table.of_kind(key, (str, bool, int, float, Decimal), "text, a number, true or false")
    if isinstance(given, int) and abs(given) > _LARGEST:
        table.wrong(key, f"is too large; whole numbers go up to {_LARGEST:,}.")
        return None
    return None if given is None else table.plain(key, str(given), most=LONGEST_ANSWER)


def _model(table: Table, folder: Folder) -> RepairModel | None:
    model = table.table("model")
    if model is None:
        return None
    model.refuse_others((*_MODELS, "otherwise"))
    named = [key for key in _MODELS if model.has(key)]
    if len(named) != 1:
        found = f"has {' and '.join(named)}" if named else "is empty"
        table.wrong("model", f"{found}; write exactly one of predict, use, onnx or rules.")
    if model.has("otherwise") and not model.has("rules"):
        model.wrong("otherwise", "belongs to rules; there are none.")
    made = [_MAKERS[key](model, folder) for key in named]
    return made[0] if made else None


def _constant(model: Table, folder: Folder) -> Constant | None:  # noqa: ARG001
    answer = _answer(model, "predict")
    return None if answer is None else Constant(answer)


def _alternative(model: Table, folder: Folder) -> Alternative | None:  # noqa: ARG001
    name = model.text("use", most=LONGEST_ANSWER)
    return None if name is None else Alternative(name)


def _onnx_model(model: Table, folder: Folder) -> RepairModel | None:
    return _onnx(model, "onnx", folder)


def _rules(model: Table, folder: Folder) -> Rules | None:  # noqa: ARG001
    cases = []
    for rule in model.tables("rules", most=MOST_RULES):
        rule.refuse_others(("when", "predict"))
        for key, write in (("when", 'when = "age < 25"'), ("predict", 'predict = "yes"')):
            if not rule.has(key):
                rule.wrong(key, f"is missing; write {write}.")
        condition, answer = _predicate(rule, "when"), _answer(rule, "predict")
        if condition is not None and answer is not None:
            cases.append((condition, answer))
    return Rules(tuple(cases), _answer(model, "otherwise"))


_MAKERS: Mapping[str, Callable[[Table, Folder], RepairModel | None]] = MappingProxyType(
    {"predict": _constant, "use": _alternative, "onnx": _onnx_model, "rules": _rules}
)


def _about(table: Table) -> Mapping[str, str]:
    about = table.table("about")
    if about is None:
        return MappingProxyType({})
    about.refuse_others(list(ABOUT))
    read = {key: about.text(key, most=most, lines=key != "title") for key, most in ABOUT.items()}
    return MappingProxyType({key: text.strip() for key, text in read.items() if text and text.strip()})


def _refuse_what_does_not_belong(table: Table, kind: str | None) -> None:
    if kind == ClaimKind.DISPARITY and table.has("model"):
        table.wrong("model", "belongs to a repair; a disparity proposes no model.")
    if kind == ClaimKind.REPAIR:
        if not table.has("model"):
            table.wrong("model", 'is missing; a repair proposes a model, such as [model] predict = "yes".')
        for key in ("compare", "margin"):
            if table.has(key):
                table.wrong(key, "belongs to a disparity; a repair is judged against the current model.")
