"""A policy of confirmed claims: it parses, it is harmless, and it measures what was confirmed."""

import contextlib
import tomllib
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fairkit
from bounty.claims.claim import Claim, ClaimKind, Constant, OnnxModel
from bounty.claims.proposals import Refusing, group_rows
from bounty.rows.amounts import Numbers
from bounty.rows.answers import STEPS, Answers, Form, Truth
from bounty.rows.bits import RowSet
from bounty.rows.columns import Columns
from bounty.rows.evidence import DisparityEvidence, RateSums, RepairEvidence, compare, weigh
from bounty.rows.losses import Loss
from bounty.rows.splits import Split
from bounty.scoring.policy_export import Found, Origin, to_policy
from bounty.scoring.policy_limits import METRICS
from fairkit import predicates, samples
from fairkit.errors import BountyError, PolicyError
from fairkit.policy import load_policy, policy_of

ORIGIN = Origin("Lending", "0f" * 32, "ab" * 32)
EVIDENCE = DisparityEvidence(
    100, RateSums(20, 8, 20, 8, 8, 20), RateSums(100, 20, 100, 20, 20, 100), RateSums(20, 8, 20, 8, 8, 20)
)
texts = st.text(max_size=60)


def disparity(group="age < 25", *, sequence=4, loss="error", evidence=EVIDENCE, title="", **said):
    """A confirmed disparity."""
    return Found(Claim(ClaimKind.DISPARITY, loss, group, about={"title": title}, **said), evidence, sequence)


def repair(group="age < 25", *, sequence=5):
    """A confirmed repair."""
    claim = Claim(ClaimKind.REPAIR, "error", group, model=Constant("yes"))
    return Found(claim, RepairEvidence(100, 20, 9, 5, 6, 2, 8), sequence)


def test_a_policy_names_groups_checks_and_its_origin():
    """Groups, checks, data and evidence stand where the format has them, with where they come from."""
    origin = Origin(
        "Lending",
        "0f" * 32,
        "ab" * 32,
        data={"label": "repaid", "decision": "approved"},
        coarsened={"age": "bins of width 5", "income": "quantiles"},
        minimum_rows=40,
    )
    policy = to_policy([repair(), disparity(title="The young", margin="0.05")], origin)
    read = tomllib.loads(str(policy))
    (name,) = read["groups"]
    assert name.startswith("the_young_")
    assert read["schema"] == 1
    assert read["data"] == {"label": "repaid", "decision": "approved"}
    assert read["groups"][name] == {
        "predicate": "age < 25",
        "reference": "rest",
        "min_n": 40,
        "note": "coarsened columns: age: bins of width 5",
    }
    assert [(check["metric"], check["compare"], check["max"]) for check in read["check"]] == [
        ("error_rate", "difference", 0.05),
        ("error_rate", "value", 0.27),
    ]
    assert all(check["rule"] == "prove-harm" and check["groups"] == [name] for check in read["check"])
    assert policy.groups == {name: "age < 25"}
    assert policy.left_out == ()
    for part in ("Manifest " + "0f" * 32, "Ledger head " + "ab" * 32, "confirmation rows", "quantiles"):
        assert part in policy.text


def test_what_a_policy_cannot_hold_is_left_out_and_named():
    """ONNX groups have no predicate and the log loss no metric; both are named in file and result."""
    onnx = Found(Claim(ClaimKind.DISPARITY, "error", OnnxModel("12" * 32, b"")), EVIDENCE, 6)
    broken = disparity("age <", sequence=8)
    log = disparity(loss="log", sequence=7)
    policy = to_policy([onnx, log, broken, disparity()], ORIGIN)
    assert [each.sequence for each in policy.left_out] == [6, 7, 8]
    for each in policy.left_out:
        assert f"# Left out: claim {each.claim[:12]}, number {each.sequence}: {each.why}" in policy.text
    read = tomllib.loads(policy.text)
    assert list(policy.groups.values()) == ["age < 25"]
    assert len(read["check"]) == 1


