"""The one decision of the gate: statuses, reasons, effects and exit codes."""

import datetime as dt
import math

import pytest
from gated_releases import check, outcomes, policy, report, selections
from hypothesis import given, settings
from hypothesis import strategies as st

import fairkit
from fairkit.corrections import Correction
from fairkit.policy.deciding import decide
from fairkit.policy.gate import Problem, Verdict
from fairkit.policy.model import Direction, Effect, EvidenceRules, PolicyGroup, Rule, Severity, Waiver
from fairkit.report.serialize import from_json

FAIR = selections({"a": (300, 1000), "b": (300, 1000)})
HARM = selections({"a": (600, 1000), "b": (300, 1000)})
OPEN = selections({"a": (30, 100), "b": (27, 100)})
DAY = dt.date(2026, 11, 21)


def ratio(**more):
    """The four-fifths check."""
    return check("ratio", min="0.80", **more)


def judged(counts, *checks, **more):
    """The gate of counts."""
    return decide(policy(*checks, **more), report(counts), today=DAY)


def statuses(gate):
    """Status and reason of every group."""
    return {result.group.partition("=")[2]: (str(result.status), result.reason) for result in gate.results}


@pytest.mark.parametrize(
    ("counts", "rule", "status", "verdict", "code"),
    [
        (FAIR, Rule.PROVE_HARM, "pass", "pass", 0),
        (FAIR, Rule.PROVE_SAFETY, "pass", "pass", 0),
        (HARM, Rule.PROVE_HARM, "fail", "fail", 1),
        (HARM, Rule.PROVE_SAFETY, "fail", "fail", 1),
        (OPEN, Rule.PROVE_HARM, "inconclusive", "pass", 0),
        (OPEN, Rule.PROVE_SAFETY, "inconclusive", "inconclusive", 3),
    ],
)
def test_the_interval_decides_and_the_rule_says_what_undecided_does(counts, rule, status, verdict, code):
    """A release passes, fails or stays open by its interval; proof of safety must be there, not be open."""
    gate = judged(counts, ratio(rule=rule), reference="a")
    (result,) = gate.results
    assert (str(result.status), str(gate.verdict), gate.exit_code) == (status, verdict, code)
    beyond = result.high is not None and result.high < 0.8
    inside = result.low is not None and result.low >= 0.8
    assert (result.status == "fail", result.status == "pass") == (beyond, inside)


@pytest.mark.parametrize(
    ("own", "general", "rule", "code"),
    [
        (None, Effect.FAIL, Rule.PROVE_SAFETY, 3),
        (None, Effect.WARN, Rule.PROVE_SAFETY, 0),
        (None, Effect.PASS, Rule.PROVE_SAFETY, 0),
        (None, Effect.FAIL, Rule.PROVE_HARM, 0),
        (Effect.FAIL, Effect.PASS, Rule.PROVE_HARM, 3),
        (Effect.WARN, Effect.FAIL, Rule.PROVE_SAFETY, 0),
    ],
)
def test_a_check_may_say_what_undecided_does(own, general, rule, code):
    """The check's own word comes before the rule's, and that before the policy's."""
    gate = judged(OPEN, ratio(rule=rule, on_inconclusive=own), reference="a", on_inconclusive=general)
    assert gate.exit_code == code
    assert gate.results[0].status == "inconclusive"


def test_undecided_results_say_how_many_rows_would_decide():
    """An interval across the limit has a reason and the rows needed, which are more than there are."""
    (result,) = judged(OPEN, ratio(), reference="a").results
    assert result.reason == "across-the-limit"
    assert result.n_needed > result.n == 100
    assert f"needs about n={result.n_needed} to decide" in result.sentence


def test_what_cannot_be_judged_is_never_passed_and_never_left_out():
    """No rows, few rows, no positives and a reference without either are undecided, each with its code."""
    counts = outcomes({"a": (400, 100, 100, 400), "b": (5, 1, 3, 1), "c": (0, 5, 0, 40)})
    groups = (PolicyGroup(name="group", columns=("group",), min_n=20, levels={"group": ("a", "z")}),)
    gate = judged(counts, check("difference", metric="true_positive_rate", max="0.1"), groups=groups)
    assert statuses(gate) == {
        "a": ("inconclusive", "reference-too-few"),
        "b": ("inconclusive", "too-few"),
        "c": ("inconclusive", "no-positives"),
        "z": ("inconclusive", "no-rows"),
    }
    assert [result.value is None for result in gate.results] == [False, False, True, True]


