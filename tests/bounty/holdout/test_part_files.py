"""Parts on disk: read back as they were, private where they are, and nothing foreign is let in."""

from __future__ import annotations

import io
import json
import stat
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_splits import content, splits

from bounty.holdout.part_files import load_split, save_split, write_whole
from bounty.rows.answers import Answers, Form, Truth
from bounty.rows.columns import Columns
from bounty.rows.splits import Split
from fairkit.errors import BountyError, OutputError


def small():
    """Make a split of three rows."""
    said = Answers.of(Form.DECISION, [1, 0, 1])
    columns = Columns.of({"age": [20, None, 40], "sex": ["F", "M", "F"]})
    return Split("checker", columns, Truth(np.array([1, 1, 0], np.uint8)), said)


@pytest.fixture
def folder(tmp_path):
    """Return a folder with a saved part."""
    save_split(small(), tmp_path / "private" / "checker.npz")
    return tmp_path / "private"


@given(splits())
def test_a_part_is_read_back_as_it_was(tmp_path_factory, split):
    """Saving and loading changes nothing, of any form, kind and size."""
    path = tmp_path_factory.mktemp("parts") / "part.npz"
    save_split(split, path)
    assert content(load_split(path)) == content(split)


def test_private_parts_are_their_owner_s_alone(folder):
    """A private part has mode 0600 in a folder of mode 0700, and a public one can be read by all."""
    assert stat.S_IMODE((folder / "checker.npz").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    save_split(small(), folder.parent / "open" / "public.npz", private=False)
    assert stat.S_IMODE((folder.parent / "open" / "public.npz").stat().st_mode) == 0o644


def test_a_file_is_whole_or_not_there(folder, monkeypatch):
    """Where writing fails the old file stays, and nothing half-written is left."""
    before = (folder / "checker.npz").read_bytes()

    def fail(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OutputError, match="No space left"):
        save_split(small(), folder / "checker.npz")
    assert (folder / "checker.npz").read_bytes() == before
    assert [path.name for path in folder.iterdir()] == ["checker.npz"]


def test_a_folder_that_cannot_be_made_is_an_error_in_words(tmp_path):
    """A file where a folder should be is said, not raised raw."""
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        write_whole(tmp_path / "file" / "part.npz", b"", private=True)


@given(st.data())
def test_damage_is_refused_or_harmless(tmp_path_factory, data):
    """A file cut short is refused, and one with a changed byte is refused or says the same."""
    path = tmp_path_factory.mktemp("parts") / "part.npz"
    save_split(small(), path)
    whole = path.read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    path.write_bytes(whole[:place])
    with pytest.raises(BountyError):
        load_split(path)
    path.write_bytes(
        whole[:place] + bytes([whole[place] ^ data.draw(st.integers(1, 255))]) + whole[place + 1 :]
    )
    try:
        found = content(load_split(path))
    except BountyError:
        return
    assert found == content(small())


def test_pickled_objects_are_not_opened(folder):
    """An array of objects would run code when it is read, and is refused before."""

    class Bomb:
        def __reduce__(self):
            return (pytest.fail, ("the pickle was opened",))

    arrays = dict(np.load(folder / "checker.npz"))
    arrays["host"] = np.array([Bomb(), 0, 1], dtype=object)
    np.savez(folder / "evil.npz", allow_pickle=True, **arrays)
    with pytest.raises(BountyError, match="no plain list of numbers"):
        load_split(folder / "evil.npz")


def test_every_damaged_byte_is_refused_or_harmless(folder):
    """No byte of a file, cleared or filled, makes reading fail in another way."""
    whole, expected = (folder / "checker.npz").read_bytes(), content(small())
    for place in range(len(whole)):
        for byte in {0, 255} - {whole[place]}:
            (folder / "checker.npz").write_bytes(whole[:place] + bytes([byte]) + whole[place + 1 :])
            try:
                found = content(load_split(folder / "checker.npz"))
            except BountyError:
                continue
            assert found == expected, place


def test_zip_bombs_are_not_unfolded(folder):
    """A packed member, and one whose size is a lie, are refused before they are read."""
    arrays = dict(np.load(folder / "checker.npz"))
    arrays["host"] = np.zeros(10**8, np.uint8)
    np.savez_compressed(folder / "bomb.npz", **arrays)
    assert (folder / "bomb.npz").stat().st_size < 10**6
    with pytest.raises(BountyError, match="larger than the file"):
        load_split(folder / "bomb.npz")
    np.savez_compressed(folder / "packed.npz", **dict(np.load(folder / "checker.npz")))
    with pytest.raises(BountyError, match="packed"):
        load_split(folder / "packed.npz")


LEVELS = "levels"
CHANGES = {
    "another schema": {"schema": "fairkit.report/1"},
    "another part": {"part": "private"},
    "another form": {"form": "guess"},
    "no columns": {"columns": None},
    "columns of text": {"columns": ["age", "sex"]},
    "too few rows": {"rows": 2},
    "a model without answers": {"alternatives": ["other"]},
    "rows that differ": {"truth": np.zeros(4, np.uint8)},
    "an array too many": {"more": np.zeros(3, np.uint8)},
    "a code without level": {"column0": np.array([0, 1, 3], np.uint8)},
    "codes too wide": {"column0": np.array([0, 1, 2], np.int64)},
    "a table": {"host": np.zeros((3, 1), np.uint8)},
    "fractions": {"host": np.zeros(3)},
    "a third decision": {"host": np.array([0, 1, 2], np.uint8)},
    "negative answers": {"host": np.array([0, 1, -1])},
    "big-endian codes": {"host": np.zeros(3, ">u2")},
    "levels that fall": {LEVELS: [40, 20]},
    "levels of two kinds": {LEVELS: [20, "b"]},
    "truth as a number": {LEVELS: [False, 40]},
    "levels that are lists": {LEVELS: [[20], [40]]},
    "infinite levels": {LEVELS: [20, float("inf")]},
    "an unknown kind": {"kind": "date"},
    "two columns of a name": {"name": "sex"},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_what_does_not_belong_together_is_refused(folder, change):
    """Arrays and header that contradict one another are no part, and the error names the file."""
    arrays = dict(np.load(folder / "checker.npz"))
    header = json.loads(arrays["header"].tobytes())
    for name, value in change.items():
        if isinstance(value, np.ndarray):
            arrays[name] = value
        else:
            (header["columns"][0] if name in {LEVELS, "kind", "name"} else header)[name] = value
    arrays["header"] = np.frombuffer(json.dumps(header).encode(), np.uint8)
    np.savez(folder / "changed.npz", **arrays)
    with pytest.raises(BountyError, match=r"changed\.npz' is no part of a bounty, or is damaged"):
        load_split(folder / "changed.npz")


@pytest.mark.parametrize("lacking", ["truth", "host", "column1", "header"])
def test_a_file_without_an_array_is_refused(folder, lacking):
    """Every array must be there."""
    arrays = dict(np.load(folder / "checker.npz"))
    del arrays[lacking]
    np.savez(folder / "less.npz", **arrays)
    with pytest.raises(BountyError, match=lacking):
        load_split(folder / "less.npz")


def test_other_files_are_refused(tmp_path):
    """What is no ZIP, empty, a folder, a ZIP of something else or missing is refused."""
    (tmp_path / "text.npz").write_text("rows")
    (tmp_path / "empty.npz").write_bytes(b"")
    (tmp_path / "folder.npz").mkdir()
    with zipfile.ZipFile(tmp_path / "zip.npz", "w") as archive:
        archive.writestr("header.npy", b"hello")
    np.save(tmp_path / "array.npz", np.zeros(3))
    for name in ("text", "empty", "folder", "zip", "array.npz", "missing"):
        with pytest.raises(BountyError):
            load_split(tmp_path / f"{name.removesuffix('.npz')}.npz")


def test_a_header_of_deep_lists_is_refused(folder):
    """JSON that would exhaust the stack is an error like any other."""
    arrays = dict(np.load(folder / "checker.npz"))
    arrays["header"] = np.frombuffer(b"[" * 200_000, np.uint8)
    np.savez(folder / "deep.npz", **arrays)
    with pytest.raises(BountyError):
        load_split(folder / "deep.npz")


def test_a_file_holds_no_more_than_it_says(folder):
    """Nothing but arrays of small types is in the file, without compression."""
    with zipfile.ZipFile(folder / "checker.npz") as archive:
        assert all(member.compress_type == zipfile.ZIP_STORED for member in archive.infolist())
        for member in archive.infolist():
            array = np.load(io.BytesIO(archive.read(member)), allow_pickle=False)
            assert array.ndim == 1
