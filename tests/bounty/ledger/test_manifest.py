"""The manifest and the hashes of the parts: what they stand for, and all that is refused."""

from __future__ import annotations

import copy
import hashlib
import json
from dataclasses import fields, replace

import numpy as np
import pytest
from bounty_ledgers import toy_manifest
from hypothesis import given
from hypothesis import strategies as st

from bounty.certificates.terms import Terms
from bounty.ledger.canonical_json import dumps
from bounty.ledger.manifest import Manifest, ManifestColumn, part_hash, parts_of
from bounty.ledger.part_hashes import seal_part
from bounty.ledger.signatures import PrivateKey
from bounty.rows.amounts import Bits, Numbers
from bounty.rows.answers import Answers, AnswerSpace, Form, Truth
from bounty.rows.bits import RowSet
from bounty.rows.columns import Column, Columns
from bounty.rows.losses import Loss
from bounty.rows.splits import Split
from fairkit.errors import LedgerError

AGES, SEXES = [20.5, None, 30.0, 20.5], ["F", "M", None, "F"]


def split(*, part="checker", order=("age", "sex"), ages=AGES, truth=(1, 0, 1, 1), **others) -> Split:
    """Return four rows with two columns, their truth, and two models' answers."""
    values = {"age": ages, "sex": SEXES}
    levels = {"age": [20.5, 30.0], "sex": ["F", "M"]}
    return Split(
        part,
        Columns.of({name: values[name] for name in order}, levels={name: levels[name] for name in order}),
        others.get("true") or Truth(np.array(truth, np.uint8)),
        others.get("host") or Answers.of(Form.DECISION, [1, 1, 0, 0]),
        others.get("alternatives", {"tree": Answers.of(Form.DECISION, [0, 1, 0, 1])}),
    )


# --- the hash of a part ---


def test_the_hash_of_a_part_is_that_of_bytes_anyone_can_write():
    """Four rows written out by hand and hashed with SHA-256 have the part's hash."""
    header = (
        b'{"alternatives":["tree"],"columns":[{"kind":"number","levels":["20.5","30"],"name":"age"},'
        b'{"kind":"text","levels":["F","M"],"name":"sex"}],"form":"decision","rows":4,"truth":true,"units":false}'
    )
    four = (4).to_bytes(8, "little")
    by_hand = b"fairkit.bounty.part/1\x00" + len(header).to_bytes(8, "little") + header
    for codes in ([0, 2, 1, 0], [0, 1, 2, 0]):
        by_hand += four + b"".join(code.to_bytes(2, "little") for code in codes)
    for codes in ([1, 0, 1, 1], [1, 1, 0, 0], [0, 1, 0, 1]):
        by_hand += four + b"".join(code.to_bytes(8, "little") for code in codes)
    assert part_hash(split()) == hashlib.sha256(by_hand).hexdigest()


def test_the_hash_does_not_depend_on_how_rows_are_held():
    """Other types, byte orders, strides, orders of columns and names of the part change nothing."""
    plain = part_hash(split())
    assert part_hash(split(part="public")) == plain
    assert part_hash(split(order=("sex", "age"))) == plain
    for kind in ("u1", "<u2", ">u2", "<i8", ">i8", "i4"):
        wide = np.array([0, 2, 1, 0, 9, 9], kind)[:4]
        ages = Column("age", "number", (20.5, 30), wide)
        sexes = Column("sex", "text", ("F", "M"), np.array([[0, 7], [1, 7], [2, 7], [0, 7]], kind)[:, 0])
        other = replace(
            split(),
            columns=Columns({"age": ages, "sex": sexes}, 4),
            truth=Truth(np.array([1, 0, 1, 1], kind)),
            host=Answers(Form.DECISION, np.array([1, 1, 0, 0], kind)),
        )
        assert part_hash(other) == plain


