"""Opening a bounty: what is written, and what is refused before anything is."""

from __future__ import annotations

import json
import stat

import pytest
from bounty_games import KINDS, SALT, TERMS, decisions, opened

from bounty.certificates.terms import Terms
from bounty.game.bounty import Bounty
from bounty.game.creating import create, environment_hash
from bounty.ledger.ledger import read_entries
from bounty.ledger.sealing import commit_salt
from fairkit.errors import BountyError, DataError, FairkitError, OutputError

ROLES = KINDS["decisions"][1]


def made(folder, **changes):
    """Create a bounty on decisions, with some of the call changed."""
    given = {"terms": TERMS, "title": "Toy", "differing": "0.2", **ROLES, **changes}
    return create(decisions(), folder, **given)


def test_the_manifest_is_the_first_row(tmp_path):
    """Everything that decides stands in the ledger and in manifest.json before the first claim."""
    created = made(tmp_path / "b", salt=SALT, losses=["false_negative", "error"])
    first = read_entries(tmp_path / "b" / "ledger.jsonl")[0]
    assert first.body == created.manifest.to_dict()
    assert json.loads((tmp_path / "b" / "manifest.json").read_text()) == first.body
    assert [loss.name.value for loss in created.manifest.losses] == ["false_negative", "error"]
    assert created.manifest.salt_commitment == commit_salt(SALT)
    assert created.plan.fits


def test_hunters_get_no_hidden_column(tmp_path):
    """Hidden columns are in no part; label and answers are in the table, and no claim tests them."""
    made(tmp_path / "b")
    header = (tmp_path / "b" / "public" / "public.csv").read_text().partition("\r\n")[0].split(",")
    assert "secret" not in header
    bounty = Bounty(tmp_path / "b")
    assert set(bounty.referee.held.split.columns.by_name) == {"side", "half", "age"}


def test_private_files_are_the_hosts_alone(tmp_path):
    """Nobody else may enter the private folder or read a file in it."""
    made(tmp_path / "b")
    private = tmp_path / "b" / "private"
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    files = [path for path in private.iterdir() if path.is_file()]
    assert len(files) == 4
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_two_bounties_on_the_same_rows_are_split_otherwise(tmp_path):
    """Without a salt each bounty draws a secret one."""
    one, other = made(tmp_path / "1"), made(tmp_path / "2")
    assert one.manifest.salt_commitment != other.manifest.salt_commitment
    assert one.manifest.parts["public"].hash != other.manifest.parts["public"].hash


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"terms": Terms.of(epsilon="0.01")}, BountyError, "part A has 4,800 rows, which support"),
        ({"losses": ["eror"]}, BountyError, "Did you mean 'error'"),
        ({"losses": ["squared"]}, BountyError, "cannot be taken"),
        ({"label": "lable"}, FairkitError, "Did you mean 'label'"),
        ({"hide": ["secert"]}, FairkitError, "Did you mean 'secret'"),
        ({"prediction": "label"}, FairkitError, "several roles"),
        ({"minimum_rows": -1}, FairkitError, "minimum_rows"),
        ({"shares": ("0.5", "0.5", "0.5")}, FairkitError, "sum to 1"),
        ({"shares": ("a", "b", "c")}, FairkitError, "shares"),
        ({"duplicate": "2"}, FairkitError, "duplicate"),
        ({"title": "a\x1b[2J"}, FairkitError, "title"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(changes, error, words, tmp_path):
    """Terms, losses, columns and shares are checked before a folder is made."""
    with pytest.raises(error, match=words):
        made(tmp_path / "b", **changes)
    assert not (tmp_path / "b").exists()


def test_a_folder_that_is_taken_is_refused(tmp_path):
    """A file, a folder with files, and a folder below a file are no places for a bounty."""
    (tmp_path / "file").write_text("x")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("x")
    with pytest.raises(BountyError, match="is a file"):
        made(tmp_path / "file")
    with pytest.raises(BountyError, match="is not empty"):
        made(tmp_path / "full")
    with pytest.raises((BountyError, OutputError), match="file"):
        made(tmp_path / "file" / "below")
    (tmp_path / "empty").mkdir()
    made(tmp_path / "empty")


def test_data_that_are_none_are_refused(tmp_path):
    """A file that is not there is a data error."""
    with pytest.raises(DataError, match=r"nothing\.csv"):
        create(str(tmp_path / "nothing.csv"), tmp_path / "b", terms=TERMS, title="Toy", **ROLES)


def test_every_kind_of_data_opens(tmp_path):
    """A new bounty of each kind opens, is empty, and lists its losses."""
    losses = {"decisions": 3, "costs": 1, "scores": 2, "classes": 1}
    for kind, count in losses.items():
        bounty = Bounty(opened(tmp_path / kind, kind))
        assert len(bounty.manifest.losses) == count
        assert (len(bounty.ledger), bounty.judged) == (1, [])


def test_the_environment_is_hashed():
    """The hash is of names and versions, so it is the same twice."""
    assert environment_hash() == environment_hash()
