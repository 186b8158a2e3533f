"""One way to ask for a rewriter: the gender swap, a table by its name or file, or an object of one's own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from fairkit.errors import UsageError, did_you_mean, shortlist
from fairkit.text.rewriting import Rewriter

__all__ = ["GENDER", "rewriter_of"]

GENDER = "gender"
"""What the built-in swap changes."""

_OF_GENDER = ("direction", "names", "tagger", "exclude", "extra_pairs")
_OF_TABLES = ("target", "exclude")


def rewriter_of(
    attribute: str | os.PathLike[str] | Mapping[str, Any] | Rewriter = GENDER, **options: Any
) -> Rewriter:
    """Return what rewrites an attribute.

    Parameters
    ----------
    attribute : str, path, mapping, table or Rewriter
        ``"gender"`` for the swap of gender; else what :class:`fairkit.text.TableSwapper` takes, such as
        ``"religion"`` or a file of words; or an object that rewrites texts.
    **options
        Those of :class:`fairkit.text.GenderSwapper`, or `target` and `exclude` of a table.

    Returns
    -------
    Rewriter

    Raises
    ------
    UsageError
        An option does not exist, or not for this attribute.
    DataError
        A table is wrong.

    Examples
    --------
    >>> rewriter_of("religion", target="Jewish")("At church").text
    'At synagogue'
    >>> rewriter_of("religion", direction="neutral")
    Traceback (most recent call last):
        ...
    fairkit.errors.UsageError: 'direction' is an option of the swap of gender; a table has 'target', ...
    """
    from fairkit.text.attributes import AttributeTable, TableSwapper

    if not isinstance(attribute, str | os.PathLike | Mapping | AttributeTable):
        if not (callable(attribute) and callable(getattr(attribute, "texts", None))):
            raise UsageError(
                f"attribute must be 'gender', a table of words or an object that rewrites texts, it is "
                f"{type(attribute).__name__}."
            )
        if options:
            raise UsageError(
                f"a rewriter of your own has its options already; leave out {shortlist(list(options))}."
            )
        return attribute
    known = _OF_GENDER if attribute == GENDER else _OF_TABLES
    problems = [_unknown(name, known) for name in options if name not in known]
    if problems:
        raise UsageError(*problems)
    if attribute == GENDER:
        from fairkit.text.swap import GenderSwapper

        return GenderSwapper(**options)
    return TableSwapper(attribute, **options)


def _unknown(name: str, known: tuple[str, ...]) -> str:
    if name in _OF_GENDER:
        return f"'{name}' is an option of the swap of gender; a table has {shortlist(known)}."
    if name in _OF_TABLES:
        return f"'{name}' is an option of tables; the swap of gender has {shortlist(known)}."
    return f"there is no option '{name}' (there are {shortlist(known)}).{did_you_mean(name, known)}"
