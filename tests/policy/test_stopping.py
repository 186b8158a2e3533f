"""A policy that stops nothing says so."""

import pytest
from gated_releases import check, policy, report, selections

from fairkit.policy.deciding import decide
from fairkit.policy.model import Direction, Severity
from fairkit.policy.stopping import cautions_of
from fairkit.policy.views.wording import explanation

HARM = selections({"a": (600, 1000), "b": (300, 1000)})


@pytest.mark.parametrize(
    ("made", "never"),
    [
        (check("difference", max="1"), True),
        (check("difference", max="0.99"), False),
        (check("difference", max="1.0", direction=Direction.WORSE), True),
        (check("value", min="0.0"), True),
        (check("value", min="0", max="1"), True),
        (check("value", min="0", max="0.9"), False),
        (check("worst", max="1.0"), True),
        (check("worst", metric="word_error_rate", max="1.0"), False),
        (check("worst", metric="roc_auc", min="0"), True),
        (check("difference", metric="cohen_kappa", max="1"), False),
        (check("ratio", min="0.01"), False),
        (check("baseline", baseline="v1", max_regression="1"), True),
        (check("baseline", baseline="v1", max_change="0.02"), False),
    ],
)
def test_a_limit_that_nothing_can_exceed_is_pointed_out(made, never):
    """Whatever the data are such a check passes, which its author hardly meant."""
    told = cautions_of(policy(made))
    assert ["check 'check' can never fail" in text and made.limit in text for text in told] == [True] * never


def test_a_policy_of_warnings_is_pointed_out_in_the_gate():
    """The release passes with a failure, and the gate says that nothing could have stopped it."""
    made = [check("ratio", min="0.80", severity=severity) for severity in (Severity.WARNING, Severity.ERROR)]
    gates = [decide(policy(one, reference="a"), report(HARM)) for one in made]
    assert [gate.exit_code for gate in gates] == [0, 1]
    assert explanation(gates[0]) == "no check can stop the release; of 1 result: 1 fail (warning)"
    assert [gate.warnings for gate in gates] == [
        ("no check can stop the release: none of the policy has severity 'error'.",),
        (),
    ]