def test_a_check_that_measured_nothing_stops_the_release():
    """Where no group has a value the check did not run, whatever its rule and its own word say."""
    counts = outcomes({"a": (0, 10, 0, 400), "b": (0, 10, 0, 400)})
    lenient = check("difference", metric="true_positive_rate", max="0.1", on_inconclusive=Effect.PASS)
    gate = judged(counts, lenient)
    assert (gate.exit_code, {result.effect for result in gate.results}) == (3, {Effect.FAIL})


@pytest.mark.parametrize("compare", ["difference", "value", "worst"])
def test_a_check_of_which_every_group_is_too_small_stops_the_release(compare):
    """A `min_n` that nobody reaches makes no gate that everybody passes; one large group is enough."""
    lenient = check(compare, max="0.5", on_inconclusive=Effect.PASS)
    none, one = (judged(HARM, lenient, min_n=n, reference="a") for n in (100_000, 1_000))
    assert (none.exit_code, none.policy.family, {r.reason for r in none.results}) == (3, 0, {"too-few"})
    assert one.exit_code != 3


@pytest.mark.parametrize("severity", [Severity.WARNING, Severity.INFO])
def test_only_errors_decide_about_the_release(severity):
    """A failed warning fails in the results and lets the release pass."""
    gate = judged(HARM, ratio(severity=severity), reference="a")
    assert (str(gate.results[0].status), gate.exit_code) == ("fail", 0)


@pytest.mark.parametrize(
    ("direction", "failing"),
    [
        (Direction.EITHER, {"a", "b"}),
        (Direction.ABOVE, {"a"}),
        (Direction.BELOW, {"b"}),
        (Direction.WORSE, {"b"}),
    ],
)
def test_a_difference_counts_in_the_direction_asked_for(direction, failing):
    """The favoured group exceeds a gap as the other one does, unless only one direction counts."""
    counts = outcomes({"a": (900, 0, 100, 0), "b": (600, 0, 400, 0)})
    gap = check("difference", metric="true_positive_rate", max="0.10", direction=direction)
    gate = judged(counts, gap)
    assert {result.group[-1] for result in gate.results if result.status == "fail"} == failing


def test_worse_is_higher_for_errors():
    """Of an error rate the group with the higher one is the worse."""
    counts = outcomes({"a": (900, 0, 100, 0), "b": (600, 0, 400, 0)})
    gate = judged(counts, check("difference", metric="error_rate", max="0.10", direction=Direction.WORSE))
    assert {result.group[-1] for result in gate.results if result.status == "fail"} == {"b"}


def test_values_are_held_to_both_limits():
    """A value between its limits passes, beyond either it fails."""
    counts = selections({"low": (10, 1000), "middle": (300, 1000), "high": (900, 1000)})
    gate = judged(counts, check("value", min="0.10", max="0.60"))
    assert {g: s for g, (s, _) in statuses(gate).items()} == {
        "low": "fail",
        "middle": "pass",
        "high": "fail",
    }


def test_the_worst_group_is_one_result_about_all():
    """It fails by the group that surely exceeds, passes if none can, and waits for those unknown."""
    counts = selections({"a": (300, 1000), "b": (450, 1000), "c": (200, 1000)})
    fails = judged(counts, check("worst", max="0.40"))
    passes = judged(counts, check("worst", max="0.60"))
    lowest = judged(counts, check("worst", min="0.25"))
    groups = (PolicyGroup(name="group", columns=("group",), min_n=1, levels={"group": ("a", "z")}),)
    waits = judged(counts, check("worst", max="0.60"), groups=groups)
    found = [
        (g.results[0].group, str(g.results[0].status), len(g.results)) for g in (fails, passes, lowest, waits)
    ]
    assert found == [
        ("group=b", "fail", 1),
        ("group=b", "pass", 1),
        ("group=c", "fail", 1),
        ("group=b", "inconclusive", 1),
    ]
    assert waits.results[0].reason == "no-rows"
    assert "not judged: group=z" in waits.results[0].sentence
    assert passes.results[0].low < 0.45 < passes.results[0].high


def test_a_predicate_is_one_group():
    """Only the rows for which it is true are judged, against all others."""
    rows = {"age": [20, 40] * 500, "hired": [0, 1] * 250 + [1, 1] * 250}
    made = fairkit.evaluate(rows, decision="hired", by="young: age < 25")
    groups = (PolicyGroup(name="young", predicate="age < 25", min_n=1),)
    gate = decide(policy(ratio(groups=("young",)), groups=groups), made)
    assert [(result.group, result.reference, str(result.status)) for result in gate.results] == [
        ("young=True", "rest", "fail")
    ]


def test_a_predicate_that_means_something_else_in_the_report_is_a_problem():
    """Same name, other predicate: the check does not run."""
    rows = {"age": [20, 40] * 50, "hired": [0, 1] * 50}
    made = fairkit.evaluate(rows, decision="hired", by="young: age < 30")
    gate = decide(
        policy(ratio(groups=("young",)), groups=(PolicyGroup(name="young", predicate="age < 25"),)), made
    )
    assert gate.exit_code == 2
    assert "'age < 30'" in gate.problems[0].message