def test_only_what_a_claim_says_is_held_against_a_release():
    """A group that is better off than others is no harm: differences count above the reference only."""
    policy = to_policy([repair(), disparity(margin="0.05")], ORIGIN)
    difference, value = tomllib.loads(policy.text)["check"]
    assert (difference["compare"], difference["direction"]) == ("difference", "above")
    assert "direction" not in value


def test_a_policy_of_nothing_has_nothing_to_hold():
    """Without claims the file parses and has no checks, so that no release can be judged by it."""
    text = to_policy([], ORIGIN).text
    assert tomllib.loads(text)["name"] == "bounty: Lending"
    with pytest.raises(PolicyError, match="check is missing"):
        policy_of(tomllib.loads(text))


@pytest.mark.parametrize("loss", ["error", "false_positive", "false_negative", "squared"])
def test_what_is_exported_is_a_policy_of_the_gate(loss, tmp_path):
    """The gate reads the file: groups, limits as written, directions, data and the least rows."""
    data = {"label": "repaid", "score" if loss == "squared" else "decision": "approved"}
    origin = Origin("Lending", "0f" * 32, "ab" * 32, data=data, minimum_rows=40)
    found = [
        disparity("age < 25 and home in ('rent', 'own')", loss=loss, title="The young", margin="0.050"),
        disparity("not (income >= 20000.5)", loss=loss, sequence=6, compare="age >= 60", margin="0.1"),
    ]
    if loss == "error":
        found.append(repair("`a = b` == 'x \\\\ y'"))
    exported = to_policy(found, origin)
    file = tmp_path / "fairness.toml"
    file.write_text(exported.text, encoding="utf-8")
    policy = load_policy(file)
    assert {group.name: group.predicate for group in policy.groups} == dict(exported.groups)
    assert {group.min_n for group in policy.groups} == {40}
    assert len(policy.checks) == len(found)
    first = policy.checks[0]
    assert (first.metric, first.limit, str(first.direction)) == (METRICS[loss], "max 0.050", "above")
    assert all(check.gates for check in policy.checks)
    assert policy.data.columns == data


def test_names_stay_when_claims_come():
    """A group keeps its name whatever else was confirmed, in whatever order claims are given."""
    one, other = disparity(title="The young"), disparity("age < 30", title="The young", sequence=9)
    alone, both = to_policy([one], ORIGIN), to_policy([other, one], ORIGIN)
    assert set(alone.groups.items()) < set(both.groups.items())
    assert to_policy([one, other], ORIGIN) == both
    renamed = disparity("25 > age", title="Later words", sequence=12, margin="0.1")
    assert to_policy([one, other, renamed], ORIGIN).groups == both.groups


def test_a_claim_that_stands_twice_is_written_once():
    """The same claim gives one check, from its first place in the ledger."""
    policy = to_policy([disparity(sequence=9), disparity(sequence=4)], ORIGIN)
    assert len(tomllib.loads(policy.text)["check"]) == 1
    assert "number 9" not in policy.text


@settings(max_examples=80)
@given(
    title=texts,
    bounty=texts,
    column=st.text(min_size=1, max_size=20).filter(lambda text: "`" not in text),
    value=texts,
    coarse=texts,
    role=texts,
    heads=st.tuples(texts, texts),
)
def test_hostile_words_cannot_break_the_file(title, bounty, column, value, coarse, role, heads):
    """Whatever titles, columns, values and hashes hold, the file parses and says only what it should."""
    quoted = value.replace("\\", "\\\\").replace("'", "\\'")
    try:
        group = predicates.parse(f"`{column}` == '{quoted}'").canonical
    except fairkit.errors.FairkitError:
        group = "age < 25"
    origin = Origin(bounty, *heads, coarsened={column: coarse}, data={role: column})
    policy = to_policy([disparity(group, title=title), disparity(loss=value, sequence=7)], origin)
    read = tomllib.loads(policy.text)
    policy.text.encode()
    assert set(read) <= {"schema", "name", "on_inconclusive", "data", "evidence", "groups", "check"}
    assert len(read["check"]) == 1
    assert set(policy.groups.values()) == {group, "age < 25"}
    name, table = next(iter(read["groups"].items()))
    assert name.isascii()
    assert name.isidentifier()
    assert table["predicate"] == group
    assert read["check"][0]["groups"] == [name]
    lines = [line for line in policy.text.splitlines() if line.startswith("#")]
    assert len(lines) == 5 + 1 + 2 + len(policy.groups)
    with contextlib.suppress(PolicyError):  # a role that no data have, two of them that exclude each other
        policy_of(read)


