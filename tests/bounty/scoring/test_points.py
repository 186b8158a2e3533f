"""Points of confirmed claims: each harm is paid once, whoever cuts it how."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from bounty.claims.claim import Claim, ClaimKind, Constant
from bounty.rows.amounts import Bits, Numbers
from bounty.rows.answers import Answers, Form, Truth
from bounty.rows.bits import RowSet
from bounty.rows.columns import Columns
from bounty.rows.evidence import RepairEvidence, weigh
from bounty.rows.losses import Loss
from bounty.rows.splits import Split
from bounty.scoring.points import PER_ROWS, Confirmed, Points, Why, score, totals
from fairkit.errors import BountyError

ROWS = 60
ERROR = Loss.named("error", Form.DECISION)
MISSED = Loss.named("false_negative", Form.DECISION)
masks = hnp.arrays(np.bool_, ROWS)
numbers = itertools.count()


def split_of(wrong, positive=None):
    """A split whose model errs on given rows."""
    wrong = np.asarray(wrong, np.bool_)
    true = np.ones(len(wrong), np.bool_) if positive is None else np.asarray(positive, np.bool_)
    truth, host = Truth(true.astype(np.uint8)), Answers.of(Form.DECISION, true ^ wrong)
    return Split("public", Columns.of({"row": list(range(len(wrong)))}), truth, host)


def found(mask, *, team="a", at=0, loss="error", **said):
    """A confirmed disparity; `at` is its place in the ledger."""
    claim = Claim(ClaimKind.DISPARITY, loss, f"row == {next(numbers)}", **said)
    return Confirmed(claim, team, at, time(at), group=RowSet.of(np.asarray(mask, np.bool_)))


def mended(saved, *, team="a", at=0, rows=ROWS, largest=1):
    """A confirmed repair that saves so much."""
    claim = Claim(ClaimKind.REPAIR, "error", f"row == {next(numbers)}", model=Constant("yes"))
    evidence = RepairEvidence(rows, 20, 15, 15 - saved, max(saved, 0), max(-saved, 0), abs(saved), largest)
    return Confirmed(claim, team, at, time(at), evidence=evidence)


def time(day):
    """A time as the ledger writes it."""
    return f"2025-01-{1 + day:02}T00:00:00Z"


def points(claims, split, **terms):
    """Points in the order in which the claims were given."""
    scored = score(claims, split, losses=[ERROR, MISSED], **terms)
    of = {each.claim: each.points for each in scored}
    return [of[each.claim.hash] for each in claims]


def mask(*rows, of=ROWS):
    """The rows of some ranges and numbers."""
    made = np.zeros(of, np.bool_)
    for part in rows:
        made[part] = True
    return made


def worth(group, wrong):
    """What a group earns alone, written out."""
    excess = int((group & wrong).sum()) - Fraction(int(wrong.sum()), len(wrong)) * int(group.sum())
    return excess * PER_ROWS / len(wrong)


@given(group=masks, wrong=masks)
def test_a_first_claim_earns_its_excess(group, wrong):
    """Alone, a group earns its errors beyond the overall rate per ten thousand rows, and never below 0."""
    (one,) = score([found(group)], split_of(wrong), losses=[ERROR])
    assert one.alone == worth(group, wrong)
    assert one.points == max(0, worth(group, wrong))
    assert (one.why is None) is (one.points > 0)


@given(group=masks, wrong=masks, place=hnp.arrays(np.int64, ROWS, elements=st.integers(0, 3)))
def test_parts_earn_what_the_whole_earns_up_to_the_floor(group, wrong, place):
    """Parts earn their excesses where above 0, whether the whole group comes first, last or never."""
    parts = [found(group & (place == i), at=i) for i in range(4)]
    split = split_of(wrong)
    earned = sum(points(parts, split))
    assert earned == sum(max(0, worth(group & (place == i), wrong)) for i in range(4))
    whole = found(group, at=9)
    if all(worth(group & (place == i), wrong) >= 0 for i in range(4)):
        assert earned == points([whole], split)[0]
    assert points([*parts, whole], split)[-1] == 0
    assert (
        sum(points([found(group, at=0), *(found(each.group.mask, at=1) for each in parts)], split)) == earned
    )


@settings(max_examples=40)
@given(groups=st.lists(masks, min_size=2, max_size=4), wrong=masks)
def test_the_order_of_claims_decides_who_earns_not_how_much(groups, wrong):
    """All claims together earn the same in every order."""
    split = split_of(wrong)
    sums = {
        sum(points([found(group, at=i) for i, group in enumerate(order)], split))
        for order in itertools.permutations(groups)
    }
    assert len(sums) == 1


def test_the_same_rows_are_paid_once():
    """A repeated group, a part of it and a group widened by rows of the overall rate earn nothing more."""
    wrong = mask(slice(0, 10), slice(20, 60, 4))  # 20 of 60 rows
    core, wide = mask(slice(0, 12)), mask(slice(0, 12), 20, 21, 22, 24, 25, 26)
    claims = [found(core, at=0), found(core, at=1), found(mask(slice(0, 6)), at=2), found(wide, at=3)]
    split = split_of(wrong)
    assert worth(wide, wrong) == worth(core, wrong)
    assert points(claims, split) == [6 * Fraction(PER_ROWS, ROWS), 0, 0, 0]
    reasons = [each.why for each in score(claims, split, losses=[ERROR])]
    assert reasons == [None, Why.COVERED, Why.COVERED, Why.COVERED]
    shares = [each.covered for each in score(claims, split, losses=[ERROR])]
    assert shares == [0, 1, 1, Fraction(2, 3)]


def test_a_ladder_of_groups_earns_its_harm_once():
    """Ever narrower groups around one harm, padded with rows of the overall rate, earn what one does."""
    core, padding = np.array([1] * 8 + [0] * 2), np.array([1, 0] * 20)
    wrong = np.concatenate([core, padding, [1] * 2 + [0] * 8]).astype(np.bool_)
    sizes = (50, 40, 30, 20, 10)
    best = worth(mask(slice(0, 10)), wrong)
    assert {worth(mask(slice(0, size)), wrong) for size in sizes} == {best}
    for order in (sizes, sizes[::-1]):
        ladder = [found(mask(slice(0, size)), at=i) for i, size in enumerate(order)]
        assert points(ladder, split_of(wrong)) == [best, 0, 0, 0, 0]


def test_a_broad_claim_does_not_take_what_a_precise_one_finds():
    """Who claims all rows but a few earns little, and the precise group inside still earns the rest."""
    wrong = mask(slice(0, 10))
    broad, precise = mask(slice(0, 55)), mask(slice(0, 12))
    first, second = points([found(broad, at=0), found(precise, team="b", at=1)], split_of(wrong))
    assert first == worth(broad, wrong)
    assert first + second == worth(precise, wrong)
    assert second > 5 * first


def test_references_and_margins_change_no_points():
    """Naming the best-served group as the reference, or another margin, earns nothing more."""
    wrong = mask(slice(0, 20))
    group = mask(slice(5, 30))
    said = [{}, {"compare": "rest"}, {"compare": "row >= 50"}, {"margin": "0.3"}]
    assert len({points([found(group, **words)], split_of(wrong))[0] for words in said}) == 1


def test_a_group_that_is_served_as_all_are_earns_nothing():
    """All rows exceed some reference and still earn nothing, and take nothing from others."""
    wrong = mask(slice(0, 20))
    everything, group = found(mask(slice(0, 60)), compare="row >= 50"), found(mask(slice(0, 20)), at=1)
    scored = score([everything, group], split_of(wrong), losses=[ERROR])
    assert [each.why for each in scored] == [Why.NO_EXCESS, None]
    assert scored[0].alone == 0
    assert scored[1].covered == 0


def test_who_committed_first_is_first():
    """A commitment's time decides, then the time of submission, then the ledger's order."""
    group = mask(slice(0, 12))
    early, late = found(group, team="early", at=3), found(group, team="late", at=5)
    promised = Confirmed(late.claim, "promised", 9, time(9), committed=time(1), group=late.group)
    twin = Confirmed(early.claim, "twin", 2, time(3), group=early.group)
    scored = score([late, early, twin, promised], split_of(mask(slice(0, 10))), losses=[ERROR])
    assert [each.team for each in scored] == ["promised", "twin", "early", "late"]
    assert [bool(each.points) for each in scored] == [True, False, False, False]


@given(group=masks, wrong=masks, copies=st.integers(2, 4))
def test_points_do_not_depend_on_the_size_of_the_split(group, wrong, copies):
    """The same rows several times over give the same points."""
    once = points([found(group)], split_of(wrong))
    assert once == points([found(np.tile(group, copies))], split_of(np.tile(wrong, copies)))


def test_losses_are_counted_apart_and_weighted():
    """A group is paid once for each loss, each in its own units and with the host's weight."""
    wrong, positive = mask(slice(0, 10)), mask(slice(0, 30))
    split, group = split_of(wrong, positive), mask(slice(0, 12))
    both = [found(group, at=0), found(group, at=1, loss="false_negative")]
    error, missed = points(both, split)
    assert error == worth(group, wrong)
    assert missed == (10 - Fraction(10, 30) * 12) * PER_ROWS / ROWS
    halved = points(both, split, weights={"false_negative": "0.5"})
    assert halved == [error, missed / 2]
    nothing = score(both, split, losses=[ERROR, MISSED], weights={"error": 0})
    assert [each.why for each in nothing] == [Why.NO_WEIGHT, None]


