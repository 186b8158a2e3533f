"""Templates of pages: everything they are given is escaped, because names come from data."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from fairkit.report.phrases import visible

if TYPE_CHECKING:
    from jinja2 import Template

_HOUSE = "report.css"


@cache
def page_template(
    package: str, name: str, *, css: tuple[str, ...] = (), shown: Callable[[str], str] = visible
) -> Template:
    """Load a template, with the house style and what the package adds to it as ``css``.

    Parameters
    ----------
    package : str
        Package whose folder ``templates`` has the files.
    name : str
        File of the template.
    css : tuple of str
        Files of styles that come after the house's.
    shown : callable
        How a text is written; by default so that it can neither hide nor reorder other text.

    Returns
    -------
    jinja2.Template
        It escapes every text, and refuses names that it is not given.

    Examples
    --------
    >>> page_template("fairkit.report", "report.html.j2").name
    'report.html.j2'
    """
    from jinja2 import Environment, FunctionLoader, StrictUndefined
    from markupsafe import Markup

    folder = resources.files(package).joinpath("templates")

    def load(file: str) -> str:
        return folder.joinpath(file).read_text(encoding="utf-8")

    def harmless(value: Any) -> Any:
        return shown(value) if type(value) is str else value

    environment = Environment(
        loader=FunctionLoader(load),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        finalize=harmless,
    )
    house = resources.files("fairkit.report").joinpath("templates", _HOUSE).read_text(encoding="utf-8")
    environment.globals["css"] = Markup(house + "".join(map(load, css)))  # noqa: S704  our own files
    return environment.get_template(name)
