"""A first policy file: valid, with every key explained in a line, and what is not used yet commented out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from fairkit.policy.keys import POLICY, TABLES
from fairkit.policy.tables import Table
from fairkit.toml_text import toml_key, toml_value

__all__ = ["EXAMPLE", "Draft", "template"]

_HEAD = """\
# What a release is held to. 'fairkit check' judges by this file, 'fairkit policy validate' reads it, and
# 'fairkit policy schema' writes a JSON Schema that lets editors complete it. What stands behind a # is off.
"""
_OFF = "# "


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a first policy says; values are TOML.

    Parameters
    ----------
    name : str
    data, speech : mapping of str to str
        Empty where there are no such data: then the table is commented out.
    groups : mapping of name to (mapping of str to str)
    checks : sequence of (mapping of str to str)
    remarks : mapping of name to str
        What is said above groups.

    Examples
    --------
    >>> EXAMPLE.groups["sex"]["column"]
    '"sex"'
    """

    name: str
    groups: Mapping[str, Mapping[str, str]]
    checks: Sequence[Mapping[str, str]]
    data: Mapping[str, str] = field(default_factory=dict)
    speech: Mapping[str, str] = field(default_factory=dict)
    remarks: Mapping[str, str] = field(default_factory=dict)


EXAMPLE = Draft(
    name="my-model",
    data={"label": '"label"', "decision": '"decision"'},
    groups={
        "sex": {"column": '"sex"'},
        "race": {"column": '"race"'},
        "sex_race": {"columns": '["sex", "race"]', "min_n": "50"},
    },
    checks=(
        {
            "id": '"selection-four-fifths"',
            "metric": '"selection_rate"',
            "groups": '["sex", "race"]',
            "compare": '"ratio"',
            "min": "0.80",
        },
        {
            "id": '"tpr-gap"',
            "metric": '"true_positive_rate"',
            "groups": '["sex", "race", "sex_race"]',
            "compare": '"difference"',
            "max": "0.10",
        },
    ),
    remarks={"sex": "Names of columns here and in [data] are examples: write those of your data."},
)
"""A policy without data: columns are examples."""


def template(draft: Draft = EXAMPLE) -> str:
    """Write a first policy file.

    Parameters
    ----------
    draft : Draft

    Returns
    -------
    str
        TOML; ends with a newline. It reads as a policy.

    Examples
    --------
    >>> import tomllib
    >>> from fairkit.policy import policy_of
    >>> policy_of(tomllib.loads(template())).name
    'my-model'
    >>> print(template().splitlines()[4])
    name = "my-model"  # its name, in reports
    """
    top = {"schema": POLICY.keys["schema"].example, "name": toml_value(draft.name)}
    top["on_inconclusive"] = POLICY.keys["on_inconclusive"].example
    shown = Table(POLICY.what, {name: POLICY.keys[name] for name in top})
    parts = ["\n".join([_HEAD, *_lines(shown, top, whole=True)])]
    given = {name: key.example for name, key in TABLES["evidence"].keys.items() if name != "seed"}
    tables = {"data": draft.data, "speech": draft.speech, "evidence": given}
    parts += [_part(name, f"[{name}]", keys) for name, keys in tables.items()]
    for i, (name, keys) in enumerate(draft.groups.items()):
        remark = draft.remarks.get(name)
        parts.append(_part("groups", f"[groups.{toml_key(name)}]", keys, whole=i == 0, remark=remark))
    for i, keys in enumerate(draft.checks):
        parts.append(_part("check", "[[check]]", keys, whole=i == 0))
    parts += [_part("baselines", "[baselines.last-release]", {}), _part("waiver", "[[waiver]]", {})]
    return "\n\n".join(parts) + "\n"


def _part(
    name: str, header: str, given: Mapping[str, str], *, whole: bool = True, remark: str | None = None
) -> str:
    """Write one table; all of it is off where nothing is given."""
    lines = [f"# {POLICY.keys[name].text}"] if whole else []
    lines += [f"# {remark}"] if remark else []
    off = "" if given else _OFF
    return "\n".join([*lines, f"{off}{header}", *_lines(TABLES[name], given, whole=whole)])


def _lines(table: Table, given: Mapping[str, str], *, whole: bool) -> Iterator[str]:
    for name, key in table.keys.items():
        if name in given:
            yield f"{name} = {given[name]}" + (f"  # {key.text}" if whole else "")
        elif whole:
            yield f"{_OFF}{name} = {key.example}  # {key.text}"
