"""The ledger: every changed byte named by its row, and rows added by many processes, crashes included."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from bounty_ledgers import Writer, toy_bounty
from hypothesis import given
from hypothesis import strategies as st

from bounty.ledger.canonical_json import MOST_BYTES
from bounty.ledger.chain import scan
from bounty.ledger.entries import FIRST, Entry, Kind, time_text
from bounty.ledger.ledger import Ledger, read_entries
from bounty.ledger.receipts import Receipt, check_receipt, receipt_problems
from bounty.ledger.signatures import PrivateKey
from fairkit.errors import LedgerError, OutputError

NOON = "2025-01-31T12:00:00Z"


def small() -> list[Entry]:
    """Return four rows of little content, with all kinds of characters."""
    writer = Writer()
    writer.add("manifest", {"title": "Toy"})
    writer.add("commitment", {"team": "ülü\n", "n": [1, -2, None, True, 10**30]})
    writer.add("submission", {})
    writer.add("close")
    return writer.entries


def file_of(entries) -> bytes:
    """Return the file that holds these rows."""
    return b"".join(entry.line for entry in entries)


def rows_of(data) -> list[int | None]:
    """Return the rows with a problem."""
    return [problem.row for problem in scan(data).problems]


# --- the form ---


def test_the_hashes_are_those_that_anyone_can_compute():
    """Two rows written out by hand and hashed with SHA-256 are the file that the ledger writes."""
    one = b'{"body":{"title":"Toy"},"kind":"manifest","previous":"' + b"0" * 64
    one += b'","seq":1,"time":"2025-01-31T12:00:00Z"}'
    first = hashlib.sha256(bytes(32) + one).hexdigest()
    two = b'{"body":{"team":"owls"},"kind":"submission","previous":"' + first.encode()
    two += b'","seq":2,"time":"2025-01-31T12:00:05Z"}'
    second = hashlib.sha256(bytes.fromhex(first) + two).hexdigest()
    by_hand = b"".join(
        row.replace(b',"kind"', b',"hash":"' + own.encode() + b'","kind"') + b"\n"
        for row, own in ((one, first), (two, second))
    )
    entries = read_entries(by_hand)
    assert [entry.hash for entry in entries] == [first, second]
    assert file_of(entries) == by_hand
    made = Entry.of(1, Kind.MANIFEST, NOON, {"title": "Toy"}, previous=FIRST)
    assert made == entries[0]


def test_a_file_that_the_ledger_wrote_holds_exactly_these_bytes(tmp_path):
    """Create and append write the rows that were made in memory, and reading gives them back."""
    path = tmp_path / "ledger.jsonl"
    ledger = Ledger.create(path, {"title": "Toy"}, time=NOON)
    ledger.append(Kind.SUBMISSION, {"team": "owls"}, time="2025-01-31T12:00:05Z")
    assert path.read_bytes() == file_of(ledger.entries())
    assert read_entries(path) == read_entries(path.read_bytes()) == ledger.entries()
    assert read_entries(str(path)) == Ledger.open(path).entries()
    assert all(json.loads(line)["seq"] == i for i, line in enumerate(path.read_text().splitlines(), start=1))


# --- changed rows ---


def test_every_flipped_byte_is_named_by_its_row():
    """Each byte counts, and the row where it stands is named, alone unless rows were joined or split."""
    data = file_of(small())
    row, lines = 1, data.splitlines(keepends=True)
    for place, byte in enumerate(data):
        for change in (1, 2, 32, 128, byte ^ 0x0A):
            if change == 0:
                continue
            changed = data[:place] + bytes([byte ^ change]) + data[place + 1 :]
            named = rows_of(changed)
            assert named, (place, change)
            assert named[0] == row, (place, change, named)
            if byte != 0x0A and byte ^ change != 0x0A:
                assert set(named) == {row}, (place, change, named)
        if byte == 0x0A:
            row += 1
    assert row == len(lines) + 1


@given(st.data())
def test_any_other_change_of_the_file_is_noticed(data):
    """Bytes put in, taken out or replaced anywhere leave no valid ledger of the same length."""
    entries = small()
    whole = file_of(entries)
    start = data.draw(st.integers(0, len(whole) - 1))
    stop = data.draw(st.integers(start, min(start + 400, len(whole))))
    changed = whole[:start] + data.draw(st.binary(max_size=40)) + whole[stop:]
    found = scan(changed)
    if changed != whole and not found.problems:
        # Only a whole row less at the end stays unnoticed by the chain; receipts are for that.
        assert found.entries == tuple(entries[: len(found.entries)])
        assert len(found.entries) < len(entries)
        assert receipt_problems(found.entries, Receipt.of(entries, 1))


def test_left_out_moved_repeated_and_added_rows_are_named():
    """Each way of rearranging rows names the first row that stands wrongly."""
    one, two, three, four = small()
    assert rows_of(file_of([one, three, four])) == [2]
    assert rows_of(file_of([two, three, four]))[0] == 1
    assert rows_of(file_of([one, three, two, four]))[0] == 2
    assert rows_of(file_of([one, two, two, three, four]))[0] == 3
    between = Entry.of(3, Kind.SUBMISSION, three.time, {"team": "x"}, previous=two.hash)
    assert rows_of(file_of([one, two, between, three, four])) == [4]
    foreign = Writer()
    foreign.add("manifest", {"title": "Other"})
    foreign.add("commitment", {})
    assert rows_of(file_of([one, foreign.entries[1], three, four])) == [2, 3]


def test_a_row_with_a_new_hash_breaks_the_next():
    """Whoever changes a row and computes its hash again is caught by the row that follows."""
    one, two, three, four = small()
    forged = Entry.of(2, two.kind, two.time, {"team": "x"}, previous=one.hash)
    assert rows_of(file_of([one, forged, three, four])) == [3]


def test_a_chain_written_anew_is_caught_by_a_receipt():
    """A ledger that is whole but was rewritten from row 2 on disagrees with a receipt for a later row."""
    entries = small()
    receipt = Receipt.of(entries, 3)
    other = Writer()
    other.entries.append(entries[0])
    for entry in entries[1:]:
        other.add(entry.kind, {"rewritten": True})
    assert rows_of(other.log) == []
    assert [problem.row for problem in receipt_problems(other.entries, receipt)] == [3, 4]
    with pytest.raises(LedgerError, match="row 3: it, or a row before it, was written anew"):
        check_receipt(other.entries, receipt)
    check_receipt(entries, receipt)


@pytest.mark.parametrize("length", [0, 1, 2, 3])
def test_a_cut_off_end_is_caught_by_a_receipt(length):
    """A receipt knows the last row of its time, so a shorter ledger is not the same."""
    entries = small()
    check_receipt(entries, Receipt.of(entries, 1))
    with pytest.raises(LedgerError, match=f"the ledger ends with row {length}"):
        check_receipt(entries[:length], Receipt.of(entries, 1))


def test_a_receipt_of_another_ledger_is_told_apart():
    """The first row's hash says which ledger a receipt is for."""
    other = Writer()
    other.add("manifest", {"title": "Other"})
    with pytest.raises(LedgerError, match="row 1: it is another ledger's manifest"):
        check_receipt(other.entries, Receipt.of(small()[:1], 1))


