"""`fairkit check`: the contract of exit codes, whatever is written and wherever it goes."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from gates import HOSTILE
from releases_to_check import BROKEN, FAILS, OPEN, PASSES, check_of, policy_of_checks, rows_of, toml_of

import fairkit as library
from fairkit.baselines.storing import save_baseline
from fairkit.policy.views.serialize import from_json, json_schema

ROOT = Path(__file__).parents[2]
FILES = {
    "-o": "gate.json",
    "--junit": "gate.xml",
    "--sarif": "gate.sarif",
    "--md": "gate.md",
    "--html": "gate.html",
    "--save-report": "report.json",
}
CHECKS = {0: PASSES, 1: FAILS, 2: BROKEN, 3: OPEN}
ENDING = {code: (PASSES,) if code == 0 else (PASSES, check) for code, check in CHECKS.items()}
OUTPUTS = [
    (),
    *(((option, name)) for option, name in FILES.items()),
    tuple(itertools.chain.from_iterable(FILES.items())),
]


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch):
    """Run outside GitHub Actions, wherever these tests run."""
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)


@pytest.fixture
def release(folder, write_csv):
    """Write the release's rows, and return a function that writes a policy beside them."""
    rows = rows_of()
    write_csv("rows.csv", list(rows), zip(*rows.values(), strict=True))

    def write(*checks, **tables):
        named = {"predictions": "rows.csv", "label": "label", "decision": "hired"}
        text = toml_of(policy_of_checks(*checks, **{"data": named, **tables}))
        (folder / "fairness.toml").write_text(text, encoding="utf-8")
        return folder

    return write


