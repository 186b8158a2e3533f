"""One YAML document as plain tables, lists, texts and numbers; the part of YAML that means what it says.

PyYAML only cuts the text into events. The document is built from them here, because its own builders take
``no`` for False, unfold aliases and keep the last of two equal keys. Aliases, anchors, tags, directives,
several documents and equal keys are refused at the event that brings them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from bounty.claims.files.fields import printable
from fairkit.errors import ClaimError, MissingDependencyError

MOST_EVENTS = 2_000
"""Tables, lists, keys and values that a document may have, counted as YAML's events."""

MOST_NESTED = 8
"""How deep tables and lists may nest; a claim needs four."""

MOST_OPENING = 512
"""Opening brackets that a document may have; at each, PyYAML looks back at those before."""

_WORDS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_EMPTY = {"", "~", "null", "Null", "NULL"}


def document_of(text: str) -> dict[str, Any]:
    r"""Read a YAML document whose top is a table.

    Raises
    ------
    ClaimError
        It is no YAML, too deep or too long, or uses what no claim needs.

    Examples
    --------
    >>> document_of("predict: no\nmargin: 0.020\nrules:\n- when: age < 25")
    {'predict': 'no', 'margin': Decimal('0.020'), 'rules': [{'when': 'age < 25'}]}
    >>> document_of("a: &all [1]\nb: *all")
    Traceback (most recent call last):
    ...
    fairkit.errors.ClaimError: the claim file, line 1: anchors are not read; write the value itself.
    """
    try:
        import yaml
    except ImportError:
        raise MissingDependencyError(
            "claims in YAML need PyYAML: pip install 'fairkit[bounty]', or write TOML."
        ) from None
    if text.count("[") + text.count("{") > MOST_OPENING:
        raise ClaimError(f"the claim file has more than {MOST_OPENING} opening brackets.")
    try:
        return _Builder(yaml.parse(text, Loader=yaml.SafeLoader)).document()
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        said = printable(error.problem or "it cannot be read", 200)
        raise ClaimError(f"the claim file is no YAML{line}: {said}.") from None
    except (yaml.YAMLError, ValueError, LookupError, RecursionError) as error:
        if isinstance(error, ClaimError):
            raise
        raise ClaimError("the claim file is no YAML: it has a character that YAML does not allow.") from None


class _Builder:
    """Builds a document from events, one after the other."""

    def __init__(self, events: Iterator[Any]) -> None:
        self.events = events
        self.seen = 0

    def document(self) -> dict[str, Any]:
        self.next()
        event = self.next()
        if self.is_kind(event, "StreamEnd"):
            return {}
        if event.version or event.tags:
            self.refuse(event, "directives are not read; leave out the lines that begin with %.")
        content = self.value(self.next(), 1)
        self.next()
        if not self.is_kind(last := self.next(), "StreamEnd"):
            self.refuse(last, "there is a second document; a file holds one claim.")
        if content is None:
            return {}
        if not isinstance(content, dict):
            raise ClaimError("the claim file holds no table; write lines such as claim: disparity.")
        return content

    def next(self) -> Any:
        event = next(self.events)
        self.seen += 1
        if self.seen > MOST_EVENTS:
            self.refuse(event, f"the file has more than {MOST_EVENTS:,} parts.")
        return event

    def value(self, event: Any, depth: int) -> Any:
        if self.is_kind(event, "Alias"):
            self.refuse(event, "aliases are not read; write the value itself.")
        if event.anchor is not None:
            self.refuse(event, "anchors are not read; write the value itself.")
        if event.tag is not None:
            self.refuse(event, "tags are not read; leave out the word that begins with !.")
        if self.is_kind(event, "Scalar"):
            return self.scalar(event)
        if depth > MOST_NESTED:
            self.refuse(event, f"the file is nested more than {MOST_NESTED} deep.")
        if self.is_kind(event, "SequenceStart"):
            return self.items(depth)
        return self.table(depth)

    def items(self, depth: int) -> list[Any]:
        items = []
        while not self.is_kind(event := self.next(), "SequenceEnd"):
            items.append(self.value(event, depth + 1))
        return items

    def table(self, depth: int) -> dict[str, Any]:
        table: dict[str, Any] = {}
        while not self.is_kind(event := self.next(), "MappingEnd"):
            if not self.is_kind(event, "Scalar") or event.anchor is not None or event.tag is not None:
                self.refuse(event, "a key is one word.")
            if event.value in table:
                self.refuse(event, f"'{printable(event.value)}' is written twice.")
            table[event.value] = self.value(self.next(), depth + 1)
        return table

    def scalar(self, event: Any) -> str | int | bool | Decimal | None:
        text: str = event.value
        if not event.implicit[0]:
            return text
        if text in _EMPTY:
            return None
        if text in _WORDS:
            return _WORDS[text]
        if _NUMBER.fullmatch(text):
            try:
                return Decimal(text) if re.search(r"[.eE]", text) else int(text)
            except (ValueError, InvalidOperation):
                self.refuse(event, "a number is out of range.")
        return text

    @staticmethod
    def is_kind(event: Any, kind: str) -> bool:
        return type(event).__name__ == f"{kind}Event"

    @staticmethod
    def refuse(event: Any, message: str) -> NoReturn:
        raise ClaimError(f"the claim file, line {event.start_mark.line + 1}: {message}")
