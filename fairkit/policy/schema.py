"""The JSON Schema of policy files, for editors that complete and check TOML while it is written.

It is made from the description that reading goes by (:mod:`fairkit.policy.keys`) and shipped as a file. What
keys mean together (a limit that suits its metric, a group that exists) only ``fairkit policy validate`` says.
"""

from __future__ import annotations

from importlib import resources

from fairkit.policy.keys import POLICY
from fairkit.policy.model import SCHEMA
from fairkit.policy.shapes import Json

__all__ = ["json_schema", "schema_text"]


def json_schema() -> dict[str, Json]:
    """Make the JSON Schema (draft 2020-12) of a policy file.

    Returns
    -------
    dict
        Dates are texts in it, as editors show TOML's dates to a schema.

    Examples
    --------
    >>> json_schema()["properties"]["check"]["items"]["properties"]["severity"]["enum"]
    ['error', 'warning', 'info']
    """
    shape = POLICY.schema()
    shape["properties"]["schema"] = {"description": POLICY.keys["schema"].text, "const": SCHEMA}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:fairkit:policy:{SCHEMA}",
        "title": "fairkit policy",
        "description": "What a release is held to: fairness.toml, or [tool.fairkit] of pyproject.toml.",
        **shape,
    }


def schema_text() -> str:
    """Return the JSON Schema as it is shipped with fairkit.

    Returns
    -------
    str
        JSON; ends with a newline.

    Examples
    --------
    >>> import json
    >>> json.loads(schema_text()) == json_schema()
    True
    """
    file = resources.files("fairkit.policy").joinpath(f"schema/policy-{SCHEMA}.json")
    return file.read_text(encoding="utf-8")