def parsed(file: Path):
    """Read a file by a parser of its kind, which refuses what is not well-formed."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".xml":
        return ET.fromstring(text)  # noqa: S314  made by us
    if file.suffix == ".html":
        HTMLParser().feed(text)
        return text
    return text if file.suffix == ".md" else json.loads(text)


# --- the codes ---


@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
@pytest.mark.parametrize("outputs", OUTPUTS, ids=lambda outputs: " ".join(outputs[::2]) or "nothing")
@pytest.mark.parametrize("code", CHECKS)
def test_no_output_changes_the_code(code, outputs, as_json, release, fairkit):
    """Every code comes with every output, all files are written and whole, and JSON is valid."""
    folder = release(*ENDING[code])
    ended = fairkit("check", *outputs, *["--json"] * as_json)
    assert ended.status == code
    for name in outputs[1::2]:
        assert parsed(folder / name)
        assert f"wrote {name}" in ended.err
    if as_json:
        assert json.loads(ended.out)["exit_code"] == code
    else:
        assert f"(exit {code})" in ended.out.splitlines()[0]


@pytest.mark.parametrize("codes", [c for n in range(1, 5) for c in itertools.combinations(CHECKS, n)])
def test_what_could_not_be_judged_comes_first_then_what_failed_then_what_is_open(codes, release, fairkit):
    """Of several outcomes at once the code is 2 before 1 before 3 before 0, and no check is lost."""
    release(*(CHECKS[code] for code in codes))
    ended = fairkit("check", "--json")
    assert ended.status == next(code for code in (2, 1, 3, 0) if code in codes)
    gate = json.loads(ended.out)
    assert [check["id"] for check in gate["checks"]] == [CHECKS[code]["id"] for code in codes]
    assert [check["ran"] for check in gate["checks"]] == [code != 2 for code in codes]


@pytest.mark.parametrize("code", CHECKS)
def test_exit_zero_forgives_evidence_only(code, release, fairkit):
    """--exit-zero turns 1 and 3 into 0 and says so; what could not be judged stays 2."""
    release(*ENDING[code])
    ended = fairkit("check", "--exit-zero", "--json")
    assert ended.status == (2 if code == 2 else 0)
    assert json.loads(ended.out)["exit_code"] == code
    assert ("--exit-zero: ends with 0, not with" in ended.err) == (code in (1, 3))


def test_a_process_ends_with_the_code(release, python_m_fairkit):
    """The code is that of the process, as a pipeline sees it."""
    folder = release(PASSES, FAILS)
    ended = python_m_fairkit("check", "--policy", folder / "fairness.toml", "--json")
    assert (ended.status, json.loads(ended.out)["verdict"]) == (1, "fail")
    assert ended.err == ""


def test_the_json_is_of_its_schema_and_reads_back(release, fairkit):
    """What --json prints and what -o writes is the same gate, valid by the shipped schema."""
    folder = release(PASSES, FAILS, OPEN, BROKEN)
    ended = fairkit("check", "--json", "-o", "gate.json")
    jsonschema.validate(json.loads(ended.out), json_schema())
    assert ended.out == (folder / "gate.json").read_text(encoding="utf-8")
    assert from_json(ended.out).exit_code == 2
    assert "fairkit: column 'gnder' is not in the data" in ended.err


# --- what is judged ---


def test_a_saved_report_is_judged_as_its_rows(release, fairkit):
    """The report that --save-report wrote gives the same results and the same code."""
    release(PASSES, FAILS)
    first = json.loads(fairkit("check", "--json", "--save-report", "report.json").out)
    ended = fairkit("check", "--report", "report.json", "--json")
    assert ended.status == 1
    assert json.loads(ended.out)["results"] == first["results"]


def test_rows_and_a_report_of_them_are_refused(release, fairkit):
    """DATA beside a report of predictions leaves open which is the release: a usage error."""
    release(PASSES)
    fairkit("check", "--save-report", "report.json")
    ended = fairkit("check", "rows.csv", "--report", "report.json", "--json")
    assert ended.status == 2
    assert json.loads(ended.out)["error"]["kind"] == "usage"
    assert "given as rows and as a report" in ended.err


def test_transcripts_have_a_report_of_their_own(release, fairkit, write_csv):
    """Of predictions and transcripts each report has a file, and both can be judged again."""
    said = {"said": ["turn the light on"] * 60, "heard": ["turn the light off", "turn on"] * 30}
    said |= {"accent": ["A", "A", "B"] * 20}
    write_csv("calls.csv", list(said), zip(*said.values(), strict=True))
    worst = {"id": "wer", "metric": "word_error_rate", "groups": ["accent"], "compare": "worst", "max": 0.1}
    groups = {"sex": {"column": "sex"}, "accent": {"column": "accent", "min_n": 1}}
    release(PASSES, worst, groups=groups, speech={"reference": "said", "hypothesis": "heard"})
    ended = fairkit("check", "--speech", "calls.csv", "--save-report", "r.json", "--json")
    assert ended.status == 1
    again = fairkit("check", "--report", "r.json", "--report", "r.speech.json", "--json")
    assert json.loads(again.out)["results"] == json.loads(ended.out)["results"]
    assert "no transcripts are named" in fairkit("check").out


def test_clusters_are_not_saved_and_that_is_said(release, fairkit):
    """A saved report of clustered rows cannot be judged: the check of the rows says so beforehand."""
    named = {"predictions": "rows.csv", "label": "label", "decision": "hired", "cluster": "id"}
    release(PASSES, data=named)
    ended = fairkit("check", "--save-report", "report.json")
    assert ended.status == 0
    assert "it can be read, but not judged again" in ended.err
    again = fairkit("check", "--report", "report.json")
    assert again.status == 2
    assert "a saved report keeps no clusters" in " ".join(again.out.split())


# --- what must not pass ---


def test_a_report_of_a_newer_fairkit_stops_the_release(release, fairkit):
    """A schema that this fairkit does not know is no evidence."""
    folder = release(PASSES)
    fairkit("check", "--save-report", "report.json")
    text = (folder / "report.json").read_text(encoding="utf-8")
    (folder / "report.json").write_text(
        text.replace("fairkit.report/1", "fairkit.report/2"), encoding="utf-8"
    )
    ended = fairkit("check", "--report", "report.json", "--json")
    assert ended.status == 2
    assert "was made by a newer fairkit" in json.loads(ended.out)["problems"][0]["message"]


def test_a_baseline_with_a_changed_byte_stops_the_release(release, fairkit):
    """A baseline is what its hash says or nothing, and no waiver covers that."""
    folder = release(PASSES)
    report = library.evaluate("rows.csv", label="label", decision="hired", by="sex")
    saved = save_baseline(report, folder / "baselines", name="v1")
    since = check_of("since", baseline="v1", max_regression=0.5)
    del since["compare"]
    day = dt.date(2026, 10, 1)
    waiver = {"check": "since", "group": "sex=F", "reason": "r", "owner": "o", "created": day, "expires": day}
    named = {"report": f"baselines/{saved.name}", "sha256": saved.stem}
    release(PASSES, since, baselines={"v1": named}, waiver=[waiver])
    assert fairkit("check", "--today", "2026-10-01").status == 0
    content = bytearray(saved.read_bytes())
    content[-10] ^= 1
    saved.write_bytes(content)
    ended = fairkit("check", "--today", "2026-10-01", "--exit-zero", "--junit", "gate.xml", "--json")
    assert ended.status == 2
    assert [problem["kind"] for problem in json.loads(ended.out)["problems"]] == ["hash"]
    assert parsed(folder / "gate.xml").get("errors") == "1"


def test_a_policy_of_10_mb_is_refused_unread(release, fairkit):
    """A policy is small; a file of ten million bytes is not even parsed."""
    folder = release(PASSES)
    with (folder / "fairness.toml").open("ab") as file:
        file.write(b"#" * 10_000_000)
    ended = fairkit("check", "--json")
    assert ended.status == 2
    assert json.loads(ended.out)["error"]["kind"] == "policy"
    assert "is too large for a policy" in ended.err


def test_all_problems_of_a_policy_are_said(release, fairkit):
    """A policy with errors ends with 2, and each has its place."""
    release({**PASSES, "minn": 1}, {**FAILS, "compare": "ratoi"})
    ended = fairkit("check", "--json")
    error = json.loads(ended.out)["error"]
    assert (ended.status, error["kind"], len(error["problems"])) == (2, "policy", 2)
    assert "$.check[0].minn" in error["problems"][0]
    assert "Did you mean 'ratio'?" in error["problems"][1]


def test_no_policy_is_no_pass(folder, loans, fairkit):
    """Where there is no policy nothing is judged."""
    ended = fairkit("check", loans)
    assert (ended.status, ended.out) == (2, "")
    assert "there is no policy here" in ended.err


WAIVER = {"check": "fails", "group": "sex=X", "reason": "known", "owner": "ana@example.org"}
WAIVER |= {"created": dt.date(2026, 1, 1), "expires": dt.date(2026, 3, 31)}


def test_an_expired_waiver_waives_nothing(release, fairkit):
    """Until its last day a waiver holds; the day after the check counts, and the owner is named."""
    release(PASSES, FAILS, waiver=[WAIVER])
    holding = fairkit("check", "--today", "2026-03-31")
    assert holding.status == 0
    assert "waived" in holding.out
    late = fairkit("check", "--today", "2026-04-01", "--json")
    assert late.status == 1
    assert re.search(r"expired on 2026-03-31.*ana@example\.org", json.loads(late.out)["warnings"][0])


def test_a_waiver_that_matches_nothing_is_mentioned(release, fairkit):
    """A waiver of a group that there is not is a warning and changes nothing."""
    release(PASSES, FAILS, waiver=[{**WAIVER, "group": "sex=Q"}])
    ended = fairkit("check", "--today", "2026-02-01", "--json")
    assert ended.status == 1
    assert "matches no result" in json.loads(ended.out)["warnings"][0]


def test_a_day_that_is_none_is_a_usage_error(release, fairkit):
    """--today takes an ISO date and nothing else."""
    release(PASSES)
    assert fairkit("check", "--today", "31.3.2026").status == 2


# --- outputs ---


def test_of_two_policies_the_one_that_decides_is_named(release, fairkit):
    """A project's table that fairness.toml comes before is mentioned, unless a policy is asked for."""
    folder = release(PASSES)
    (folder / "pyproject.toml").write_text("[tool.fairkit]\nschema = 1\n", encoding="utf-8")
    assert (
        fairkit("check").err == "fairness.toml is the policy; [tool.fairkit] of pyproject.toml is not read.\n"
    )
    assert fairkit("check", "--policy", "fairness.toml").err == ""