def test_large_losses_are_per_their_largest():
    """A squared error earns the share of the largest that a row can lose."""
    squared = Loss.named("squared", Form.SCORE)
    said, true = np.array([1000] * 10 + [0] * 50), np.zeros(60, np.uint16)
    split = Split("public", Columns.of({}), Truth(true), Answers.of(Form.SCORE, said))
    claim = found(mask(slice(0, 10)), loss="squared")
    (one,) = score([claim], split, losses=[squared])
    assert one.points == worth(mask(slice(0, 10)), mask(slice(0, 10)))


def test_a_repair_earns_what_it_saves_at_its_place():
    """Saved errors are paid per ten thousand rows and per largest loss; none are paid for losing more."""
    claims = [mended(6), mended(-2, at=1), mended(6, at=2, team=None), mended(600, at=3, largest=100)]
    split = split_of(mask(slice(0, 10)))
    scored = score(claims, split, losses=[ERROR])
    assert [each.points for each in scored] == [1000, 0, 0, 600 * Fraction(PER_ROWS, ROWS)]
    assert [each.why for each in scored] == [None, Why.NO_SAVING, Why.HOUSE, None]
    assert totals(scored) == {"a": scored[0].points + scored[3].points}


@given(wrong=masks, after=masks, place=hnp.arrays(np.int64, ROWS, elements=st.integers(0, 3)))
def test_a_repair_cut_into_parts_saves_the_same(wrong, after, place):
    """The parts of a repair, one after the other, save together what the whole saves."""
    host, better = Bits(RowSet.of(wrong)), Bits(RowSet.of(after))
    whole = weigh(host, better, group=RowSet.of(place > 0))
    current, saved = host, 0
    for i in (1, 2, 3):
        part = RowSet.of(place == i)
        saved += weigh(current, better, group=part).saved
        current = current.replaced(part, by=better)
    assert saved == whole.saved
    assert weigh(current, better, group=RowSet.of(place > 0)).saved == 0