@pytest.mark.parametrize(
    ("made", "kind", "words"),
    [
        (check("value", metric="brier_score", max="0.2"), "metric", "brier_score cannot be measured"),
        (check("value", max="0.9", groups=("other",)), "group", "do not know 'grup'"),
        (check("baseline", baseline="v1", max_change="0.1"), "baseline", "baseline 'v1' was not given"),
    ],
)
def test_a_check_that_did_not_run_is_a_problem_beside_what_ran(made, kind, words):
    """The release does not pass, and the other checks are judged all the same."""
    groups = (
        PolicyGroup(name="group", columns=("group",)),
        PolicyGroup(name="other", columns=("grup",)),
    )
    gate = decide(policy(ratio(id="ran"), made, groups=groups), report(HARM))
    assert (gate.exit_code, gate.problems[0].kind, gate.problems[0].check) == (2, kind, "check")
    assert words in gate.problems[0].message
    assert [stamp.ran for stamp in gate.checks] == [True, False]
    assert {str(result.status) for result in gate.results} == {"fail", "pass"}


def test_a_misspelt_column_is_suggested():
    """The problem names what the counts know and what may have been meant."""
    gate = decide(policy(ratio(), groups=(PolicyGroup(name="group", columns=("grupo",)),)), report(HARM))
    assert "Did you mean 'group'?" in gate.problems[0].message


def test_a_reference_that_is_not_there_is_a_problem():
    """A level that no row has cannot be compared with."""
    gate = judged(HARM, ratio(), reference="martian")
    assert (gate.exit_code, gate.problems[0].kind) == (2, "group")
    assert "group=martian" in gate.problems[0].message


def test_could_not_judge_comes_before_failed_and_that_before_open():
    """One release may have all three; the exit code is that of the most serious."""
    broken = check("value", metric="brier_score", max="0.2", id="broken")
    fails, open_ = ratio(id="fails"), check("value", min="0.29", id="open", on_inconclusive=Effect.FAIL)
    codes = [
        decide(policy(*checks, reference="a"), report(HARM)).exit_code
        for checks in ([fails, open_, broken], [fails, open_], [open_], [check("value", min="0.1")])
    ]
    assert codes == [2, 1, 3, 0]


def test_problems_found_before_are_kept():
    """What could not even be read stops the release, and is told once."""
    known = Problem("data", None, "there is no file.")
    gate = decide(policy(ratio()), report(FAIR), problems=[known, known])
    assert (gate.verdict, gate.problems) == (Verdict.ERROR, (known,))