@pytest.mark.parametrize(
    "title",
    [
        '"""\n[data]\nlabel = "x"',
        "\x00\x1b[2J",
        "\ud800",
        "]\n[[check]]\nmax = 1",
        "Ältere Frauen",
        "123",
        "\u202e",
    ],
    ids=ascii,
)
def test_titles_become_names(title):
    """A title gives a name of plain letters, or none at all, and no line of its own."""
    policy = to_policy([disparity(title=title)], ORIGIN)
    (name,) = policy.groups
    assert name.isascii()
    assert name.isidentifier()
    assert len(tomllib.loads(policy.text)["check"]) == 1
    assert not any(character in policy.text for character in "\x00\x1b\u202e\ud800")


def test_evidence_of_another_kind_is_refused_with_the_tolerance():
    """A claim with evidence of the other kind, and a tolerance that is none, are named together."""
    mixed = Found(disparity().claim, repair().evidence, 4)
    with pytest.raises(BountyError) as refused:
        to_policy([mixed], Origin("Lending", "00ff", "ab12", tolerance="some"))
    assert len(refused.value.problems) == 2


# --- the policy measures what was confirmed ---


def replayed(policy, frame, **outputs):
    """Measure each check's group with fairkit, as a policy's reader will: rate, its counts and difference."""
    found = []
    for check in tomllib.loads(policy.text)["check"]:
        (name,) = check["groups"]
        by = f"{name}: {policy.groups[name]}"
        report = fairkit.evaluate(frame, by=by, metrics=[check["metric"]], **outputs)
        (estimate,) = (each for each in report.estimates if each.group == f"{name}=True")
        (finding,) = (each for each in report.findings if each.group == f"{name}=True")
        found.append((check, estimate, finding))
    return found


def lending():
    """Confirmation rows of the lending sample: the frame with coarsened income, and the same as a split."""
    frame = samples.lending(rows=8_000).dropna(subset=["repaid", "approved"], ignore_index=True)
    frame["income"] = frame["income"] // 20_000 * 20_000
    frame.loc[::97, "home"] = None
    names = ["sex", "race", "age_band", "home", "region", "income"]
    values = {name: [None if pd.isna(value) else value for value in frame[name].tolist()] for name in names}
    truth = Truth((frame["repaid"] == "yes").to_numpy().astype(np.uint8))
    host = Answers.of(Form.DECISION, (frame["approved"] == "yes").to_numpy())
    return frame, Split("confirmation", Columns.of(values), truth, host)


GROUPS = (
    "race == 'Black' and age_band == '18-29'",
    "home == 'rent' and income < 40000",
    "sex == 'Female' or not home == 'own'",
)


@pytest.mark.parametrize("loss", ["error", "false_positive", "false_negative"])
def test_disparities_measure_the_same_with_fairkit(loss):
    """Each group's rate, with its counts, is the evidence's, also where labels are missing."""
    frame, split = lending()
    taken = Loss.named(loss, Form.DECISION)
    lost, units = split.lost(taken), taken.units(split.truth)
    found = []
    for i, text in enumerate(GROUPS):
        group = group_rows(text, split.columns, Refusing())
        evidence = compare(lost, units, group=group, reference=~group)
        claim = Claim(ClaimKind.DISPARITY, loss, predicates.parse(text).canonical, "rest", "0.01")
        found.append(Found(claim, evidence, i))
    policy = to_policy(found, ORIGIN)
    rows = replayed(policy, frame, label="repaid", decision="approved", positive="yes")
    assert len(rows) == len(GROUPS)
    for each, (check, estimate, finding) in zip(found, rows, strict=True):
        group, rest = each.evidence.group, each.evidence.reference
        assert check["metric"] == METRICS[loss]
        assert (estimate.numerator, estimate.n) == (group.lost, group.units)
        assert finding.value == pytest.approx(group.lost / group.units - rest.lost / rest.units, abs=1e-12)