CHANGES = {
    "a value": split(ages=[20.5, None, 30.0, 30.0]),
    "a missing value": split(ages=[20.5, 20.5, 30.0, 20.5]),
    "the order of rows": split().taking(np.array([1, 0, 2, 3]), "checker"),
    "a row less": split().taking(np.array([0, 1, 2]), "checker"),
    "a true answer": split(truth=(1, 1, 1, 1)),
    "an answer": split(host=Answers.of(Form.DECISION, [1, 1, 0, 1])),
    "the form of answers": split(host=Answers.of(Form.CLASSES, [1, 1, 0, 0])),
    "another model": split(alternatives={}),
    "the name of another model": split(alternatives={"three": Answers.of(Form.DECISION, [0, 1, 0, 1])}),
    "an answer of another model": split(alternatives={"tree": Answers.of(Form.DECISION, [0, 1, 0, 0])}),
    "a column less": split(order=("age",)),
    "units for truth": split(true=Truth(units=Numbers(np.array([1, 0, 1, 1])))),
    "units and truth": split(true=Truth(np.array([1, 0, 1, 1], np.uint8), Numbers(np.array([1, 0, 1, 1])))),
    "a level": replace(
        split(),
        columns=Columns.of(
            {"age": AGES, "sex": SEXES}, levels={"age": [20.5, 30.0, 40.0], "sex": ["F", "M"]}
        ),
    ),
    "the name of a column": replace(split(), columns=Columns.of({"years": AGES, "sex": SEXES})),
}


def test_everything_that_rows_say_changes_the_hash():
    """Each change of a value, an answer, a name or the order of rows gives another hash, and all differ."""
    hashes = {name: part_hash(changed) for name, changed in CHANGES.items()}
    assert len({part_hash(split()), *hashes.values()}) == len(hashes) + 1


def test_units_count_whatever_holds_them():
    """Bits and integers with the same units have one hash."""
    packed = Truth(units=Bits(RowSet.of(np.array([True, False, True, True]))))
    assert part_hash(split(true=packed)) == part_hash(CHANGES["units for truth"])


def test_a_large_part_is_hashed_in_blocks_as_if_at_once():
    """Rows beyond one block are hashed like the first ones."""
    rows = 2**20 + 3
    codes = np.arange(rows) % 3
    large = Split(
        "checker",
        Columns({"x": Column("x", "number", (1, 2), codes.astype(np.uint8))}, rows),
        Truth((codes == 1).astype(np.uint8)),
        Answers.of(Form.DECISION, codes == 0),
    )
    header = dumps(
        {
            "rows": rows,
            "columns": [{"name": "x", "kind": "number", "levels": ["1", "2"]}],
            "form": "decision",
            "truth": True,
            "units": False,
            "alternatives": [],
        }
    )
    digest = hashlib.sha256(b"fairkit.bounty.part/1\x00" + len(header).to_bytes(8, "little") + header)
    for array, kind in ((codes, "<u2"), (codes == 1, "<i8"), (codes == 0, "<i8")):
        digest.update(rows.to_bytes(8, "little") + array.astype(kind).tobytes())
    assert part_hash(large) == digest.hexdigest()


@pytest.mark.parametrize("code", [-1, 65_536])
def test_a_code_that_two_bytes_do_not_hold_is_refused(code):
    """A code that would wrap around to another one is no code."""
    ages = Column("age", "number", (20,), np.array([0, code]))
    odd = Split("checker", Columns({"age": ages}, 2), Truth(np.zeros(2)), Answers.of(Form.DECISION, [0, 1]))
    with pytest.raises(LedgerError, match="column 'age' has codes outside"):
        part_hash(odd)


def test_secret_parts_are_published_under_seals():
    """The manifest shows the public part's own hash, and seals of the others that open to theirs."""
    public, held, last = split(part="public"), split(ages=[30.0, 30.0, None, 20.5]), split(truth=(0, 0, 0, 1))
    parts, seals = parts_of(public, checker=held, confirmation=last)
    assert parts["public"].hash == part_hash(public)
    assert parts["checker"].hash == seal_part("checker", part_hash(held), seals["checker"].nonce).hash
    assert seals["confirmation"].content == {"part": "confirmation", "hash": part_hash(last)}
    again, _ = parts_of(public, checker=held, confirmation=last)
    assert again["checker"].hash != parts["checker"].hash
    assert toy_manifest(parts=parts).to_dict()["parts"]["checker"].keys() == {"rows", "seal"}


