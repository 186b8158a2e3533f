"""One part of a bounty: groups, references, answers and evidence on its rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from bounty_games import HARMED, LEFT_NO, LOW_YES, opened, played

from bounty.claims.claim import Alternative, Rules
from bounty.game.belonging import check_part
from bounty.game.bounty import Bounty
from bounty.game.referee import Outcome, Ruling
from bounty.game.ruling_rows import rows_of
from fairkit.errors import ClaimError, LedgerError


@pytest.fixture(scope="module")
def part(tmp_path_factory):
    """Return the checker's part of a bounty with one repair."""
    return played(tmp_path_factory.mktemp("p") / "b", LEFT_NO).referee.held


@pytest.mark.parametrize(
    ("compare", "expected"),
    [
        ("overall", lambda values: values["side"] != ""),
        ("rest", lambda values: values["side"] == "right"),
        ("half == 'low'", lambda values: values["half"] == "low"),
    ],
)
def test_a_reference_is_all_rows_the_others_or_a_group(compare, expected, part):
    """The three forms of a reference are the rows that they name."""
    claim = replace(HARMED, compare=compare)
    values = {
        name: np.array(column.values(), dtype=object) for name, column in part.split.columns.by_name.items()
    }
    rows = part.reference(claim, part.group(claim)).mask
    assert (rows == expected(values)).all()


def test_rules_without_otherwise_leave_the_present_answer(part):
    """What no rule decides stays as the current version has it, not as the host's model did."""
    rules = Rules((("half == 'low' and side == 'right'", "yes"),))
    answers = part.answers(replace(LEFT_NO, model=rules)).codes
    current = part.versions.answers(part.versions.current).codes
    decided = part.group(replace(HARMED, group="half == 'low' and side == 'right'")).mask
    assert (answers[~decided] == current[~decided]).all()
    assert (answers[decided] == 1).all()


def test_another_model_of_the_host_answers(part):
    """An alternative answers what the host declared, and one that is not declared is named."""
    answers = part.answers(replace(LEFT_NO, model=Alternative("big")))
    assert (answers.codes == part.split.alternatives["big"].codes).all()
    with pytest.raises(ClaimError, match="Did you mean 'big'"):
        part.answers(replace(LEFT_NO, model=Alternative("bigg")))


def test_a_disparity_stays_that_of_the_hosts_model(part):
    """Its evidence is the same before and after a repair; a repair's is not."""
    assert part.evidence(HARMED).group.lost == int(
        (part.split.host.codes != part.split.truth.codes)[part.group(HARMED).mask].sum()
    )
    assert part.evidence(LEFT_NO).saved == 0
    assert part.evidence(LOW_YES).saved > 0


def test_a_part_is_the_manifests_or_refused(tmp_path):
    """Rows of another part, other rows, and a seal that nothing opens are refused."""
    bounty = Bounty(opened(tmp_path / "b"))
    openings, manifest = bounty.folder.openings.read(), bounty.manifest
    public, held = bounty.referee.public.split, bounty.referee.held.split
    check_part("public", public, manifest=manifest)
    check_part("checker", held, manifest=manifest, openings=openings)
    for name, split in (("public", held), ("checker", public), ("confirmation", held)):
        with pytest.raises(LedgerError, match="these are not"):
            check_part(name, split, manifest=manifest, openings=openings)
    with pytest.raises(LedgerError, match="opens the seal"):
        check_part("checker", held, manifest=manifest)
    other = replace(held, host=held.host.constant(held.host.form, 1, held.rows))
    with pytest.raises(LedgerError, match=r"private/checker\.npz"):
        check_part("checker", other, manifest=manifest, openings=openings)


def test_a_ruling_shows_no_number(tmp_path):
    """What is published of a ruling holds yes or no and names; evidence is sealed."""
    bounty = played(tmp_path / "b", LEFT_NO, LOW_YES)
    for judged in bounty.judged:
        for row in rows_of(judged.ruling):
            assert not {"numbers", "evidence", "margin"} & set(row.body)
            assert set(row.body) <= {
                *("outcome", "confirmed", "content", "about"),
                *("accepted", "asked", "group", "version"),
            }
            assert "numbers" in row.sealed


def test_a_duplicate_seals_nothing():
    """Nothing was asked of the held-out rows, so there is nothing to seal."""
    (row,) = rows_of(Ruling(HARMED, Outcome.DUPLICATE, repeats="00" * 32))
    assert (row.body, row.sealed) == ({"outcome": "duplicate", "repeats": "00" * 32}, None)
