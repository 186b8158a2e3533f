r"""Ids that mean the same utterance and are written differently: rules that match them, and which would help.

One side has ``clips\A7.MP3``, the other ``a7``: nothing matches until folders, extensions and case are
ignored. No rule is applied unasked; where ids do not match, the join says which rules would.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Literal

IdRule = Literal["slashes", "folder", "extension", "case", "unicode", "blanks"]

_EXTENSION = re.compile(
    r"\.(?:wav|mp3|mp4|flac|ogg|oga|opus|m4a|aac|webm|wma|aiff?|sph|au|raw|pcm|txt|json|lab|trn)$",
    re.IGNORECASE,
)
_RULES: Mapping[IdRule, Callable[[str], str]] = {  # in the order in which they are applied
    "blanks": lambda one: " ".join(one.split()),
    "unicode": lambda one: unicodedata.normalize("NFC", one),
    "slashes": lambda one: one.replace("\\", "/"),
    "folder": lambda one: re.split(r"[/\\]", one)[-1],
    "extension": lambda one: _EXTENSION.sub("", one),
    "case": str.casefold,
}
ID_RULES: tuple[IdRule, ...] = tuple(_RULES)
_TRIED: tuple[tuple[IdRule, ...], ...] = (
    *((rule,) for rule in _RULES),
    ("slashes", "case"),
    ("folder", "extension"),
    ("folder", "case"),
    ("extension", "case"),
    ("folder", "extension", "case"),
    tuple(_RULES),
)
_SAID: Mapping[IdRule, str] = {
    "slashes": "\\ were /",
    "folder": "folders were left out",
    "extension": "file extensions were left out",
    "case": "case were ignored",
    "unicode": "Unicode forms were made equal (NFC)",
    "blanks": "blanks were made equal",
}
_LOOKED_AT = 2_000


def ruled(one: str, rules: Collection[IdRule]) -> str:
    r"""Apply rules to an id, in the order that lets each do its work.

    Examples
    --------
    >>> ruled("clips\\\\A7.MP3", ["folder", "extension", "case"])
    'a7'
    """
    for rule, apply in _RULES.items():
        if rule in rules:
            one = apply(one)
    return one


def hint(missing: Sequence[str], unused: Collection[str], *, rules: Sequence[IdRule] = ()) -> str:
    """Say how many ids without a partner would have one under which rules; empty where none helps.

    Parameters
    ----------
    missing : sequence of str
        Ids of one side that the other lacks; of many, the first are looked at.
    unused : collection of str
        Ids of the other side that are left.
    rules : sequence of IdRule
        Rules that are applied already.

    Examples
    --------
    >>> hint(["a.wav", "b.wav"], ["A", "B", "C"])
    "2 of 2 would match if file extensions were left out and case were ignored
    (id_rules=['extension', 'case'], or --match-ids extension,case)."
    """
    looked_at = list(missing[:_LOOKED_AT])
    alike = {ruled(one, ID_RULES) for one in looked_at}
    near = [one for one in unused if ruled(one, ID_RULES) in alike]  # no rule could match the others
    best: tuple[int, tuple[IdRule, ...]] = (0, ())
    for tried in _TRIED:
        if set(tried) <= set(rules):
            continue
        there = {ruled(one, tried) for one in near}
        matched = sum(ruled(one, tried) in there for one in looked_at)
        if matched > best[0]:
            best = (matched, tried)
    matched, tried = best
    if not matched:
        return ""
    wanted = [rule for rule in _RULES if rule in {*rules, *tried}]
    said = " and ".join(_SAID[rule] for rule in tried)
    of = f"{len(looked_at):,}" if len(looked_at) == len(missing) else f"the first {len(looked_at):,}"
    typed = f"--match-ids {','.join(wanted)}"
    return f"{matched:,} of {of} would match if {said} (id_rules={wanted}, or {typed})."
