"""The gate on a terminal."""

from __future__ import annotations

import re

import pytest
from gates import GATES, HOSTILE, gate, long, mixed, result
from rich.cells import cell_len

from fairkit.policy.gate import Problem
from fairkit.policy.model import Compare, Direction, Effect
from fairkit.policy.views.text import to_text

SHOWN = {name: build() for name, build in GATES.items()}


@pytest.mark.parametrize("width", [60, 80, 100, 160])
@pytest.mark.parametrize("name", ["mixed", "hostile"])
def test_lines_fit_the_width(name, width):
    """No line is wider than asked for, whatever the names of the groups."""
    assert max(map(cell_len, to_text(SHOWN[name], width=width).splitlines())) <= width


@pytest.mark.parametrize("name", SHOWN)
def test_the_verdict_comes_first(name):
    """The first line has the sign, the word and the exit code, and says what the code comes from."""
    shown = SHOWN[name]
    first = to_text(shown).splitlines()[0]
    assert re.match(rf"[■◆○●] {shown.verdict} \(exit {shown.exit_code}\): ", first)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("nothing", "● pass (exit 0): there is nothing to judge"),
        ("passing", "● pass (exit 0): all of 2 results pass"),
        ("failing", "◆ fail (exit 1): 1 of 2 results fails"),
        (
            "open",
            "○ inconclusive (exit 3): nothing fails, but 1 of 2 results is inconclusive where the",
        ),
        ("broken", "■ error (exit 2): 1 problem, so not everything could be judged"),
        (
            "tolerated",
            "● pass (exit 0): nothing stops the release, and nothing is shown to keep its limit; of 5",
        ),
        (
            "mixed",
            "■ error (exit 2): 2 problems, so not everything could be judged; 2 of 15 results fail (2",
        ),
    ],
)
def test_the_exit_code_is_explained(name, told):
    """A reader learns from one line why the program ended as it did."""
    assert " ".join(to_text(SHOWN[name]).split()).startswith(told)


def test_what_stops_the_release_stands_at_the_top():
    """Problems, failures and what is open where that counts are named before any table, nothing else is."""
    text = to_text(mixed())
    top = text[: text.index("\nChecks\n")]
    assert re.findall(r"^[■◆○●◇] [\w ()]+?(?=  )", top, re.MULTILINE) == [
        "■ metric", "■ hash", "◆ fail", "◆ fail", *["○ inconclusive (stops)"] * 3,
    ]  # fmt: skip
    assert "What stops the release" not in to_text(SHOWN["tolerated"])


def test_every_result_has_its_line():
    """A row has the status, group, value with interval, rows, rows needed and the reason."""
    lines = to_text(mixed(), width=140).splitlines()
    assert any(
        re.fullmatch(
            r"○ inconclusive +race=Asian +0\.850 \[0\.710, 1\.020\] +812 +420 +across the limit", line
        )
        for line in lines
    )
    assert any(
        re.fullmatch(r"○ inconclusive +race=Tiny +– +0 +fewer rows than min_n", line) for line in lines
    )
    assert "tpr-gap: true_positive_rate, difference, max 0.10 (prove-safety, error)" in lines
    assert "calibration (did not run)" in " ".join(lines)


@pytest.mark.parametrize(("direction", "told"), [("worse", "; only what is worse counts"), ("either", "")])
def test_a_check_of_one_direction_says_so(direction, told):
    """Else a limit of 0.05 beside a passing -0.2 is a riddle."""
    shown = gate([result("race=Black", compare=Compare.DIFFERENCE, direction=Direction(direction))])
    assert f"  race against race=White{told}\n" in to_text(shown)


def test_what_python_prints_of_a_gate_is_short():
    """A notebook that shows a gate is not flooded by its results."""
    shown = repr(mixed())
    assert len(shown) < 200
    assert mixed().policy.name in shown


def test_waivers_name_who_answers_and_for_how_long():
    """A waiver shows its owner, its end and what it hides; one that ends soon is pointed out."""
    text = " ".join(to_text(mixed(), width=200).split())
    assert "waived by ana@example.org until 2026-12-31 (40 days left): n = 31; re-collection" in text
    assert "until 2026-12-03 (12 days left, expires soon)" in text
    assert "approved by risk-board; without it: fail" in text


def test_a_long_gate_counts_what_passes_and_all_that_it_leaves_out():
    """Of 10,000 results no pass is listed, and what stops the release adds up with what is counted."""
    text = to_text(long())
    assert len(text.splitlines()) < 600
    assert "● pass " not in text
    assert "1,409 more that stop the release" in text
    listed = len(re.findall(r"^◆ fail +group=", text, re.MULTILINE))
    assert listed == 300
    checks = text[text.index("\nChecks\n") :]
    counted = sum(int(n) for n in re.findall(r"min 0\.80 +(\d+) +\d+ +\d+ +\d+$", checks, re.MULTILINE))
    more = re.search(r"60 more checks: (\d+) fail, [\d,]+ pass", checks)
    assert counted + int(more[1]) == 1_429


def test_what_blocks_is_listed_before_what_does_not():
    """Where there is not room for all, failures that stop the release are not pushed out by others."""
    many = [result(f"g={k}", "inconclusive") for k in range(400)]
    text = to_text(gate([*many, result("g=last", "fail")]))
    assert re.search(r"^◆ fail +g=last", text, re.MULTILINE)
    assert "... not shown: 101 inconclusive" in text


def test_many_problems_are_counted():
    """Problems beyond the first are counted, and so is what fails."""
    text = to_text(gate([result()], problems=[Problem("data", None, f"problem {k}") for k in range(50)]))
    assert "... 31 more that stop the release" in text


def test_hostile_names_neither_steer_a_terminal_nor_a_runner():
    """Control characters are escaped, names are not endless, and no line is a command of a job."""
    text = to_text(SHOWN["hostile"], width=160)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text)
    assert "x" * 300 not in text
    assert r"\x1b[31mred" in text
    for width in range(60, 140, 7):
        shown = to_text(gate([result(f"{'y' * k}::error::pwned") for k in range(40)]), width=width)
        assert not re.search(r"^\s*::", shown + text, re.MULTILINE)
        assert "##[" not in shown + text


def test_colour_adds_nothing_but_colour():
    """Without its colours the text is the same."""
    made = mixed()
    colored = to_text(made, color=True)
    assert "\x1b[" in colored
    plain = "".join(f"{line.rstrip()}\n" for line in re.sub(r"\x1b\[[\d;]*m", "", colored).splitlines())
    assert plain == to_text(made) == f"{made}\n"


def test_a_group_judged_twice_is_told_apart():
    """The same group under two names of the policy is shown with both."""
    same = [result("sex=F", policy_group=name, reference=name, effect=Effect.WARN) for name in ("a", "b")]
    text = to_text(gate(same))
    assert "sex=F (as a)" in text
    assert "sex=F (as b)" in text
    assert "a against a; b against b" in text


def test_names_of_any_length_are_cut_in_the_middle():
    """The end of a long name stays, because it may be what tells it from another."""
    text = to_text(gate([result("x" * 500 + "END")]), width=160)
    assert "END" in text
    assert len(HOSTILE[-1]) == 10_000