def test_slivers_earn_nothing_where_the_host_asks_for_more():
    """A claim whose new part is below the least mass earns nothing, and leaves that part to others."""
    wrong = mask(slice(0, 13))
    core, sliver = mask(slice(0, 10)), mask(slice(0, 11))
    rest = mask(slice(10, 13))
    claims = [found(core, at=0), found(sliver, at=1), found(rest, at=2)]
    free, strict = points(claims, split_of(wrong)), points(claims, split_of(wrong), least="0.02")
    assert free[1] > 0
    assert strict[1] == 0
    assert strict[2] == free[1] + free[2]
    scored = score([*claims, mended(1, at=3)], split_of(wrong), losses=[ERROR], least="0.02")
    assert [each.why for each in scored] == [None, Why.TOO_LITTLE_NEW, None, Why.TOO_LITTLE_NEW]


def test_where_no_row_counts_for_a_loss_its_excess_is_undefined():
    """Without positives a false negative rate is undefined, so the claim earns nothing and says why."""
    split = split_of(mask(3), np.zeros(ROWS))
    (one,) = score([found(mask(3), loss="false_negative")], split, losses=[MISSED])
    assert (one.points, one.alone, one.covered, one.why) == (0, None, None, Why.NO_UNITS)


def test_a_split_without_rows_gives_no_points():
    """On no rows nothing is divided by 0."""
    (one,) = score([found(mask(of=0))], split_of([]), losses=[ERROR])
    assert one.why is Why.NO_UNITS
    (other,) = score([mended(0, rows=0)], split_of([]), losses=[ERROR])
    assert other.points == 0


