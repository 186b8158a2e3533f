"""Where something is wrong with a policy: every problem with its JSON path and its line, all at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from fairkit.errors import PolicyError
from fairkit.report.phrases import visible

Place = tuple[str | int, ...]
"""Where a value is: names of tables and keys, and positions in lists, from 0."""

MOST = 50
"""Problems that are listed; of more, only how many they are."""

_LONGEST = 60
_ENOUGH = 1_000


class Problems:
    """What is wrong with a policy, collected while it is read.

    Parameters
    ----------
    file : str or None
        What the file is called; every problem begins with it.
    lines : mapping of place to int
        Lines of keys and headers, as :func:`fairkit.toml_text.key_lines` finds them.
    from_toml : bool
        Whether values come from TOML, which has dates of its own.

    Examples
    --------
    >>> problems = Problems(file="fairness.toml", lines={("check", 2): 41})
    >>> problems.add(("check", 2, "max"), "is missing")
    >>> problems.sentences
    ('fairness.toml: $.check[2].max is missing (line 41).',)
    """

    def __init__(
        self,
        *,
        file: str | None = None,
        lines: Mapping[Place, int] = MappingProxyType({}),
        from_toml: bool = False,
    ) -> None:
        self.file = file
        self.lines = lines
        self.from_toml = from_toml
        self._found: list[tuple[int, str]] = []

    def add(self, place: Place, what: str, *, because: Sequence[str] = ()) -> None:
        """Note a problem: `what` follows the path, `because` (one or more sentences) the line.

        Raises
        ------
        PolicyError
            There are a thousand: whoever sent this file wants to keep its reader busy.
        """
        line = self.line_of(place)
        body = f"{json_path(place)} {what.removesuffix('.')}" + (
            f" (line {line})" if line is not None else ""
        )
        if because:
            body += ": " + " ".join(because)
        elif not body.endswith("?"):
            body += "."
        prefix = "" if self.file is None else f"{self.file}: "
        self._found.append((line or 0, prefix + body))
        if len(self._found) >= _ENOUGH:
            self.refuse()

    def line_of(self, place: Place) -> int | None:
        """Find the line of a value, or of the nearest place around it that has one."""
        for length in range(len(place), 0, -1):
            if place[:length] in self.lines:
                return self.lines[place[:length]]
        return None

    @property
    def sentences(self) -> tuple[str, ...]:
        """All problems in the order of the file."""
        return tuple(text for _, text in sorted(self._found, key=lambda found: found[0]))

    def refuse(self) -> None:
        """End here if there is any problem.

        Raises
        ------
        PolicyError
            With all problems.
        """
        found = self.sentences
        if len(found) > MOST:
            rest = f"{len(found) - MOST:,} more problems{' at least' * (len(found) >= _ENOUGH)}"
            found = (*found[:MOST], f"... and {rest}.")
        if found:
            raise PolicyError(*found)


def json_path(place: Place) -> str:
    r"""Write a place as a JSON path.

    Examples
    --------
    >>> json_path(("check", 2, "max")), json_path(("baselines", "last-release", "sha256"))
    ('$.check[2].max', "$.baselines['last-release'].sha256")
    """
    return "$" + "".join(_step(part) for part in place)


def quoted(value: object) -> str:
    r"""Show a value of a policy in quotes on one line, not too long and without what steers a terminal.

    Examples
    --------
    >>> quoted("a" * 70)[:20], quoted("no\nline")
    ("'aaaaaaaaaaaaaaaaaaa", "'no\\nline'")
    """
    return f"'{shown(value)}'"


def shown(value: Any) -> str:
    """Show a value as :func:`quoted` does, without quotes.

    Examples
    --------
    >>> shown(True), shown(0.5)
    ('true', '0.5')
    """
    text = str(value).lower() if isinstance(value, bool) else visible(str(value))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _step(part: str | int) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    return f".{shown(part)}" if part.isidentifier() else f"[{quoted(part)}]"
