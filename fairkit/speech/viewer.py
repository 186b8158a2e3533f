"""Chosen utterances as one self-contained page: what was said above what was heard, word above word.

No script and no request to anywhere. Errors differ by colour, by frame and by letter, and each says to a
screen reader what it is. Text that runs from right to left does so as a whole, while every word is isolated
from its neighbours, so that no word of another script, no digit and no control character can reorder a line.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import fairkit
from fairkit.errors import UsageError
from fairkit.report.phrases import UNDEFINED, counted
from fairkit.report.webpage import page_template
from fairkit.speech.chosen import AlignedUtterance, Column, Edit, aligned, choose
from fairkit.speech.normalize import Normalizer
from fairkit.speech.questions import Normalizers, normalizers_of
from fairkit.speech.shown import right_to_left, shown, shown_apart
from fairkit.speech.utterances import Utterances

MOST_UTTERANCES = 200
"""Utterances that a page shows."""

WORST = 50
"""Utterances of each system that the page of the worst shows."""

MOST_COLUMNS = 400
"""Places of an alignment that are shown; the rest is counted."""

LONG_RUN = 24
"""Words added, or left out, one after another: of a longer run the first are shown."""

MOST_CHARACTERS = 1_000
"""Characters of a text as it was given that are shown."""

_CSS: dict[Edit, str] = {"substitution": "s", "deletion": "d", "insertion": "i"}
_DONE: dict[Edit, str] = {"substitution": "substituted", "deletion": "deleted", "insertion": "inserted"}

Context = dict[str, Any]


def alignment_page(
    utterances: Utterances,
    chosen: Sequence[int] | Sequence[str],
    *,
    normalizer: Normalizer,
    title: str = "Alignments",
    systems: Sequence[str] | None = None,
    most: int = MOST_UTTERANCES,
    most_columns: int = MOST_COLUMNS,
    most_characters: int = MOST_CHARACTERS,
) -> str:
    """Write the alignments of chosen utterances as one HTML page.

    Parameters
    ----------
    utterances : Utterances
        Scored with texts kept.
    chosen : sequence of int or of str
        Positions, as :func:`fairkit.speech.chosen.choose` gives them, or ids.
    normalizer : Normalizer
        One of those with which the utterances were scored.
    title : str
    systems : sequence of str, optional
        All systems unless some are named.
    most, most_columns, most_characters : int
        Utterances on the page, words (or characters) of an alignment, and characters of a text as given.
        What is beyond is counted, not shown.

    Returns
    -------
    str
        A complete document, light or dark as the reader's system is, fit for print.

    Raises
    ------
    UsageError
        An id, a system or the normaliser is not known, the texts were not kept, or a number is below 1; all
        problems at once.

    Examples
    --------
    >>> from fairkit.speech import normalizer, score
    >>> rows = {"said": ["A pin."], "heard": ["a pen"]}
    >>> found = score(rows, reference="said", hypothesis="heard", keep_texts=True)
    >>> page = alignment_page(found, [0], normalizer=normalizer("basic"))
    >>> "substituted: said pin, heard pen" in page, "<script" in page
    (True, False)
    """
    limits = {"most": most, "most_columns": most_columns, "most_characters": most_characters}
    problems = [f"{name} must be at least 1, not {n}." for name, n in limits.items() if n < 1]
    try:
        found = aligned(utterances, chosen, normalizer=normalizer, systems=systems)
    except UsageError as error:
        raise UsageError(*problems, *error.problems) from None
    if problems:
        raise UsageError(*problems)
    made: list[Context] = []
    beyond = 0
    for position, of in groupby(found, key=lambda alignment: alignment.position):
        if len(made) == most:
            beyond = len({position, *(alignment.position for alignment in found)})
            break
        made.append(_utterance(list(of), most_columns=most_columns, most_characters=most_characters))
    unit = utterances.unit.removesuffix("s")
    stamp = normalizer.stamp
    template = page_template("fairkit.speech", "alignments.html.j2", css=("alignments.css",), shown=shown)
    return template.render(
        title=title,
        version=fairkit.__version__,
        unit=unit,
        line=f"{counted(len(made), 'utterance')} · normaliser {stamp.name}, version {stamp.version} · "
        f"aligned by {unit} · fairkit {fairkit.__version__}",
        utterances=made,
        beyond=f"… {counted(beyond, 'more utterance')} chosen, beyond the {most:,} that a page shows."
        if beyond
        else "",
    )


def worst_page(utterances: Utterances, normalizer: Normalizers, *, limit: int = WORST) -> str:
    """Write a page of the utterances in which each system made most errors.

    Parameters
    ----------
    utterances : Utterances
        Scored with texts kept.
    normalizer : str, Normalizer or sequence of such
        As it was given for scoring; the first decides.
    limit : int
        Utterances of each system; every one is shown under all systems.

    Raises
    ------
    UsageError
        As for :func:`alignment_page`.

    Examples
    --------
    >>> from fairkit.speech import score
    >>> rows = {"said": ["A pin.", "a pan"], "heard": ["a pen", "a pan"]}
    >>> found = score(rows, reference="said", hypothesis="heard", keep_texts=True)
    >>> worst_page(found, "basic").count("<article")
    1
    """
    first = normalizers_of(normalizer)[0]
    places = range(len(utterances.systems))
    chosen = [k for s in places for k in choose(utterances, system=s, limit=limit).tolist()]
    return alignment_page(
        utterances, list(dict.fromkeys(chosen)), normalizer=first, title="Utterances with the most errors"
    )


def _utterance(found: Sequence[AlignedUtterance], *, most_columns: int, most_characters: int) -> Context:
    first = found[0]
    texts = [first.reference, *(a.hypothesis for a in found)]
    backwards = right_to_left(text for text in texts if text is not None)
    raws = [("said", _raw(first.reference, most_characters, "there is no reference, so nothing is scored"))]
    raws += [(a.system, _raw(a.hypothesis, most_characters, "there is no hypothesis")) for a in found]
    return {
        "id": first.id,
        "groups": first.groups,
        "systems": [_system(a, most_columns, backwards=backwards) for a in found],
        "raw": raws,
    }


def _system(a: AlignedUtterance, most: int, *, backwards: bool) -> Context:
    told = [f"{a.count(edit):,} {done}" for edit, done in _DONE.items()]
    rate = "" if a.reference is None else UNDEFINED if a.error_rate is None else f"{100 * a.error_rate:,.1f}%"
    flags = [
        word
        for word, holds in {
            "no reference": a.reference is None,
            "missing hypothesis": a.hypothesis is None,
            "empty hypothesis": a.hypothesis is not None
            and a.said > 0
            and a.count("deletion") == len(a.columns),
            "empty reference": a.reference is not None and a.said == 0,
            "runaway": a.runaway,
        }.items()
        if holds
    ]
    places, rest = _places(a.columns, most)
    return {
        "system": a.system,
        "rate": rate,
        "told": ""
        if a.reference is None
        else f"{', '.join(told)} of {counted(a.said, a.unit.removesuffix('s'))} said",
        "flags": flags,
        "dir": "rtl" if backwards else "ltr",
        "columns": places,
        "more": _more(rest, a.unit),
    }


def _places(columns: Sequence[Column], most: int) -> tuple[list[Context], Sequence[Column]]:
    """Write the first places, a long run of words added or left out as one; return those beyond, too."""
    made: list[Context] = []
    done = 0
    for edit, of in groupby(columns, key=lambda column: column.edit):
        run = list(of)
        shorten = edit in {"insertion", "deletion"} and len(run) > LONG_RUN
        first = run[: LONG_RUN // 2] if shorten else run
        taken = first[: most - len(made)]
        made += map(_column, taken)
        done += len(taken)
        if len(made) == most:
            break
        if shorten:
            made.append({"more": f"… {len(run) - len(first):,} more {_DONE[edit]} …"})
            done += len(run) - len(first)
    return made, columns[done:]


def _column(column: Column) -> Context:
    if column.edit == "hit":
        word = shown(column.said or "")
        return {"said": word, "heard": word, "label": ""}
    said, heard = shown_apart(column.said or "", column.heard or "")
    told = [f"said {said}"] * bool(said) + [f"heard {heard}"] * bool(heard)
    return {
        "css": _CSS[column.edit],
        "sign": _CSS[column.edit].upper(),
        "said": said,
        "heard": heard,
        "label": f"{_DONE[column.edit]}: {', '.join(told)}",
    }


def _more(rest: Sequence[Column], unit: str) -> str:
    """Say how much of an alignment is not shown, and what is wrong there."""
    if not rest:
        return ""
    wrong = [
        f"{n:,} {done}" for edit, done in _DONE.items() if (n := sum(column.edit == edit for column in rest))
    ]
    return f"… {len(rest):,} more {unit} ({', '.join(wrong) or 'all right'})"


def _raw(text: str | None, most: int, none: str) -> Context:
    over = 0 if text is None else len(text) - most
    return {
        "text": None if text is None else text[:most],
        "none": none,
        "dir": "rtl" if text and right_to_left([text[:most]]) else "ltr",
        "more": f"… {counted(over, 'more character')}" if over > 0 else "",
    }
