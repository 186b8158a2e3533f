"""How a help page looks: what the command does, examples, the rest of the story, options by section."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import click


class Command(click.Command):
    """A command whose help shows examples first and lists its options by section, in order of appearance.

    Parameters
    ----------
    examples : sequence of str
        Lines to type.
    **attributes
        As click's own.
    """

    def __init__(self, *arguments: Any, examples: Sequence[str] = (), **attributes: Any) -> None:
        # Click keeps the help option of the first context it meets, so it may not depend on a group above.
        attributes["context_settings"] = {
            "help_option_names": ["-h", "--help"],
            **(attributes.get("context_settings") or {}),
        }
        super().__init__(*arguments, **attributes)
        self.examples = tuple(examples)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the summary, the examples and the other paragraphs."""
        write_story(formatter, self.help or "", self.examples)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options of each section."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for option in self.get_params(ctx):
            record = option.get_help_record(ctx) if isinstance(option, click.Option) else None
            if record is not None:
                title = option.section if isinstance(option, SectionedOption) else "Options"
                sections.setdefault(title, []).append(record)
        for title, records in sorted(sections.items(), key=lambda item: item[0] == "Options"):
            with formatter.section(title):
                formatter.write_dl(records)


class SectionedOption(click.Option):
    """An option that stands in a section of the help."""

    def __init__(self, *names: Any, section: str, **attributes: Any) -> None:
        super().__init__(*names, **attributes)
        self.section = section


def section(title: str) -> Callable[..., Callable[[Any], Any]]:
    """Return a maker of options, like `click.option`, for one section.

    Examples
    --------
    >>> @click.command(cls=Command, examples=["judge --label y"])
    ... @section("Columns")("--label", metavar="COL", help="The true class.")
    ... def command(label): ...
    >>> "Columns:" in command.get_help(click.Context(command))
    True
    """

    def option(*names: str, **attributes: Any) -> Callable[[Any], Any]:
        return click.option(*names, cls=SectionedOption, section=title, **attributes)

    return option


def write_story(formatter: click.HelpFormatter, text: str, examples: Sequence[str]) -> None:
    """Write a help text with the examples after its first paragraph."""
    summary, _, rest = inspect.cleandoc(text).partition("\n\n")
    formatter.write_paragraph()
    with formatter.indentation():
        formatter.write_text(summary)
    with formatter.section("Examples"):
        for line in examples:
            formatter.write(f"{'':>{formatter.current_indent}}{line}\n")
    if rest:
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(rest)
