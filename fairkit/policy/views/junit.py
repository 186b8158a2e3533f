"""The gate as JUnit's XML: a suite for each check, a test case for each group.

It is red exactly where the exit code is not 0: what fails as a warning, what is waived and what is open
without counting are skipped tests with a message, so that nobody takes them for passed.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from fairkit.policy.gate import Gate, Problem, Result, Status
from fairkit.policy.views.numerals import value_and_interval
from fairkit.policy.views.ordering import Checked, by_check, unplaced
from fairkit.policy.views.wording import (
    HELD,
    explanation,
    needed_text,
    short,
    stamps,
    status_text,
    verdict_text,
    why_text,
)
from fairkit.report.phrases import visible

_WHOLE = "(policy)"  # no check has this id
_LONGEST_NAME = 500
_LONGEST_TEXT = 2_000
_COUNTED = {"failure": "failures", "error": "errors", "skipped": "skipped"}


def to_junit(gate: Gate) -> str:
    """Write a gate as JUnit's XML, as Jenkins, GitLab and others read it.

    Parameters
    ----------
    gate : Gate

    Returns
    -------
    str
        Ends with a newline. Characters that XML cannot hold are written as escapes.

    Examples
    --------
    >>> from fairkit.policy.views.examples import example_gate
    >>> for line in to_junit(example_gate()).splitlines()[1:6]:
    ...     print(line[:95])
    <testsuites name="fairkit: credit-line" tests="3" failures="1" errors="0" skipped="1" time="0">
      <testsuite name="four-fifths" tests="3" failures="1" errors="0" skipped="1" time="0" timestam
        <properties>
          <property name="metric" value="selection_rate" />
          <property name="held" value="ratio" />
    """
    root = ET.Element("testsuites", {"name": _name(f"fairkit: {gate.policy.name}")})
    for check in by_check(gate):
        root.append(_suite(check, gate))
    root.append(_whole(gate))
    _count(root, [case for suite in root for case in suite.findall("testcase")])
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(check: Checked, gate: Gate) -> ET.Element:
    stamp = check.stamp
    facts = {
        "metric": stamp.metric,
        "held": HELD[stamp.compare],
        "limit": stamp.limit,
        "rule": str(stamp.rule),
        "severity": str(stamp.severity),
        "groups": ", ".join(stamp.groups),
        "description": stamp.description or "",
    }
    cases = [_case(stamp.id, name, result) for name, result in zip(check.names, check.results, strict=True)]
    cases += [_problem(stamp.id, problem) for problem in check.problems]
    if not cases:
        cases = [_skipped(stamp.id, "all groups", "did not run" if not stamp.ran else "no group is judged")]
    for case in cases:
        if gate.policy.path is not None:  # GitLab links it
            case.set("file", visible(gate.policy.path))
    return _filled(stamp.id, facts, cases, gate)


def _whole(gate: Gate) -> ET.Element:
    """Make the suite of what is of no check: problems, warnings, and which policy and data it was."""
    facts = {"verdict": verdict_text(gate)}
    for name, value in stamps(gate):  # there may be several data
        facts[name] = f"{facts[name]}; {value}" if name in facts else value
    suite = _filled(_WHOLE, facts, [_problem(_WHOLE, problem) for problem in unplaced(gate)], gate)
    told = [f"{verdict_text(gate)}: {explanation(gate)}", *(f"warning: {text}" for text in gate.warnings)]
    _output(suite, told)
    return suite


def _filled(name: str, facts: dict[str, str], cases: Sequence[ET.Element], gate: Gate) -> ET.Element:
    suite = ET.Element("testsuite", {"name": _name(name)})
    _count(suite, cases)
    suite.set("timestamp", gate.created[:19])
    properties = ET.SubElement(suite, "properties")
    for fact, value in facts.items():
        ET.SubElement(properties, "property", {"name": fact, "value": short(value, _LONGEST_TEXT)})
    suite.extend(cases)
    return suite


def _case(check: str, name: str, result: Result) -> ET.Element:
    case = _empty(check, name)
    message = short(result.sentence, _LONGEST_TEXT)
    told = _details(result)
    if result.blocks is not None:
        found = ET.SubElement(case, "failure", {"message": message, "type": result.blocks})
        found.text = "\n".join([message, *told])
    elif result.status is not Status.PASS:
        ET.SubElement(case, "skipped", {"message": f"{_not_counted(result)}: {message}"})
        _output(case, told)
    else:
        _output(case, [message, *told])
    return case


def _not_counted(result: Result) -> str:
    """Say why what did not pass does not stop the release."""
    if result.status is Status.FAIL:
        return f"fails, but the check is {'a warning' if result.severity == 'warning' else 'for information'}"
    why = why_text(result)
    return why if result.status is Status.WAIVED else f"inconclusive, which does not stop the release ({why})"


def _details(result: Result) -> list[str]:
    facts = {
        "status": status_text(result),
        "value": value_and_interval(result),
        "n": "" if result.n is None else f"{result.n:,}",
        "needed": needed_text(result),
        "why": why_text(result),
        "reference": result.reference or "",
        "method": result.method,
    }
    if result.waiver is not None:
        facts["waiver"] = result.waiver.reason
        facts["approved by"] = result.waiver.approved_by or ""
        facts["without waiver"] = str(result.without_waiver)
    return [f"{name}: {short(value, _LONGEST_TEXT)}" for name, value in facts.items() if value]


def _problem(suite: str, problem: Problem) -> ET.Element:
    case = _empty(suite, f"could not be judged: {problem.kind}")
    message = short(problem.message, _LONGEST_TEXT)
    ET.SubElement(case, "error", {"message": message, "type": visible(problem.kind)}).text = message
    return case


def _skipped(suite: str, name: str, message: str) -> ET.Element:
    case = _empty(suite, name)
    ET.SubElement(case, "skipped", {"message": message})
    return case


def _empty(suite: str, name: str) -> ET.Element:
    return ET.Element("testcase", {"name": _name(name), "classname": _name(suite), "time": "0"})


def _output(element: ET.Element, told: Sequence[str]) -> None:
    ET.SubElement(element, "system-out").text = "\n".join(short(text, _LONGEST_TEXT) for text in told)


def _count(element: ET.Element, cases: Sequence[ET.Element]) -> None:
    element.set("tests", str(len(cases)))
    for tag, name in _COUNTED.items():
        element.set(name, str(sum(case.find(tag) is not None for case in cases)))
    element.set("time", "0")


def _name(text: str) -> str:
    return short(text, _LONGEST_NAME)