def test_all_damaged_rows_are_named_at_once():
    """Two changed rows are two problems, and the rows between them are none."""
    data = file_of(small()).replace(b"Toy", b"Tot").replace(b'"submission"', b'"subnission"')
    with pytest.raises(LedgerError) as raised:
        read_entries(data)
    assert [problem[:6] for problem in raised.value.problems] == ["row 1:", "row 3:"]
    assert "Did you mean 'submission'?" in raised.value.problems[1]


def test_time_does_not_run_backwards():
    """A row that is older than the one before it is named."""
    first = Entry.of(1, Kind.MANIFEST, NOON, {}, previous=FIRST)
    second = Entry.of(2, Kind.CLOSE, "2025-01-31T11:59:59Z", {}, previous=first.hash)
    assert "is before that of the row before" in scan(file_of([first, second])).problems[0].text


def row(**changes) -> bytes:
    """Return a first row as canonical JSON with some of its fields changed, or left out where None."""
    content = Entry.of(1, Kind.MANIFEST, NOON, {}, previous=FIRST).to_dict() | changes
    kept = {name: value for name, value in content.items() if value != "leave out"}
    return json.dumps(kept, sort_keys=True, separators=(",", ":")).encode() + b"\n"


HOSTILE = {
    "nothing": (b"", "the ledger is empty"),
    "an empty line": (b"\n", "row 1: no JSON at character 0"),
    "a long line": (b"x" * 10 * 2**20 + b"\n", "row 1: it is longer than 8,388,608 bytes"),
    "a long line without an end": (b"x" * 10 * 2**20, "row 1: it is longer than 8,388,608 bytes"),
    "deep nesting": (b"[" * 200_000 + b"\n", "row 1: nested deeper"),
    "deep nesting in a body": (row(body={"a": json.loads("[" * 40 + "]" * 40)}), "row 1: .*nested deeper"),
    "a key twice": (row().replace(b'"seq":1', b'"seq":1,"seq":1'), "row 1: key 'seq' stands twice"),
    "a space": (row().replace(b'"seq":1', b'"seq": 1'), "row 1: not in canonical form from byte"),
    "an end of line for Windows": (row()[:-1] + b"\r\n", "row 1: not in canonical form"),
    "a byte order mark": (b"\xef\xbb\xbf" + row(), "row 1: no JSON"),
    "no number": (row(body={"a": float("nan")}), "row 1: NaN is no whole number"),
    "a fraction": (row(body={"a": 0.5}), "row 1: 0.5 is no whole number"),
    "a huge number": (
        row().replace(b'"seq":1', b'"seq":' + b"9" * 100_000),
        "row 1: a whole number may have",
    ),
    "a large number of the row": (row(seq=10**50), "row 1: it says that it is row 1000"),
    "no UTF-8": (row().replace(b"manifest", b"mani\xff"), "row 1: no UTF-8"),
    "half a character": (row().replace(b"{}", b'"\\ud800"'), "row 1: .*half of a character"),
    "a list": (b"[1,2]\n", "row 1: it is no JSON object"),
    "a text": (b'"row"\n', "row 1: it is no JSON object"),
    "the number of the row as text": (row(seq="1"), "row 1: seq '1' is no number"),
    "the number of the row as truth": (row(seq=True), "row 1: seq 'True' is no number"),
    "row zero": (row(seq=0), "row 1: seq '0' is no number"),
    "an unknown kind": (row(kind="manifold"), "kind 'manifold' is none of .* Did you mean 'manifest'"),
    "a kind that is a list": (row(kind=["manifest"]), "row 1: kind .* is none of"),
    "a body that is a list": (row(body=[]), "row 1: body is no JSON object"),
    "no body": (row(body="leave out"), "row 1: it lacks 'body'"),
    "something more": (row(more=1), "row 1: it has 'more', which rows have not"),
    "a hash in capitals": (row(hash="AB" * 32), "row 1: 'ABAB.* is no hash"),
    "a hash that is a number": (row(hash=5), "row 1: '5' is no hash"),
    "a short hash": (row(previous="00"), "row 1: '00' is no hash"),
    "a signature that is none": (row(signature="00"), "row 1: its signature is none"),
    "a signature that is null": (row(signature=None), "row 1: its signature is none"),
    "a time in another zone": (row(time="2025-01-31T12:00:00+01:00"), "row 1: time .* is no time"),
    "a day that is none": (row(time="2025-02-30T12:00:00Z"), "row 1: time .* is no time"),
    "a time in foreign digits": (row(time="٢٠٢٥-01-31T12:00:00Z"), "row 1: .*(time|canonical)"),
}


