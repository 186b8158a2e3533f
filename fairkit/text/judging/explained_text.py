"""An explained text for a terminal: a line for each word, with a bar to the right or to the left."""

from __future__ import annotations

from fairkit.report.numerals import percent, value_text
from fairkit.report.phrases import UNDEFINED, visible
from fairkit.report.textpage import TextPage, cell
from fairkit.text.attribution import Part
from fairkit.text.judging.explaining import Explained

_BAR = 16
_LONGEST = 24
_MOST = 60


def explained_text(found: Explained, *, width: int | None = None, color: bool = False) -> str:
    """Write an explained text for a terminal.

    Parameters
    ----------
    found : Explained
    width : int, optional
    color : bool, default False

    Examples
    --------
    >>> from fairkit.text.attribution import Attribution
    >>> parts = (Part("She", 0, 3, 0.5), Part("sings", 4, 9, -0.25))
    >>> print(explained_text(Explained(Attribution("She sings", "yes", 0.9, 0.25, None, parts)), width=60))
    'yes' with 90.00%: sensitivity 0.25
    <BLANKLINE>
    word  contribution   against | for
    She           +0.5                 ████████████████
    sings        -0.25         ████████
    <BLANKLINE>
    """
    page = TextPage(width, color=color)
    one = found.attribution
    if one.value is None:
        page.line(f"The sensitivity of this text is undefined: {one.why}.", style="bold")
    else:
        sure = UNDEFINED if one.probability is None else percent(one.probability)
        page.line(
            f"'{visible(one.label)}' with {sure}: sensitivity {value_text(one.value, 'amount')}", style="bold"
        )
        if found.along:
            page.line(f"along {visible(found.along)}")
        _words(page, one.parts)
    if found.rewritten is not None and found.probability is not None and one.probability is not None:
        page.console.print()
        moved = 100 * (found.probability - one.probability)
        flips = "" if found.label == one.label else f", and '{visible(str(found.label))}' is predicted"
        page.line(f"Rewritten: {visible(found.rewritten)}")
        page.line(
            f"'{visible(one.label)}' with {percent(found.probability)} ({moved:+.2f} points){flips}", indent=2
        )
    elif one.value is not None and found.rewriter is not None:
        page.console.print()
        page.line("Rewriting changes nothing in this text, so that there is no counterfactual.")
    for note in one.notes:
        page.line(f"Note: {visible(note)}")
    return page.text()


def _words(page: TextPage, parts: tuple[Part, ...]) -> None:
    shown = sorted(sorted(parts, key=lambda part: -abs(part.value))[:_MOST], key=lambda part: part.start or 0)
    largest = max((abs(part.value) for part in shown), default=0.0) or 1.0
    page.console.print()
    table = page.table()
    table.add_column("word", no_wrap=True)
    table.add_column("contribution", justify="right", no_wrap=True)
    table.add_column("  against | for", no_wrap=True)
    for part in shown:
        length = round(_BAR * abs(part.value) / largest)
        bar = "█" * length
        word = part.word if len(part.word) <= _LONGEST else f"{part.word[: _LONGEST - 3]}..."
        drawn = f"{bar:>{_BAR}}" if part.value < 0 else f"{'':{_BAR}}{bar}"
        value = value_text(part.value, "amount")
        sign = "+" if part.value > 0 else ""
        table.add_row(
            cell(visible(word)), f"{sign}{value}", cell(drawn, "yellow" if part.value > 0 else "blue")
        )
    page.console.print(table)
    if len(parts) > len(shown):
        page.line(f"... {len(parts) - len(shown):,} words more, with smaller contributions", indent=2)
