"""Joining references, hypotheses and attributes: what matches, and that nothing is lost without a word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairkit.errors import DataError, UsageError
from fairkit.speech.readers import Transcripts, join, read_joined


def table(**columns):
    """Return transcripts of plain columns."""
    return Transcripts(columns, "table")


SAID = table(id=["a", "b", "c"], text=["one", "two", "three"], speaker=["s1", "s1", "s2"], snr=[5, 9, None])


def test_a_join_keeps_the_order_and_the_columns_of_the_references():
    """Hypotheses go to their references by id, in whatever order they come."""
    first = table(id=["c", "a", "b"], hypothesis=["3", "1", "2"], text=["x", "x", "x"])
    found = join(SAID, {"base": first, "large": table(id=["b", "a", "c"], text=["zwei", "eins", None])})
    assert found.columns == {
        "id": ["a", "b", "c"],
        "reference": ["one", "two", "three"],
        "base": ["1", "2", "3"],
        "large": ["eins", "zwei", None],
        "speaker": ["s1", "s1", "s2"],
        "snr": [5, 9, None],
    }
    assert (found.systems, found.attributes, found.has_speakers) == (("base", "large"), ("snr",), True)
    assert (found.unmatched, found.notes) == ((), ())


def test_what_has_no_partner_is_listed_on_both_sides():
    """A reference without hypothesis stays with None; a hypothesis without reference goes and is told."""
    found = join(SAID, {"base": table(id=["c", "x", "y"], text=["3", "?", "?"])})
    assert found.columns["base"] == [None, None, "3"]
    missing, unused = found.unmatched
    assert (missing.what, missing.side, missing.count, missing.of) == (
        "reference without hypothesis",
        "base",
        2,
        3,
    )
    assert (missing.first, missing.hint) == (("a", "b"), "")
    assert (unused.what, unused.count, unused.first) == ("hypothesis without reference", 2, ("x", "y"))
    assert str(unused) == "base: 2 of 3 hypothesis without reference: 'x', 'y'"


def test_of_many_without_partner_the_first_few_are_named():
    """A list of unmatched ids is short and says how many more there are."""
    said = table(id=[f"u{i}" for i in range(50)], text=["x"] * 50)
    (missing,) = join(said, {"base": table(id=["u0"], text=["x"])}).unmatched
    assert str(missing) == (
        "base: 49 of 50 reference without hypothesis: 'u1', 'u2', 'u3', 'u4', 'u5' and 44 more"
    )


def test_a_reference_without_text_is_left_out_and_listed():
    """Nobody knows what was said, so that nothing can be counted as wrong."""
    said = table(id=["a", "b"], reference=["x", None])
    found = join(said, {"base": table(id=["a", "b"], text=["x", "y"])})
    assert found.columns["id"] == ["a"]
    assert [str(one) for one in found.unmatched] == ["references: 1 of 2 reference without text: 'b'"]
    with pytest.raises(DataError, match="no reference has a text"):
        join(table(id=["a"], text=[None]), {"base": table(id=["a"], text=["x"])})


def test_rows_that_repeat_an_id_are_merged_if_they_say_the_same():
    """The same row twice is one utterance, and the note counts it."""
    said = table(id=["a", "a", "b"], text=["x", "x", "y"])
    heard = table(id=["a", "b", "b"], text=["x", "y", "y"], score=[1, 2, 3])
    found = join(said, {"base": heard})
    assert found.columns["id"] == ["a", "b"]
    assert found.notes == (
        "references: 1 row of the same id and content merged",
        "base: 1 row of the same id and content merged",
    )


def test_ids_of_rows_that_differ_are_refused_on_every_side_at_once():
    """Which of two texts is meant cannot be guessed; a reference may not have two accents either."""
    said = table(id=["a", "a", "b"], text=["x", "x", "y"], accent=["igbo", "yoruba", "igbo"])
    heard = table(id=["a", "b", "b", None, " "], text=["x", "y", "z", "w", "v"])
    with pytest.raises(DataError) as caught:
        join(said, {"base": heard})
    clash, nameless, other = caught.value.problems
    assert clash.startswith(
        "references: 1 id stands in rows that differ: 'a' has accent 'igbo' and 'yoruba'."
    )
    assert nameless == "base: 2 rows without id (rows 4, 5)."
    assert other.startswith("base: 1 id stands in rows that differ: 'b' has text 'y' and 'z'.")


def test_many_clashes_are_listed_in_part():
    """Five thousand repeated ids do not make a message of five thousand lines."""
    ids = [f"u{i}" for i in range(5000)] * 2
    said = table(id=ids, text=["x"] * 5000 + ["y"] * 5000)
    with pytest.raises(DataError) as caught:
        join(said, {"base": table(id=["u1"], text=["x"])})
    assert "; and 4,995 more." in str(caught.value)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    ("written", "rules"),
    [
        (["A", "B", "C"], "case were ignored (id_rules=['case'], or --match-ids case)"),
        (
            ["clips/a", "clips/b", "x\\c"],
            "folders were left out (id_rules=['folder'], or --match-ids folder)",
        ),
        (
            ["a.mp3", "b.mp3", "c.WAV"],
            "file extensions were left out (id_rules=['extension'], or --match-ids extension)",
        ),
        (
            ["clips\\a.mp3", "clips\\b.mp3", "c.mp3"],
            "left out (id_rules=['folder', 'extension'], or --match-ids folder,extension)",
        ),
        (
            ["D:\\A.MP3", "D:\\B.MP3", "C"],
            "(id_rules=['folder', 'extension', 'case'], or --match-ids folder,extension,case)",
        ),
        ([" a", "b ", "c\t"], "blanks were made equal (id_rules=['blanks'], or --match-ids blanks)"),
    ],
)
def test_ids_that_nearly_match_are_refused_with_the_rules_that_match_them(written, rules):
    """Where no id matches, the error says what would help, and doing so helps."""
    heard = table(id=written, text=["1", "2", "3"])
    with pytest.raises(DataError, match="no id is one of the references'") as caught:
        join(SAID, {"base": heard})
    assert "3 of 3 would match if" in str(caught.value)
    assert rules in str(caught.value)
    applied = [rule for rule in ("folder", "extension", "case", "blanks") if f"'{rule}'" in rules]
    found = join(SAID, {"base": heard}, id_rules=applied)
    assert (found.columns["base"], found.columns["id"], found.unmatched) == (
        ["1", "2", "3"],
        ["a", "b", "c"],
        (),
    )


def test_unicode_forms_of_ids_are_told_apart_and_hinted_at():
    """A file system that decomposes names makes ids that look alike and differ."""
    said = table(id=["caf\u00e9", "na\u00efve"], text=["x", "y"])
    heard = table(id=["cafe\u0301", "na\u00efve"], text=["x", "y"])
    missing, _ = join(said, {"base": heard}).unmatched
    rules = "(id_rules=['unicode'], or --match-ids unicode)"
    assert missing.hint == f"1 of 1 would match if Unicode forms were made equal (NFC) {rules}."
    assert join(said, {"base": heard}, id_rules=["unicode"]).unmatched == ()


def test_rules_that_make_two_ids_one_are_refused():
    """Ignoring case cannot silently merge what case tells apart."""
    said = table(id=["a", "A"], text=["x", "y"])
    with pytest.raises(DataError, match="'a' has text 'x' and 'y'"):
        join(said, {"base": table(id=["a", "A"], text=["x", "y"])}, id_rules=["case"])


def test_one_system_of_two_without_a_match_is_refused():
    """A wrong file among right ones does not become a system that recognises nothing."""
    with pytest.raises(DataError, match=r"^large: no id is one of the references'"):
        join(SAID, {"base": SAID, "large": table(id=["u"], text=["x"])})


def test_columns_that_lack_are_told_of_every_side():
    """The error names the columns there are and how to map them."""
    with pytest.raises(DataError) as caught:
        join(table(utt=["a"], text=["x"]), {"base": table(id=["a"], words=["x"])})
    no_id, no_text = caught.value.problems
    assert no_id.startswith("references: no column id (there are 'utt', 'text')")
    assert no_id.endswith("as in columns={'id': 'utt'}.")
    assert no_text.startswith("base: no column hypothesis or text (there are 'id', 'words')")


def test_names_that_clash_and_rules_that_are_none_are_refused():
    """A system may not be called as a column; unknown rules are told with the known ones."""
    with pytest.raises(UsageError) as caught:
        join(SAID, {"speaker": SAID, "snr": SAID}, id_rules=["cas"])
    assert len(caught.value.problems) == 3
    with pytest.raises(UsageError, match="no hypothesis"):
        join(SAID, {})


# --- attributes ---

WHO = table(speaker=["s1", "s9"], accent=["igbo", "zulu"], snr=["a", "b"])


def test_attributes_of_speakers_go_to_all_their_utterances():
    """Speakers without attributes have None, and are listed as are attributes of nobody."""
    found = join(SAID, {"base": SAID}, attributes=WHO)
    assert found.columns["accent"] == ["igbo", "igbo", None]
    assert [str(one) for one in found.unmatched] == [
        "attributes: 1 of 2 speaker without attributes: 's2'",
        "attributes: 1 of 2 attributes without speaker: 's9'",
    ]
    assert found.columns["snr"] == ["a", "a", None]
    assert found.notes == ("column 'snr' of the attributes replaces that of the references (2 rows differ)",)


def test_attributes_of_utterances_may_tell_the_speakers():
    """Where attributes have the ids of utterances, they are joined on these, by the same rules."""
    who = table(id=["A", "B", "C"], speaker=["x", "y", "z"], accent=["igbo", None, "zulu"])
    found = join(SAID, {"base": SAID}, attributes=who, id_rules=["case"])
    assert found.columns["speaker"] == ["x", "y", "z"]
    assert found.columns["accent"] == ["igbo", None, "zulu"]
    assert found.attributes == ("snr", "accent")


def test_a_speaker_with_two_accents_in_the_attributes_is_refused():
    """A table of speakers that contradicts itself is told with both labels."""
    who = table(speaker=["s1", "s1", "s2"], accent=["igbo", "yoruba", "zulu"])
    with pytest.raises(DataError, match="'s1' has accent 'igbo' and 'yoruba'"):
        join(SAID, {"base": SAID}, attributes=who)


def test_attributes_that_fit_nobody_are_refused():
    """A table of other people, or without the column to join on, is an error."""
    with pytest.raises(DataError, match=r"no speaker is one of the speakers'. Those are 's1', 's2'"):
        join(SAID, {"base": SAID}, attributes=table(speaker=["S1"], accent=["igbo"]))
    with pytest.raises(DataError, match="attributes: no column speaker"):
        join(SAID, {"base": SAID}, attributes=table(accent=["igbo"]))
    with pytest.raises(DataError, match="column 'speaker' is not in the data"):
        join(table(id=["a"], text=["x"]), {"base": SAID}, attributes=WHO)


def test_attributes_may_be_joined_on_any_column():
    """Devices or recordings have attributes of their own."""
    said = table(id=["a", "b"], text=["x", "y"], device=["d1", "d2"])
    found = join(
        said,
        {"base": said},
        attributes=table(device=["d2", "d1"], noise=["loud", "low"]),
        attributes_on="device",
    )
    assert found.columns["noise"] == ["low", "loud"]


# --- from files ---


def test_an_stm_and_ctms_are_joined_from_their_files(tmp_path):
    """Words are cut to the segments of the references, and notes tell whose they are."""
    (tmp_path / "ref.stm").write_text("r A s1 0 1 <o,f> one two\nr A s2 1 2 <o,m> three\n", encoding="utf-8")
    (tmp_path / "a.ctm").write_text("r A 0.1 0.2 one\nr A 1.1 0.2 tree\n", encoding="utf-8")
    (tmp_path / "who.csv").write_text("speaker,accent\ns1,igbo\ns2,zulu\n", encoding="utf-8")
    found = read_joined(tmp_path / "ref.stm", {"base": tmp_path / "a.ctm"}, attributes=tmp_path / "who.csv")
    assert found.columns["base"] == ["one", "tree"]
    assert found.columns["accent"] == ["igbo", "zulu"]
    assert found.columns["label_2"] == ["f", "m"]


def test_formats_mix_and_options_go_where_they_belong(tmp_path):
    """A TRN of references meets a CSV under names of its own and a text file that needs a format."""
    (tmp_path / "ref.trn").write_text("one (x-s1_1)\ntwo (x-s2_1)\n", encoding="utf-8")
    (tmp_path / "a.csv").write_text("utt,hyp\nx-s1_1,one\nx-s2_1,\n", encoding="utf-8")
    (tmp_path / "b.txt").write_text("x-s2_1 too\nx-s1_1 one\n", encoding="utf-8")
    found = read_joined(
        tmp_path / "ref.trn",
        {"a": tmp_path / "a.csv", "b": tmp_path / "b.txt"},
        format="kaldi",
        columns={"id": "utt", "hypothesis": "hyp"},
        speaker_from="last",
    )
    assert (found.columns["a"], found.columns["b"]) == (["one", ""], ["one", "too"])
    assert found.columns["speaker"] == ["x-s1", "x-s2"]
    assert "a: 1 empty cell of 'hypothesis' read as empty texts" in found.notes


def test_names_of_columns_go_to_the_side_that_has_them(tmp_path):
    """Two tables share the name of the id; that of the reference is not looked for among hypotheses."""
    (tmp_path / "said.csv").write_text("utt,said,who\na,one,s1\nb,two,s2\n", encoding="utf-8")
    (tmp_path / "heard.csv").write_text("utt,heard\na,one\nb,too\n", encoding="utf-8")
    columns = {"id": "utt", "reference": "said", "speaker": "who", "hypothesis": "heard"}
    found = read_joined(tmp_path / "said.csv", {"base": tmp_path / "heard.csv"}, columns=columns)
    assert found.columns == {
        "id": ["a", "b"],
        "reference": ["one", "two"],
        "base": ["one", "too"],
        "speaker": ["s1", "s2"],
    }
    with pytest.raises(DataError, match=r"heard\.csv: column 'words' is not in the data"):
        read_joined(
            tmp_path / "said.csv",
            {"base": tmp_path / "heard.csv"},
            columns={**columns, "hypothesis": "words"},
        )


@given(
    st.dictionaries(
        st.text("abc/.", min_size=1, max_size=3), st.text("xy ", max_size=4), min_size=1, max_size=8
    ),
    st.dictionaries(st.text("abc/.", min_size=1, max_size=3), st.text("xy ", max_size=4), max_size=8),
    st.randoms(use_true_random=False),
)
def test_every_row_of_both_sides_is_joined_or_listed(said, heard, random):
    """Whatever the ids and their order, matched and unmatched rows add up to all rows."""
    heard = {next(iter(said)): "z", **heard}  # without any match the join is refused
    order = list(heard)
    random.shuffle(order)
    found = join(
        table(id=list(said), text=list(said.values())),
        {"base": table(id=order, text=[heard[one] for one in order])},
    )
    lost = {one.what: one.count for one in found.unmatched}
    assert found.columns["reference"] == list(said.values())
    assert found.columns["base"] == [heard.get(one) for one in said]
    assert lost.get("reference without hypothesis", 0) == len(said.keys() - heard.keys())
    assert lost.get("hypothesis without reference", 0) == len(heard.keys() - said.keys())


@pytest.mark.realdata
def test_edacc_outputs_of_two_systems_join_without_loss(real_data):
    """The audit's three files share ids, references and speakers."""
    from fairkit.speech.readers import read_transcripts

    folder = real_data / "edacc_audit"
    columns = {"id": "utt_id", "reference": "ref_raw", "hypothesis": "hyp_raw"}
    small, large = (
        read_transcripts(folder / name, columns=columns)
        for name in ("whisper-small.jsonl", "whisper-large-v3-turbo.jsonl")
    )
    found = join(small, {"small": small, "turbo": large})
    assert len(found) == 9177
    assert found.unmatched == ()
    assert len(set(found.columns["speaker"])) == 60
    assert len(set(found.columns["accent"])) == 24
    assert None not in found.columns["turbo"]