@pytest.mark.parametrize(("data", "problem"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_refused(data, problem, tmp_path):
    """Whatever a file holds, reading it ends in a LedgerError that names the row."""
    with pytest.raises(LedgerError, match=problem):
        read_entries(data)
    (tmp_path / "ledger.jsonl").write_bytes(data)
    with pytest.raises(LedgerError, match=problem):
        read_entries(tmp_path / "ledger.jsonl")
    with pytest.raises(LedgerError):
        Ledger.open(tmp_path / "ledger.jsonl")


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_in_peace(data):
    """Random bytes are no ledger, and reading them raises nothing but that."""
    with pytest.raises(LedgerError):
        read_entries(data)


def test_a_file_of_rubbish_is_not_read_to_its_end():
    """After twenty damaged rows the reading stops, so that a report stays short."""
    problems = scan(b"rubbish\n" * 100_000).problems
    assert len(problems) == 21
    assert problems[-1].text == "further rows were not read: there are too many problems."


def test_the_longest_row_is_read_and_one_byte_more_is_not(tmp_path):
    """The limit holds for writing and reading alike."""
    ledger = Ledger.create(tmp_path / "ledger.jsonl", {}, time=NOON)
    overhead = len(ledger.append("submission", {"x": ""}, time=NOON).line) - 1
    entry = ledger.append("submission", {"x": "x" * (MOST_BYTES - overhead)}, time=NOON)
    assert len(entry.line) == MOST_BYTES + 1
    assert len(Ledger.open(ledger.path)) == 3
    with pytest.raises(LedgerError, match="bytes long"):
        ledger.append("submission", {"x": "x" * (MOST_BYTES - overhead + 1)}, time=NOON)
    assert len(Ledger.open(ledger.path)) == 3


# --- adding rows ---


def test_a_row_is_added_after_those_of_others(tmp_path):
    """Two open ledgers of one file take turns, and each sees the other's rows."""
    path = tmp_path / "ledger.jsonl"
    one = Ledger.create(path, {}, time=NOON)
    other = Ledger.open(path)
    for _ in range(3):
        one.append("submission", {"team": "one"})
        other.append("submission", {"team": "other"})
    assert [entry.body["team"] for entry in other.entries("submission")] == ["one", "other"] * 3
    assert len(one) == 6
    one.refresh()
    assert one.entries() == other.entries() == read_entries(path)
    assert one.head == other.head


def test_four_processes_add_rows_to_one_chain(tmp_path):
    """Rows of four processes that write at once make one whole chain in which none is missing."""
    path = tmp_path / "ledger.jsonl"
    Ledger.create(path, {}, time=NOON)
    code = (
        "import sys\n"
        "from bounty.ledger.ledger import Ledger\n"
        "ledger = Ledger.open(sys.argv[1])\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "for i in range(25): ledger.append('submission', {'team': sys.argv[2], 'number': i})\n"
    )
    teams = ["a", "b", "c", "d"]
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, path, team], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for team in teams
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        process.communicate(timeout=60)
        assert process.returncode == 0
    rows = [entry.body for entry in read_entries(path)[1:]]
    assert len(rows) == 100
    for team in teams:
        assert [body["number"] for body in rows if body["team"] == team] == list(range(25))


def test_a_row_has_a_body_of_its_own(tmp_path):
    """What happens to a body after it was added does not change the row."""
    ledger = Ledger.create(tmp_path / "ledger.jsonl", {}, time=NOON)
    body = {"list": [1]}
    entry = ledger.append("submission", body)
    body["list"].append(2)
    assert entry.body == {"list": [1]}
    assert ledger.entries()[-1].rehashed == entry.hash


@pytest.mark.parametrize(
    ("kind", "body", "problem"),
    [
        ("subission", {}, "Did you mean 'submission'"),
        ("manifest", {}, "has one manifest"),
        ("submission", {"score": 0.5}, "score: 0.5 is a fraction"),
        ("submission", {"x": object()}, "object is no JSON value"),
    ],
)
def test_a_row_that_cannot_be_is_not_added(kind, body, problem, tmp_path):
    """A refused row leaves the file as it was."""
    ledger = Ledger.create(tmp_path / "ledger.jsonl", {}, time=NOON)
    before = ledger.path.read_bytes()
    with pytest.raises(LedgerError, match=problem):
        ledger.append(kind, body)
    assert ledger.path.read_bytes() == before


def test_no_row_is_added_after_the_close(tmp_path):
    """A closed ledger takes nothing more, whoever opens it."""
    ledger = Ledger.create(tmp_path / "ledger.jsonl", {}, time=NOON)
    other = Ledger.open(ledger.path)
    ledger.append("close", {})
    for each in (ledger, other, Ledger.open(ledger.path)):
        with pytest.raises(LedgerError, match="the bounty was closed by row 2; no row follows it"):
            each.append("submission", {})
    assert len(read_entries(ledger.path)) == 2


def test_a_given_time_may_not_be_before_the_last(tmp_path):
    """A time that is asked for is kept or refused; the clock's own, when set back, is the last row's."""
    ledger = Ledger.create(tmp_path / "ledger.jsonl", {}, time="2999-01-01T00:00:00Z")
    with pytest.raises(LedgerError, match="is before that of the row before"):
        ledger.append("submission", {}, time=NOON)
    assert ledger.append("submission", {}).time == "2999-01-01T00:00:00Z"


def test_times_are_written_in_one_zone_to_the_second():
    """A time of another zone is converted, and a text of another form or a time without zone is refused."""
    east = timezone(timedelta(hours=5, minutes=30))
    assert time_text(datetime(2025, 1, 31, 17, 30, 0, 999_999, tzinfo=east)) == NOON
    assert time_text(NOON) == NOON
    assert time_text() >= NOON
    for wrong in ("2025-01-31", "2025-01-31T12:00:00", "2025-13-31T12:00:00Z", NOON + "\n"):
        with pytest.raises(LedgerError, match="is no time"):
            time_text(wrong)
    with pytest.raises(LedgerError, match="has no zone"):
        time_text(datetime(2025, 1, 31, tzinfo=UTC).replace(tzinfo=None))


def test_a_ledger_is_never_overwritten(tmp_path):
    """Creating one where a file is leaves that file as it is, and a bad manifest leaves none behind."""
    path = tmp_path / "ledger.jsonl"
    with pytest.raises(LedgerError, match="is a fraction"):
        Ledger.create(path, {"x": 0.5})
    assert not path.exists()
    Ledger.create(path, {}, time=NOON)
    before = path.read_bytes()
    with pytest.raises(OutputError, match="never overwritten"):
        Ledger.create(path, {"title": "Other"})
    assert path.read_bytes() == before
    with pytest.raises(OutputError, match="cannot be written"):
        Ledger.create(tmp_path / "no folder" / "ledger.jsonl", {})


@pytest.mark.parametrize("damage", ["cut", "changed", "replaced", "removed", "folder"])
def test_a_file_that_changes_under_the_ledger_is_noticed(damage, tmp_path):
    """Before a row is added, the last one must still be where it was."""
    ledger = Ledger.create(tmp_path / "ledger.jsonl", {}, time=NOON)
    ledger.append("submission", {"team": "owls"}, time=NOON)
    data = ledger.path.read_bytes()
    other = Writer()
    other.add("manifest", {"title": "Other"})
    ledger.path.unlink()
    match damage:
        case "cut":
            ledger.path.write_bytes(data[:-10])
        case "changed":
            ledger.path.write_bytes(data.replace(b"owls", b"cats"))
        case "replaced":
            ledger.path.write_bytes(other.log * 5)
        case "folder":
            ledger.path.mkdir()
    with pytest.raises(LedgerError):
        ledger.append("submission", {})
    with pytest.raises(LedgerError):
        ledger.refresh()


def test_a_first_row_that_is_no_manifest_opens_no_ledger(tmp_path):
    """A chain that begins with another kind of row is not opened."""
    writer = Writer()
    writer.add("submission")
    (tmp_path / "ledger.jsonl").write_bytes(writer.log)
    with pytest.raises(LedgerError, match="row 1: it is a submission; a ledger begins with its manifest"):
        Ledger.open(tmp_path / "ledger.jsonl")


# --- crashes ---


def test_a_row_cut_off_at_any_byte_is_named_and_can_be_dropped(tmp_path):
    """Wherever a crash stops the writing, the ledger says so, stays closed until told, and then goes on."""
    path = tmp_path / "ledger.jsonl"
    entries = small()
    whole, last = file_of(entries[:3]), entries[3].line
    for length in range(1, len(last)):
        path.write_bytes(whole + last[:length])
        with pytest.raises(LedgerError, match=f"row 4: it is cut off: {length} bytes without an end of line"):
            Ledger.open(path)
        assert Ledger.recover(path) == last[:length]
        assert path.read_bytes() == whole
    ledger = Ledger.open(path)
    ledger.append("close", {})
    assert rows_of(path) == []
    assert Ledger.recover(path) == b""
    assert len(Ledger.open(path)) == 4


def test_a_row_cut_off_by_another_process_stops_this_one(tmp_path):
    """Nothing is written after half a row, not even by a ledger that was open before the crash."""
    ledger = Ledger.create(tmp_path / "ledger.jsonl", {}, time=NOON)
    with ledger.path.open("ab") as file:
        file.write(b'{"body":{"te')
    with pytest.raises(LedgerError, match="row 2: it is cut off"):
        ledger.append("submission", {})
    assert Ledger.recover(ledger.path) == b'{"body":{"te'
    assert ledger.append("submission", {}).seq == 2


LIMITED = """
import resource, signal, sys
from bounty.ledger.ledger import Ledger
from fairkit.errors import OutputError
ledger = Ledger.open(sys.argv[1])
signal.signal(signal.SIGXFSZ, signal.SIG_DFL if sys.argv[2] == "crash" else signal.SIG_IGN)
size = ledger.path.stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 50, size + 50))
try:
    ledger.append("submission", {"team": "owls"})
except OutputError as error:
    print(error)
    print(len(Ledger.open(sys.argv[1])))
"""


def test_a_full_disk_leaves_the_ledger_as_it_was(tmp_path):
    """A row of which only a part fits is taken back, and the error says why."""
    ledger = Ledger.create(tmp_path / "ledger.jsonl", {}, time=NOON)
    before = ledger.path.read_bytes()
    told = subprocess.run(
        [sys.executable, "-c", LIMITED, ledger.path, "full"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert "cannot be written: File too large." in told.stdout
    assert told.stdout.endswith("\n1\n")
    assert ledger.path.read_bytes() == before


def test_a_process_killed_within_a_row_leaves_half_of_it(tmp_path):
    """The operating system kills a writer in the middle of a row, and what it left is found and dropped."""
    ledger = Ledger.create(tmp_path / "ledger.jsonl", {}, time=NOON)
    killed = subprocess.run(
        [sys.executable, "-c", LIMITED, ledger.path, "crash"], capture_output=True, check=False, timeout=60
    )
    assert killed.returncode < 0
    with pytest.raises(LedgerError, match="row 2: it is cut off: 50 bytes"):
        ledger.refresh()
    assert len(Ledger.recover(ledger.path)) == 50
    assert ledger.append("submission", {"team": "owls"}).seq == 2


def test_only_a_cut_off_end_is_dropped(tmp_path):
    """Damage elsewhere was no crash, so nothing is dropped and the file stays as evidence."""
    path = tmp_path / "ledger.jsonl"
    damaged = file_of(small()).replace(b"Toy", b"Tot") + b"half"
    path.write_bytes(damaged)
    with pytest.raises(LedgerError, match="row 1: it was changed"):
        Ledger.recover(path)
    assert path.read_bytes() == damaged
    path.write_bytes(b'{"half')
    with pytest.raises(LedgerError, match="no whole row"):
        Ledger.recover(path)
    with pytest.raises(LedgerError, match="cannot be opened"):
        Ledger.recover(tmp_path / "none.jsonl")


# --- signed rows ---


def test_a_signed_ledger_is_written_with_its_key_only(tmp_path):
    """Where the manifest names a key, rows without it or with another are refused before they are written."""
    path = tmp_path / "ledger.jsonl"
    key, other = PrivateKey.generate(), PrivateKey.generate()
    manifest = {"public_key": key.public.hex}
    for wrong in (None, other):
        with pytest.raises(LedgerError, match="every row is signed with the manifest's key"):
            Ledger.create(path, manifest, key=wrong)
    with pytest.raises(LedgerError, match="the manifest names no key"):
        Ledger.create(path, {}, key=key)
    Ledger.create(path, manifest, key=key)
    with pytest.raises(LedgerError, match="none was given"):
        Ledger.open(path).append("submission", {})
    with pytest.raises(LedgerError, match="was given"):
        Ledger.open(path, key=other)
    entry = Ledger.open(path, key=key).append("submission", {})
    assert key.public.signed(entry.hash, entry.signature)
    assert read_entries(path)[1] == entry


# --- receipts ---


def test_a_receipt_holds_for_every_longer_ledger(tmp_path):
    """A receipt that was given once is good as long as the ledger only grows."""
    ledger = Ledger.create(tmp_path / "ledger.jsonl", {}, time=NOON)
    receipts = []
    for i in range(5):
        entry = ledger.append("submission", {"number": i})
        receipts.append(ledger.receipt(entry.seq))
    for receipt in receipts:
        check_receipt(read_entries(ledger.path), receipt)
    with pytest.raises(LedgerError, match="there is no row 9; the ledger has rows 1 to 6"):
        ledger.receipt(9)


def test_a_receipt_comes_back_from_its_file(tmp_path):
    """A receipt is written as JSON and read strictly."""
    receipt = Receipt.of(small(), 2)
    path = tmp_path / "receipt.json"
    path.write_text(json.dumps(receipt.to_dict(), indent=2))
    assert Receipt.read(path) == Receipt.read(path.read_bytes()) == receipt
    with pytest.raises(LedgerError, match="cannot be read"):
        Receipt.read(tmp_path / "none.json")


def test_all_that_is_wrong_with_a_receipt_is_said_at_once():
    """A receipt with six faults has six problems."""
    content = Receipt.of(small(), 2).to_dict() | {
        "schema": "x",
        "hash": "AB",
        "seq": True,
        "extra": 1,
        "signature": "00",
    }
    del content["head"]
    with pytest.raises(LedgerError) as raised:
        Receipt.from_dict(content)
    assert len(raised.value.problems) == 6
    with pytest.raises(LedgerError, match="is before the row itself"):
        Receipt.from_dict(Receipt.of(small(), 2).to_dict() | {"head_seq": 1})
    with pytest.raises(LedgerError, match="JSON object"):
        Receipt.from_dict([])


def test_each_row_of_a_real_bounty_has_its_receipt():
    """Receipts for all rows at all times hold for the whole ledger, and none once its first row changed."""
    entries = toy_bounty().entries
    changed = [replace(entries[0], hash="ab" * 32), *entries[1:]]
    for length in range(1, len(entries) + 1):
        for seq in range(1, length + 1):
            receipt = Receipt.of(entries[:length], seq)
            assert receipt_problems(entries, receipt) == []
            assert [problem.row for problem in receipt_problems(changed, receipt)] == [1]
