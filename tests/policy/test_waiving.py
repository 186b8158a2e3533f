"""Waivers: which results they cover, and what is said of those that do nothing."""

import datetime as dt

import pytest
from gated_releases import check, policy, report, selections

import fairkit
from fairkit.policy.deciding import decide
from fairkit.policy.model import PolicyGroup, Waiver
from fairkit.policy.waiving import names_of

DAY = dt.date(2026, 11, 21)
HARM = selections({"a": (600, 1000), "b": (300, 1000)})


def waiver(**more):
    """A waiver of the harm in group b."""
    made = {
        "check": "check",
        "group": "group=b",
        "reason": "known",
        "owner": "ana@example.org",
        "created": DAY - dt.timedelta(days=10),
        "expires": DAY + dt.timedelta(days=10),
    }
    return Waiver(**{**made, **more})


def gate_with(*waivers, today=DAY):
    """The gate of a release that fails for group b."""
    return decide(
        policy(check("ratio", min="0.80"), reference="a", waivers=waivers), report(HARM), today=today
    )


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"group": "group=z"}, "matches no result (groups are 'group=b'"),
        ({"group": "group=B"}, "Did you mean 'group=b'?"),
        ({"group": "b"}, "Did you mean 'group=b'?"),
        ({"expires": DAY - dt.timedelta(days=1)}, "expired on 2026-11-20"),
        ({"created": DAY + dt.timedelta(days=1)}, "begins on 2026-11-22"),
    ],
)
def test_a_waiver_that_does_nothing_is_told_with_its_owner(changed, words):
    """The release fails as if it were not there."""
    gate = gate_with(waiver(**changed))
    assert gate.exit_code == 1
    assert len(gate.warnings) == 1
    assert words in gate.warnings[0]
    assert "ana@example.org" in gate.warnings[0]


def test_a_waiver_that_nothing_needs_is_told():
    """Where the check passes the waiver can go."""
    gate = decide(
        policy(check("ratio", min="0.20"), reference="a", waivers=(waiver(),)), report(HARM), today=DAY
    )
    assert gate.exit_code == 0
    assert "is not needed" in gate.warnings[0]


def test_no_waiver_covers_what_could_not_be_judged():
    """A check that did not run stops the release whatever is waived."""
    broken = check("baseline", metric="selection_rate", baseline="v1", max_change="0.1", id="broken")
    gate = decide(policy(broken, reference="a", waivers=(waiver(check="broken"),)), report(HARM), today=DAY)
    assert gate.exit_code == 2


def test_crossed_groups_are_named_as_in_the_report_or_in_the_policy():
    """Both names of an intersection are understood."""
    rows = {"sex": ["F", "M"] * 400, "race": ["A", "A", "B", "B"] * 200, "d": [0, 1, 1, 1] * 200}
    made = fairkit.evaluate(rows, decision="d", by="sex,race")
    groups = (PolicyGroup(name="both", columns=("sex", "race"), min_n=1),)
    for name in ("sex=F & race=A", "both=F & A"):
        own = policy(
            check("ratio", min="0.80", groups=("both",)), groups=groups, waivers=(waiver(group=name),)
        )
        gate = decide(own, made, today=DAY)
        assert [str(r.status) for r in gate.results if r.group == "sex=F & race=A"] == ["waived"]


def test_levels_that_look_like_columns_keep_their_names():
    """Only the names of columns are taken off, each once."""
    group = PolicyGroup(name="both", columns=("sex", "race"))
    assert names_of(group, 'sex=F & race="x & race=y"') == 'both=F & "x & race=y"'


def test_a_waiver_of_the_worst_group_hides_no_other():
    """The next worst is judged then; without the waiver, or after it, only the worst is listed."""
    counts = selections({"a": (300, 1000), "b": (900, 1000), "c": (800, 1000)})
    lone = selections({"a": (300, 1000), "b": (900, 1000)})

    def found(counts, today=DAY):
        own = policy(check("worst", max="0.40"), waivers=(waiver(),))
        gate = decide(own, report(counts), today=today)
        return gate.exit_code, [(result.group, str(result.status)) for result in gate.results]

    assert found(counts) == (1, [("group=c", "fail"), ("group=b", "waived")])
    assert found(lone) == (0, [("group=a", "pass"), ("group=b", "waived")])
    assert found(lone, DAY + dt.timedelta(days=99)) == (1, [("group=b", "fail")])
