"""Whether a claim says what an accepted claim has said already."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from bounty.certificates.terms import Terms
from bounty.claims.claim import Claim, ClaimKind, Constant, OnnxModel
from bounty.game.conditions import Conditions
from bounty.game.examining import examine
from bounty.game.parts import PartOfBounty
from bounty.rows.answers import Answers, AnswerSpace, Form, Truth
from bounty.rows.bits import RowSet
from bounty.rows.columns import Columns
from bounty.rows.losses import Loss
from bounty.rows.splits import Split
from bounty.scoring.overlaps import Placed, Standing, nearest, overlap, repeated, screen, too_small

ROWS = 200
YOUNG = Claim(ClaimKind.DISPARITY, "error", "age < 25", about={"title": "the young"})
pairs = st.integers(0, 150).flatmap(
    lambda rows: st.tuples(hnp.arrays(np.bool_, rows), hnp.arrays(np.bool_, rows))
)


def first(rows, *, of=ROWS, start=0):
    """The set of some consecutive rows."""
    mask = np.zeros(of, np.bool_)
    mask[start : start + rows] = True
    return RowSet.of(mask)


def disparity(group, rows, *, loss="error", sequence=1, **said):
    """A disparity on public rows."""
    return Placed(Claim(ClaimKind.DISPARITY, loss, group, **said), rows, sequence=sequence)


def repair(group, rows, codes, *, sequence=1, answer="yes"):
    """A repair on public rows, with its model's answers."""
    claim = Claim(ClaimKind.REPAIR, "error", group, model=Constant(answer))
    return Placed(claim, rows, Answers.of(Form.DECISION, codes), sequence)


@given(pairs)
def test_shares_are_those_of_sets(masks):
    """Common rows, Jaccard and both containments are those of Python's own sets, exactly."""
    new, old = ({int(i) for i in np.flatnonzero(mask)} for mask in masks)
    found = overlap(*(Placed(YOUNG, RowSet.of(mask)) for mask in masks))
    assert found.common == len(new & old)
    assert found.jaccard == (Fraction(len(new & old), len(new | old)) if new | old else 1)
    assert found.inside == (Fraction(len(new & old), len(new)) if new else None)
    assert found.around == (Fraction(len(new & old), len(old)) if old else None)
    assert float(found.jaccard) == RowSet.of(masks[0]).jaccard(RowSet.of(masks[1]))


@given(pairs)
def test_jaccard_does_not_depend_on_who_was_first(masks):
    """Two groups overlap as much in either order, and a containment is the other's the other way round."""
    one, other = (Placed(YOUNG, RowSet.of(mask)) for mask in masks)
    there, back = overlap(one, other), overlap(other, one)
    assert (there.jaccard, there.inside, there.around) == (back.jaccard, back.around, back.inside)


def test_the_threshold_is_exact_where_a_float_is_not():
    """19 of 20 rows are a duplicate at 0.95, though the float 0.95 is not 19/20, and 18 of 19 are not."""
    accepted = disparity("age < 25", first(100))
    at, below = disparity("age < 24", first(95)), disparity("age < 23", first(94))
    for threshold in (0.95, "0.95", Fraction(19, 20)):
        assert overlap(at, accepted).duplicates(threshold)
        assert not overlap(below, accepted).duplicates(threshold)


@pytest.mark.parametrize(
    "said", [{}, {"margin": "0.1"}, {"compare": "rest"}, {"compare": "age > 60"}], ids=str
)
def test_a_disparity_of_the_same_rows_is_a_duplicate_whatever_it_is_compared_with(said):
    """Neither a new margin nor a new reference makes the same harmed rows a new finding."""
    accepted = disparity("age < 25", first(40), sequence=5)
    found = screen(disparity("age <= 24", first(40), **said), [accepted])
    assert found.standing is Standing.DUPLICATE
    assert found.nearest.sequence == 5
    assert accepted.claim.hash[:8] in found.why


def test_another_loss_or_kind_is_another_question():
    """Claims of another loss or kind neither repeat a claim nor count as near to it."""
    accepted = [
        disparity("age < 25", first(40), loss="false_negative"),
        repair("age < 25", first(40), np.ones(ROWS)),
    ]
    found = screen(disparity("age < 25", first(40)), accepted)
    assert found.is_new
    assert found.nearest is None


def test_a_better_model_for_the_same_group_is_no_duplicate():
    """A repair repeats another only if both answer alike on every row that both groups have."""
    same, other = np.ones(ROWS), np.ones(ROWS)
    other[7] = 0
    accepted = repair("age < 25", first(40), same)
    assert screen(repair("age < 24", first(39), same, answer="no"), [accepted]).standing is Standing.DUPLICATE
    better = screen(repair("age < 25", first(40), other, answer="no"), [accepted])
    assert better.is_new
    assert better.nearest.same_text
    assert better.nearest.agrees is False
    other[7], other[100:] = 1, 0
    outside = screen(repair("age < 25", first(40), other, answer="no"), [accepted])
    assert outside.standing is Standing.DUPLICATE


def test_a_repair_without_answers_agrees_with_nothing():
    """Where answers are missing or of another form, nobody is told that the models agree."""
    accepted = repair("age < 25", first(40), np.ones(ROWS))
    silent = Placed(accepted.claim, accepted.group)
    scores = Placed(accepted.claim, accepted.group, Answers.of(Form.SCORE, np.ones(ROWS)))
    for odd in (silent, scores):
        assert overlap(odd, accepted).agrees is False
        assert overlap(accepted, odd).agrees is False
    assert overlap(disparity("age < 25", first(40)), accepted).agrees is None