def test_parts_that_do_not_belong_together_are_refused():
    """Other columns, models or forms, and the same rows twice, are named all at once."""
    public = split(part="public")
    with pytest.raises(LedgerError) as raised:
        parts_of(public, checker=split(), confirmation=split(order=("age",), alternatives={}))
    assert [problem[:40] for problem in raised.value.problems] == [
        "the confirmation part differs from the p",
        "the confirmation part differs from the p",
        "two parts hold the same rows; the three ",
    ]


# --- the manifest ---


def test_a_manifest_comes_back_from_its_content():
    """Content, file and hash agree, whatever the spaces and the order of keys of the file."""
    manifest = toy_manifest()
    edited = json.dumps(dict(reversed(manifest.to_dict().items())), indent=2).encode()
    assert Manifest.from_dict(manifest.to_dict()) == Manifest.read(edited) == manifest
    assert Manifest.read(edited).hash == manifest.hash


def test_the_hash_is_that_of_the_canonical_bytes(tmp_path):
    """Python's own sorted JSON, hashed with SHA-256, is the manifest's hash."""
    manifest = toy_manifest()
    text = json.dumps(manifest.to_dict(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert manifest.hash == hashlib.sha256(text.encode()).hexdigest()
    (tmp_path / "manifest.json").write_text(text)
    assert Manifest.read(tmp_path / "manifest.json") == manifest
    with pytest.raises(LedgerError, match="cannot be read"):
        Manifest.read(tmp_path / "none.json")


OTHER = {
    "title": "Other",
    "created": "2025-02-01T12:00:00Z",
    "fairkit_version": "0.2",
    "parts": dict(toy_manifest().parts) | {"checker": toy_manifest().parts["confirmation"]},
    "columns": (ManifestColumn("age", "number", (20, 31)),),
    "model": "tree",
    "alternatives": (),
    "space": AnswerSpace(Form.DECISION, ("nein", "ja")),
    "losses": (Loss.named("error", Form.DECISION),),
    "terms": Terms.of(epsilon="0.11").to_dict(),
    "minimum_rows": 31,
    "duplicate": "0.9",
    "band_floor": 51,
    "environment": "1d" * 32,
    "salt_commitment": "1e" * 32,
    "public_key": PrivateKey.generate().public.hex,
    "settings": {"quota": 5},
}


def test_every_field_counts():
    """A manifest that differs in one field has another hash."""
    assert set(OTHER) == {field.name for field in fields(Manifest)}
    hashes = {toy_manifest(**{name: value}).hash for name, value in OTHER.items()}
    assert len({*hashes, toy_manifest().hash}) == len(OTHER) + 1


def test_levels_keep_their_kind():
    """Numbers, texts and truth values of columns come back as what they were, however they look."""
    columns = (
        ManifestColumn("a", "number", (-1.5, 0, 1, 10**20)),
        ManifestColumn("b", "text", ("1", "True", "ä")),
        ManifestColumn("c", "bool", (False, True)),
        ManifestColumn("d", "text", ()),
    )
    manifest = toy_manifest(columns=columns)
    read = Manifest.from_dict(manifest.to_dict()).columns
    assert read == columns
    assert [type(level) for level in read[2].levels] == [bool, bool]


def test_columns_are_described_as_they_are_coded():
    """The levels of a split's columns are those of the manifest, in the same order."""
    described = ManifestColumn.each_of(split().columns)
    assert described == (
        ManifestColumn("age", "number", (20.5, 30.0)),
        ManifestColumn("sex", "text", ("F", "M")),
    )


def test_a_key_is_shown_by_its_fingerprint():
    """The fingerprint is the SHA-256 of the key, and none where rows are not signed."""
    public = PrivateKey.generate().public
    assert toy_manifest(public_key=public.hex).fingerprint == public.fingerprint
    assert toy_manifest().fingerprint is None


PUBLIC = {"rows": 1, "hash": "0a" * 32}
FAULTS = {
    "schema": ("fairkit.bounty/2", "another version"),
    "title": (" ", "title: ' ' is no text of 1 to 1,000 characters"),
    "created": ("2025-01-31", "created: time '2025-01-31' is no time"),
    "fairkit_version": (1, "fairkit_version: 1 is no text"),
    "parts": ({"public": PUBLIC}, "parts: 'checker' is missing"),
    "columns": ([], "columns: there must be a list of columns"),
    "model": ("x" * 1001, "model: .* is no text"),
    "alternatives": (["a", "a"], "alternatives: a name stands twice"),
    "answers": ({"form": "decision"}, "answers: 'classes' is missing"),
    "losses": ([], "losses: there must be a list of losses"),
    "terms": ({"epsilon": "0.1"}, "terms: terms: 'delta' is missing"),
    "minimum_rows": (0, "minimum_rows: 0 is no whole number from 1 up"),
    "duplicate": ("1.5", "duplicate: '1.5' is no decimal text"),
    "band_floor": (True, "band_floor: True is no whole number"),
    "environment": ("AB" * 32, "environment: 'ABAB.* is no hash"),
    "salt_commitment": (None, "salt_commitment: None is no hash"),
    "public_key": ("short", "public_key: 'short' is no hash"),
    "settings": ([], "settings: .* is no JSON object"),
}


@pytest.mark.parametrize(("name", "value", "problem"), [(name, *fault) for name, fault in FAULTS.items()])
def test_a_fault_of_a_field_is_named(name, value, problem):
    """Each field is checked, and the message begins with its name."""
    with pytest.raises(LedgerError, match=problem):
        Manifest.from_dict(toy_manifest().to_dict() | {name: value})


def test_all_faults_are_named_at_once():
    """A manifest that is wrong in every field has a problem for each, misspelt and missing ones included."""
    content = {name: value for name, (value, _) in FAULTS.items()} | {"titel": "Toy"}
    del content["band_floor"]
    with pytest.raises(LedgerError) as raised:
        Manifest.from_dict(content)
    problems = raised.value.problems
    assert problems[0] == "'band_floor' is missing."
    assert problems[1] == "'titel' is no field of a manifest. Did you mean 'title'?"
    assert all(any(problem.startswith(name) for problem in problems) for name in set(FAULTS) - {"band_floor"})


@pytest.mark.parametrize(
    ("place", "value", "problem"),
    [
        (("parts", "checker"), PUBLIC, r"parts\.checker: 'seal' is missing"),
        (("parts", "public", "rows"), 0, r"parts\.public\.rows: 0 is no whole number"),
        (("parts", "public", "hash"), "x", r"parts\.public\.hash: 'x' is no hash"),
        (("columns", 0, "kind"), "numbr", r"columns\[0\]\.kind: 'numbr' is none of bool, number, text"),
        (("columns", 0, "levels"), ["30", "20"], r"columns\[0\]\.levels: they are not in order"),
        (("columns", 0, "levels"), ["9", "10"], None),
        (
            ("columns", 0, "levels"),
            ["20", "20.0"],
            r"columns\[0\]\.levels: '20\.0' is no number in canonical",
        ),
        (("columns", 0, "levels"), [20], r"columns\[0\]\.levels: 20 is no text"),
        (("columns", 1, "levels"), ["F", "F"], r"columns\[1\]\.levels: they are not in order, each once"),
        (("columns", 1, "levels"), [True], r"columns\[1\]\.levels: True is no text"),
        (("columns", 1, "levels"), ["\ud800"], "half of a character"),
        (("columns", 1, "levels"), [f"{i:06}" for i in range(65_536)], "there are 65,536"),
        (("columns", 2, "levels"), ["True"], r"columns\[2\]\.levels: 'True' is no boolean"),
        (("columns", 1, "name"), "age", "columns: column 'age' stands 2 times"),
        (("answers", "form"), ["decision"], r"answers\.form: .* is none of"),
        (("answers", "classes"), ["yes"], r"answers\.classes: a decision has two"),
        (("answers", "low"), "1", r"answers\.low: 1 is not below high, 1"),
        (("answers", "low"), 0, r"answers\.low: 0 is no number"),
        (("losses", 0, "name"), "squared", r"losses\[0\]: loss 'squared' cannot be taken"),
        (("losses", 0, "largest"), 2, r"losses\[0\]\.largest: 2 is not that of this loss, 1"),
        (("losses", 1, "name"), "error", "losses: a loss stands twice"),
        (("terms", "epsilon"), "2", "terms: epsilon is 2"),
        (("settings", "share"), 0.5, "settings.share: 0.5 is a fraction"),
        (("terms", "epsilon"), "1/10", r"terms\.epsilon: '1/10' is written '0\.1'"),
        (("terms", "submissions"), "4", r"terms\.submissions: '4' is written 4"),
        (("terms", "delta"), 0.05, r"terms\.delta: 0\.05 is written '0\.05'"),
        (("terms", "acceptances"), 5, "terms: acceptances is 5, more than the 4 submissions"),
    ],
)
def test_a_fault_within_a_field_is_named_by_its_place(place, value, problem):
    """The message says which entry of which list is wrong, and numbers are ordered as numbers."""
    content = copy.deepcopy(toy_manifest().to_dict())
    inner = content
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    if problem is None:
        assert Manifest.from_dict(content)
    else:
        with pytest.raises(LedgerError, match=problem):
            Manifest.from_dict(content)


def test_scores_and_costs_have_no_classes():
    """The classes fit the form of the answers."""
    score = AnswerSpace(Form.SCORE, (), -1.0, 2.5)
    losses = (Loss.named("squared", Form.SCORE), Loss.named("log", Form.SCORE))
    manifest = toy_manifest(space=score, losses=losses)
    assert Manifest.from_dict(manifest.to_dict()).space == score
    with pytest.raises(LedgerError, match="a score has none"):
        toy_manifest(space=replace(score, classes=("a", "b")), losses=losses)
    with pytest.raises(LedgerError, match="there must be two at least, not 1"):
        toy_manifest(space=AnswerSpace(Form.CLASSES, ("a",)), losses=(Loss.named("error", Form.CLASSES),))
    ratio = Loss.named("ratio", Form.COST, largest=50, largest_unit=40)
    cost = toy_manifest(space=AnswerSpace(Form.COST), losses=(ratio,))
    assert Manifest.from_dict(cost.to_dict()).losses == (ratio,)


def test_a_manifest_made_of_wrong_parts_is_refused_too():
    """What a host puts together in a program is checked like what is read."""
    with pytest.raises(LedgerError) as raised:
        toy_manifest(title="", minimum_rows=0, losses=())
    assert len(raised.value.problems) == 3


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def places(content, path=()):
    """Return the way to every value within a content."""
    items = content.items() if isinstance(content, dict) else enumerate(content)
    for key, value in items:
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))


@given(st.sampled_from(list(places(toy_manifest().to_dict()))), json_values)
def test_any_value_anywhere_is_read_or_refused(place, value):
    """Whatever stands wherever in a manifest, reading it gives a manifest or a LedgerError."""
    content = copy.deepcopy(toy_manifest().to_dict())
    inner = content
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    try:
        manifest = Manifest.from_dict(content)
    except LedgerError:
        return
    assert Manifest.from_dict(manifest.to_dict()) == manifest


@given(json_values)
def test_any_json_is_no_manifest(value):
    """Random JSON is refused with nothing but a LedgerError."""
    with pytest.raises(LedgerError):
        Manifest.from_dict(value)


def test_many_columns_of_one_name_are_refused_quickly():
    """Finding repeated names among 20,000 columns takes one pass."""
    column = {"kind": "text", "levels": []}
    columns = [column | {"name": str(i)} for i in range(20_000)] + [column | {"name": "7"}]
    with pytest.raises(LedgerError, match="column '7' stands 2 times"):
        Manifest.from_dict(toy_manifest().to_dict() | {"columns": columns})