def test_a_repair_is_held_by_the_release_that_has_it_and_not_by_the_one_before():
    """The repaired model lies within the limit on the group, the host's model beyond it."""
    frame, split = lending()
    loss = Loss.named("error", Form.DECISION)
    claim = Claim(ClaimKind.REPAIR, "error", GROUPS[0], model=Constant("no"))
    group = group_rows(claim.group, split.columns, Refusing())
    mended = split.host.replaced(group, by=Answers.constant(Form.DECISION, 0, split.rows))
    if loss.lost(mended, split.truth).total(group) > split.lost(loss).total(group):
        mended = split.host.replaced(group, by=Answers.of(Form.DECISION, split.truth.codes))
    evidence = weigh(split.lost(loss), loss.lost(mended, split.truth), group=group)
    policy = to_policy([Found(claim, evidence, 1)], ORIGIN)
    frame["mended"] = np.where(mended.codes == 1, "yes", "no")
    for column, lost in (("approved", evidence.lost_before), ("mended", evidence.lost_after)):
        ((check, estimate, _),) = replayed(policy, frame, label="repaid", decision=column, positive="yes")
        assert (estimate.numerator, estimate.n) == (lost, evidence.group)
        assert (estimate.value > check["max"]) is (column == "approved")
        assert check["compare"] == "value"


def test_scores_measure_the_same_as_a_brier_score():
    """A squared loss on the grid is fairkit's Brier score of the same scores."""
    generator = np.random.default_rng(4)
    steps, true = generator.integers(0, STEPS + 1, 900), generator.integers(0, 2, 900)
    age = generator.integers(18, 80, 900).tolist()
    columns = Columns.of({"age": age})
    split = Split(
        "confirmation",
        columns,
        Truth((true * STEPS).astype(np.uint16)),
        Answers.of(Form.SCORE, steps),
    )
    loss = Loss.named("squared", Form.SCORE)
    group = group_rows("age < 25", columns, Refusing())
    evidence = compare(split.lost(loss), loss.units(split.truth), group=group, reference=~group)
    policy = to_policy([disparity(loss="squared", compare="rest", evidence=evidence)], ORIGIN)
    frame = pd.DataFrame({"age": age, "y": true, "score": steps / STEPS})
    ((_, estimate, _),) = replayed(policy, frame, label="y", score="score")
    assert estimate.value == pytest.approx(evidence.group.lost / evidence.group.units / STEPS**2, abs=1e-12)


def test_ratios_measure_the_same_as_events_per_exposure():
    """A host's costs and units are fairkit's events and exposure, where the host names that metric."""
    generator = np.random.default_rng(5)
    cost, units = generator.integers(0, 5, 600), generator.integers(1, 30, 600)
    age = generator.integers(18, 80, 600).tolist()
    group = RowSet.of(np.array(age) < 25)
    loss = Loss.named("ratio", Form.COST, largest=5, largest_unit=30)
    truth, host = Truth(units=Numbers(units)), Answers.of(Form.COST, cost)
    evidence = compare(loss.lost(host, truth), loss.units(truth), group=group, reference=~group)
    origin = Origin("Speech", "00ff", "ab12", metrics={"ratio": "event_rate"})
    policy = to_policy([disparity(loss="ratio", compare="rest", evidence=evidence)], origin)
    frame = pd.DataFrame({"age": age, "errors": cost, "words": units})
    ((_, estimate, _),) = replayed(policy, frame, events="errors", exposure="words")
    assert Fraction(estimate.value).limit_denominator(10**6) == Fraction(
        evidence.group.lost, evidence.group.units
    )