def test_the_same_claim_again_gets_its_first_receipt():
    """A hash that has a receipt is repeated, even where its group would be refused today."""
    again = Placed(YOUNG, first(0))
    found = screen(again, [], seen={YOUNG.hash: 12})
    assert found.standing is Standing.REPEATED
    assert "number 12" in found.why


@pytest.mark.parametrize(("rows", "standing"), [(0, "empty"), (29, "too-small"), (30, "new")])
def test_small_groups_never_reach_held_out_rows(rows, standing):
    """A group without public rows, or with fewer than the minimum, is refused with its size."""
    found = screen(Placed(YOUNG, first(rows)), [])
    assert found.standing == standing
    assert bool(found.why) is not found.is_new
    assert found.rows == rows


def test_a_group_without_rows_is_refused_whatever_the_minimum():
    """A minimum of no rows does not let an empty group through."""
    assert "no public rows" in too_small(0, 0)
    assert too_small(1, 0) is None
    assert "1 public row;" in too_small(1, 2)


def test_the_nearest_claim_is_found():
    """What is repeated comes first, then the larger Jaccard index, then the earlier claim."""
    new = disparity("age < 25", first(40))
    near, far = disparity("age < 30", first(50), sequence=2), disparity("age < 60", first(90), sequence=1)
    twin = disparity("age < 31", first(50), sequence=9)
    assert nearest(new, [far, twin, near]).sequence == 2
    assert nearest(new, []) is None
    mended, kept = np.ones(ROWS), np.zeros(ROWS)
    candidate = repair("age < 25", first(100), mended)
    repeats = repair("age < 24", first(96), mended, sequence=8)
    unlike = repair("age <= 25", first(100), kept, sequence=3)
    assert nearest(candidate, [unlike, repeats]).sequence == 8


def test_files_are_compared_by_their_content():
    """Two groups given by one ONNX file are written the same; by two files they are not."""
    one, other = (
        Placed(Claim(ClaimKind.DISPARITY, "error", OnnxModel(sha, b"")), first(40)) for sha in ("00", "ff")
    )
    assert overlap(one, one).same_text
    assert not overlap(one, other).same_text


@given(
    new=hnp.arrays(np.bool_, st.integers(0, 130)),
    old=st.lists(hnp.arrays(np.bool_, st.integers(0, 130)), max_size=4),
    kinds=st.lists(st.sampled_from(ClaimKind), min_size=5, max_size=5),
    minimum=st.integers(-3, 5),
)
def test_screening_never_fails(new, old, kinds, minimum):
    """Empty sets, sets of no rows and sets over other numbers of rows are answered, not raised."""
    placed = [
        Placed(Claim(kind, "error", f"age < {i}"), RowSet.of(mask), sequence=i)
        for i, (kind, mask) in enumerate(zip(kinds, [new, *old], strict=False))
    ]
    found = screen(placed[0], placed[1:], minimum_rows=minimum)
    assert found.is_new or found.why
    assert found.is_new is (found.standing is Standing.NEW)


def test_rounding_never_says_all_where_a_row_differs():
    """A shared part of 99.95% is not written as 100%."""
    rows = 2000
    accepted = disparity("age < 25", first(rows, of=rows))
    found = screen(disparity("age < 24", first(rows - 1, of=rows)), [accepted])
    assert "99%" in found.why


class Counting:
    """A runner of models that answer the same everywhere, which notes whom it asked."""

    def __init__(self):
        self.asked = []

    def group(self, model, columns):
        """Hold nowhere."""
        return RowSet.none(columns.rows)

    def answers(self, model, columns, space):
        """Answer yes for the model called yes."""
        self.asked.append(model.sha256)
        return Answers.constant(space.form, int(model.sha256.startswith("yes")), columns.rows)


def public_part(runner):
    """Public rows of a bounty: ages of 0 to 199, whose model errs on the young."""
    space = AnswerSpace(Form.DECISION, ("no", "yes"))
    ages = np.arange(ROWS)
    truth, host = Truth(np.ones(ROWS, np.uint8)), Answers.of(Form.DECISION, ages > 60)
    split = Split("public", Columns.of({"age": ages.tolist()}), truth, host)
    losses = (Loss.named("error", space.form),)
    return PartOfBounty(split, Conditions(space, losses, Terms.of(submissions=9, acceptances=3)), runner)


def test_foreign_models_are_asked_only_where_groups_are_near():
    """A repair whose group is far from every accepted one is not run, and one that repeats is found."""
    runner = Counting()
    public = public_part(runner)

    def examined(group, name):
        return examine(Claim(ClaimKind.REPAIR, "error", group, model=OnnxModel(name, b"")), public)

    yes, no, twin = (
        examined(group, name)
        for group, name in [("age < 100", "yes"), ("age < 99", "no"), ("age < 98", "yes2")]
    )
    far, plain = (
        examined("age >= 100", "yes3"),
        examine(Claim(ClaimKind.DISPARITY, "error", "age < 100"), public),
    )
    runner.asked.clear()
    assert repeated(far, [yes, plain], public=public) is None
    assert repeated(plain, [yes, far], public=public) is None
    assert not runner.asked
    assert repeated(no, [yes], public=public) is None
    assert repeated(twin, [far, no, yes], public=public) == yes.claim.hash
    assert "yes3" not in runner.asked
    assert repeated(plain, [plain], public=public) == plain.claim.hash