@pytest.mark.parametrize("read", ["rows.csv", "fairness.toml", "report.json", "own.csv"])
def test_no_output_replaces_an_input(read, release, fairkit):
    """The data, the policy, reports, and what the policy names are never written over."""
    folder = release(PASSES)
    fairkit("check", "--save-report", "report.json")
    (folder / "own.csv").write_bytes((folder / "rows.csv").read_bytes())
    before = (folder / read).read_bytes()
    given = ["own.csv"] if read == "own.csv" else ["--report", "report.json"]
    ended = fairkit("check", *given, "--junit", read)
    assert (ended.status, ended.out) == (2, "")
    assert f"--junit: '{read}' is read by this command" in ended.err
    assert (folder / read).read_bytes() == before


def test_a_database_is_not_written_over(release, fairkit):
    """The file of an address is an input, too."""
    folder = release(PASSES)
    (folder / "rows.duckdb").write_bytes(b"x")
    ended = fairkit("check", "duckdb://rows.duckdb#release", "-o", "rows.duckdb")
    assert ended.status == 2
    assert "'rows.duckdb' is read by this command" in ended.err


def test_names_from_the_data_harm_no_output(release, write_csv, fairkit, monkeypatch):
    """Groups named to break out of XML, HTML, JSON, terminals and workflows stay names everywhere."""
    # What UTF-8 or DuckDB's CSV cannot hold never arrives as a group.
    names = [name for name in HOSTILE if not re.search("[\ud800-\udfff\0]", name) and name.strip()]
    rows = [(name, i % 2) for name in names for i in range(40)]
    folder = release(
        check_of(min=0.9),
        data={"predictions": "rows.csv", "decision": "hired"},
        groups={"sex": {"column": "sex", "min_n": 1}},
    )
    write_csv("rows.csv", ["sex", "hired"], rows)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(folder / "summary.md"))
    ended = fairkit("check", *itertools.chain.from_iterable(FILES.items()))
    assert ended.status == 1
    found = {name: parsed(folder / name) for name in FILES.values()}
    assert len(found["gate.json"]["results"]) == len(found["gate.xml"].findall(".//testcase")) == len(names)
    assert len(found["gate.sarif"]["runs"][0]["results"]) == len(names)
    assert "<script>alert(1)" not in found["gate.html"]
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f]", ended.out + ended.err)
    commands = [line for line in ended.err.splitlines() if line.startswith(("::", "##"))]
    assert len(commands) == 10
    assert all(re.match("::(error|warning|notice) ", line) for line in commands)


def test_github_gets_a_summary_and_few_annotations(release, fairkit, monkeypatch):
    """Under GitHub Actions the step's summary is appended to; standard output stays what it was."""
    folder = release(PASSES, FAILS, OPEN)
    plain = fairkit("check", "--json")
    assert plain.err == ""
    summary = folder / "summary.md"
    summary.write_text("before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    ended = fairkit("check", "--json")
    assert ended.status == plain.status == 1
    assert json.loads(ended.out)["results"] == json.loads(plain.out)["results"]
    assert summary.read_text(encoding="utf-8").startswith("before\n")
    assert "sex=X" in summary.read_text(encoding="utf-8")
    assert ended.err.startswith("::error file=fairness.toml,line=")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(folder / "no" / "summary.md"))
    lost = fairkit("check")
    assert (lost.status, "cannot be written" in lost.err) == (2, True)
    assert lost.out.startswith("◆ fail (exit 1)")