def test_every_problem_is_named():
    """Claims and weights that do not fit the split or the bounty are refused together."""
    claims = [
        found(mask(3), loss="gini"),
        found(mask(3, of=9)),
        mended(3, rows=9),
        Confirmed(Claim(ClaimKind.DISPARITY, "error", "row < 4"), "a", 1, time(1)),
    ]
    with pytest.raises(BountyError) as refused:
        score(
            claims,
            split_of(mask(3)),
            losses=[ERROR],
            weights={"eror": 1, "error": "-1"},
            least="much",
        )
    text = str(refused.value)
    assert len(refused.value.problems) == 7
    for part in ("'gini'", "of 9 rows", "has no group", "Did you mean 'error'?", "is -1;", "is much;"):
        assert part in text


def test_every_reason_has_words():
    """No reason is shown as a code."""
    assert all(why.text and "-" not in why.text for why in Why)


def test_points_of_the_house_count_for_no_team():
    """Sums are per team, and the house is none."""
    of = [
        Points(str(i), team, i, ClaimKind.REPAIR, "error", Fraction(i, 3), None, None, None)
        for i, team in enumerate(["a", None, "b", "a"])
    ]
    assert totals(of) == {"a": Fraction(1), "b": Fraction(2, 3)}


@pytest.mark.slow
def test_groups_found_by_luck_earn_on_public_rows_and_not_at_the_close():
    """The best of many groups of noise earns on the rows it was searched on and nothing on fresh ones."""
    generator, rows = np.random.default_rng(5), 2_000
    public, sealed = [], []
    for _ in range(40):
        p, b = (generator.random(rows) < 0.3 for _ in range(2))
        groups = generator.random((100, rows)) < 0.2
        best = groups[np.argmax([worth(group, p) for group in groups])]
        public.append(points([found(best)], split_of(p))[0])
        sealed.append(float(score([found(best)], split_of(b), losses=[ERROR])[0].alone))
    assert min(public) > 30
    assert abs(np.mean(sealed)) < 4 * np.std(sealed) / 40**0.5
    assert float(np.mean([float(each) for each in public])) > 60


def test_numbers_of_any_size_are_scored_exactly():
    """Costs are summed as whole numbers and divided once, at the end."""
    ratio = Loss.named("ratio", Form.COST, largest=7, largest_unit=9)
    generator = np.random.default_rng(2)
    cost, units = generator.integers(0, 7, 60), generator.integers(1, 9, 60)
    split = Split("public", Columns.of({}), Truth(units=Numbers(units)), Answers.of(Form.COST, cost))
    group = mask(slice(0, 25))
    (one,) = score([found(group, loss="ratio")], split, losses=[ratio])
    rate = Fraction(int(cost.sum()), int(units.sum()))
    excess = int(cost[group].sum()) - rate * int(units[group].sum())
    assert one.alone == excess * Fraction(PER_ROWS, 60 * 7)
