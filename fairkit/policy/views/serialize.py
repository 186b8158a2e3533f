"""The gate as JSON, and back: schema ``fairkit.gate/1``.

One result stands on one line, so that two gates can be compared with any diff. Every key is always there,
null where there is nothing, and no number is ever NaN. Reading checks the text against the shapes of the
gate's own dataclasses, and whether its verdict is what its results say: a verdict cannot be edited alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources

from fairkit.errors import ReportError
from fairkit.policy.gate import (
    SCHEMA,
    AppliedWaiver,
    CheckStamp,
    Gate,
    PolicyStamp,
    Problem,
    ReportStamp,
    Result,
    Status,
    verdict_of,
)
from fairkit.report.documents import (
    check_schema,
    described,
    dumps,
    fields,
    first,
    lines,
    members,
    parsed,
    records,
)
from fairkit.report.shapes import Json, Record, Scalar, record_of

_NOUN = "gate"
_PARTS = (PolicyStamp, ReportStamp, CheckStamp, Result, AppliedWaiver, Problem)
# Half of a character cannot be written in UTF-8; as an escape it can, and comes back as it was.
_HALVES = re.compile("[\ud800-\udfff]")


def to_json(gate: Gate) -> str:
    """Write a gate as JSON, one result a line.

    Parameters
    ----------
    gate : Gate

    Returns
    -------
    str
        Ends with a newline.

    Examples
    --------
    >>> from fairkit.policy.views.examples import example_gate
    >>> text = to_json(example_gate())
    >>> text.splitlines()[1], text.splitlines()[6]
    ('"schema":"fairkit.gate/1",', '"exit_code":1,')
    >>> from_json(text) == example_gate()
    True
    """
    parts = {
        "schema": dumps(SCHEMA),
        "created": dumps(gate.created),
        "today": dumps(gate.today),
        "fairkit_version": dumps(gate.fairkit_version),
        "verdict": dumps(gate.verdict),
        "exit_code": dumps(gate.exit_code),
        "policy": dumps(fields(gate.policy)),
        "reports": records(ReportStamp, gate.reports),
        "checks": records(CheckStamp, gate.checks),
        "results": lines("[]", map(_result, gate.results)),
        "problems": records(Problem, gate.problems),
        "warnings": lines("[]", map(dumps, gate.warnings)),
    }
    return _HALVES.sub(lambda found: f"\\u{ord(found[0]):04x}", members(parts)) + "\n"


def from_json(text: str) -> Gate:
    """Read a gate that :func:`to_json` wrote.

    Parameters
    ----------
    text : str

    Returns
    -------
    Gate
        Equal to the one written.

    Raises
    ------
    ReportError
        The text is no JSON, no gate, or one of a newer fairkit; keys are missing or of another type; the
        verdict is not the one of the results. All such problems at once, each with its JSON path.

    Examples
    --------
    >>> from_json('{"schema": "fairkit.gate/9"}')
    Traceback (most recent call last):
        ...
    fairkit.errors.ReportError: $.schema is 'fairkit.gate/9': this gate was made by a newer fairkit; ...
    """
    data = parsed(text, _NOUN)
    check_schema(data, SCHEMA, _NOUN)
    problems: list[str] = []
    parts = _shape().read(data, "$", problems)
    if problems:
        raise ReportError(*first(problems))
    del parts["schema"]
    gate = Gate(**parts)
    problems = [*_contradictions(gate)]
    if problems:
        raise ReportError(*first(problems))
    return gate


def json_schema() -> dict[str, Json]:
    """Make the JSON Schema (draft 2020-12) of a gate from the dataclasses themselves.

    Examples
    --------
    >>> json_schema()["properties"]["schema"]
    {'const': 'fairkit.gate/1'}
    """
    return described(
        _shape(),
        SCHEMA,
        title="fairkit gate",
        description="What 'fairkit check -o' writes. Every key is present; what is absent is null.",
        parts=[record_of(made) for made in _PARTS],
    )


def schema_text() -> str:
    """Return the JSON Schema as it is shipped with fairkit.

    Examples
    --------
    >>> import json
    >>> json.loads(schema_text()) == json_schema()
    True
    """
    return resources.files("fairkit.policy").joinpath("schema/gate-1.json").read_text(encoding="utf-8")


def _result(result: Result) -> str:
    made = fields(result)
    return dumps({**made, "waiver": None if result.waiver is None else fields(result.waiver)})


def _shape() -> Record:
    return Record({"schema": Scalar(str), **record_of(Gate).fields})


def _contradictions(gate: Gate) -> Iterator[str]:
    known = {stamp.id for stamp in gate.checks}
    for i, result in enumerate(gate.results):
        if result.check not in known:
            yield f"$.results[{i}].check is '{result.check}', which is none of $.checks."
        if (result.status is Status.WAIVED) != (result.waiver is not None):
            yield f"$.results[{i}].status is '{result.status}', which does not fit its waiver."
    verdict = verdict_of(gate.results, gate.problems)
    if gate.verdict is not verdict:
        yield (
            f"$.verdict is '{gate.verdict}' where results and problems say '{verdict}'; the gate was changed "
            "after it was made. Run the check again."
        )
    if gate.exit_code != verdict.exit_code:
        yield f"$.exit_code is {gate.exit_code} where the verdict '{verdict}' has {verdict.exit_code}."