def test_saved_reports_of_clustered_rows_cannot_be_judged():
    """A saved report has no clusters, so that its intervals would be wrong: the check does not run."""
    rows = {"group": ["a", "b"] * 60, "hired": [1, 0] * 60, "who": [i // 2 for i in range(120)]}
    made = fairkit.evaluate(rows, decision="hired", by="group", cluster="who")
    own = policy(ratio(), reference="a")
    assert decide(own, made).exit_code in (0, 1)
    gate = decide(own, from_json(made.to_json()))
    assert (gate.exit_code, gate.problems[0].kind) == (2, "clusters")


def test_the_family_holds_all_gating_comparisons_and_nothing_else():
    """Warnings and groups that cannot be judged take no level from the others."""
    counts = selections({"a": (300, 1000), "b": (300, 1000), "c": (300, 1000), "few": (1, 3)})
    gate = judged(
        counts,
        check("value", min="0.1", id="one"),
        check("value", max="0.9", id="two"),
        check("value", min="0.2", id="aside", severity=Severity.WARNING),
        min_n=10,
    )
    assert gate.policy.family == 6
    levels = {result.check: result.level for result in gate.results if result.level is not None}
    assert levels["one"] == pytest.approx(1 - 0.05 / 6)
    assert levels["aside"] == pytest.approx(1 - 0.05 / 3)


def test_what_fails_frees_level_for_the_others():
    """Holm: after one of three has failed, the others are judged among two."""
    counts = selections({"a": (10, 1000), "b": (300, 1000), "c": (300, 1000)})
    gate = judged(counts, check("value", min="0.2"))
    assert [round(result.level, 6) for result in gate.results] == [round(1 - 0.05 / 3, 6), 0.975, 0.975]


def test_groups_that_mirror_each_other_ask_one_question():
    """Two groups, each against the rest, are one hypothesis, before and after they fail."""
    counts = outcomes({"a": (900, 0, 100, 0), "b": (600, 0, 400, 0)})
    gap = check("difference", metric="true_positive_rate", max="0.10", id="gap")
    gate = judged(counts, gap, check("value", metric="true_positive_rate", min="0.1", id="value"))
    assert gate.policy.family == 3
    level = {result.check: result.level for result in gate.results}
    assert (level["gap"], level["value"]) == (pytest.approx(1 - 0.05 / 3), pytest.approx(1 - 0.05 / 2))


def test_the_best_group_is_paid_for_with_every_pair():
    """Any group might have come out best, so all pairs are in the family."""
    counts = selections(dict.fromkeys("abcde", (300, 1000)))
    assert judged(counts, ratio(), reference="best").policy.family == 10
    assert judged(counts, ratio(), reference="a").policy.family == 4


def test_the_best_group_has_the_rows_that_the_policy_asks_for():
    """A handful of people with a high rate is no yardstick."""
    counts = selections({"a": (300, 1000), "b": (290, 1000), "few": (40, 50)})
    gate = judged(counts, ratio(), reference="best", min_n=100)
    assert {result.reference for result in gate.results} == {"group=a"}


@pytest.mark.parametrize(
    ("correction", "level"),
    [(Correction.NONE, 0.95), (Correction.BENJAMINI_HOCHBERG, 1 - 0.05 / 2), (Correction.HOLM, 0.975)],
)
def test_corrections_set_the_level(correction, level):
    """Without a correction every comparison has the policy's level."""
    counts = selections({"a": (300, 1000), "b": (300, 1000)})
    gate = judged(counts, check("value", min="0.1"), evidence=EvidenceRules(correction=correction))
    assert {result.level for result in gate.results} == {level}


def test_limits_and_numbers_are_kept_as_they_were_written():
    """0.80 stays 0.80, in the result and in the sentence, and values have the same scale."""
    (result,) = judged(HARM, ratio(), reference="a").results
    assert result.minimum == "0.80"
    assert result.sentence.endswith("; limit min 0.80")
    assert "is 0.50 (95% CI" in result.sentence


def test_two_reports_that_both_could_answer_are_refused():
    """Which one is meant cannot be guessed."""
    gate = decide(policy(ratio()), [report(FAIR), report(HARM)])
    assert (gate.exit_code, gate.problems[0].kind) == (2, "data")


def test_waivers_hold_for_one_result_until_their_day():
    """Waived results keep their numbers and stop nothing; the day after, they count again."""
    waiver = Waiver(
        check="check",
        group="group=b",
        reason="re-collection",
        owner="ana@example.org",
        created=dt.date(2026, 10, 1),
        expires=DAY,
    )
    own = policy(ratio(), reference="a", waivers=(waiver,))
    on_the_day = decide(own, report(HARM), today=DAY)
    after = decide(own, report(HARM), today=DAY + dt.timedelta(days=1))
    (result,) = on_the_day.results
    assert (str(result.status), str(result.without_waiver), on_the_day.exit_code) == ("waived", "fail", 0)
    assert (result.waiver.owner, result.waiver.days_left) == ("ana@example.org", 0)
    assert result.value == pytest.approx(0.5)
    assert after.exit_code == 1
    assert "ana@example.org" in after.warnings[0]
    assert "expired on 2026-11-21" in after.warnings[0]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 60)), min_size=2, max_size=6),
    st.sampled_from(["rest", "best", "g0"]),
    st.sampled_from(["value", "ratio", "difference", "worst"]),
)
def test_any_counts_give_every_group_a_status_that_its_interval_bears_out(cells, reference, compare):
    """Whatever the counts are: no NaN, no missing group, and pass or fail only by the interval."""
    counts = selections({f"g{i}": (k, k + rest) for i, (k, rest) in enumerate(cells)})
    limits = {"value": {"max": "0.4"}, "worst": {"max": "0.4"}, "difference": {"max": "0.1"}}
    own = check(compare, **limits.get(compare, {"min": "0.8"}))
    gate = judged(counts, own, reference=reference)
    if gate.problems:
        assert reference == "g0"
        return
    low, high = {"value": (0, 0.4), "worst": (0, 0.4), "difference": (-0.1, 0.1)}.get(
        compare, (0.8, math.inf)
    )
    shown = len(cells) - (reference != "rest" and compare in ("ratio", "difference"))
    assert len(gate.results) == (1 if compare == "worst" else shown)
    for result in gate.results:
        numbers = [result.value, result.low, result.high, result.level]
        assert all(number is None or math.isfinite(number) for number in numbers)
        if result.status == "pass":
            assert result.low >= low
            assert high == math.inf or result.high <= high
        elif result.status == "fail":
            assert result.low > high or result.high < low
        else:
            assert result.reason
