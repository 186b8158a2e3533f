"""What each reader makes of a file of its format, and that writing and reading back changes nothing."""

from __future__ import annotations

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairkit.errors import DataError, UsageError
from fairkit.speech.readers import FORMATS, Transcripts, read_transcripts


@pytest.fixture
def write(tmp_path):
    """Write a text file into an empty folder and return its path."""

    def written(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return written


# --- TRN ---


# What sclite 2.10 printed as the speakers of these ids (-i spu_id).
SCLITE_SPEAKERS = {
    "spk_a_utt1": "spk",
    "spk-b_utt2": "spk",
    "x-y-z": "x",
    "p_q-r": "p_q",
    "cmh_sa01": "cmh",
    "1089-134686-0001": "1089",
}


def test_speakers_of_trn_ids_are_those_of_sclite(write):
    """The speaker stands before the first hyphen, or else before the first underscore."""
    path = write("a.trn", "".join(f"yes ({one})\n" for one in SCLITE_SPEAKERS))
    assert read_transcripts(path).columns["speaker"] == list(SCLITE_SPEAKERS.values())


def test_a_choice_of_speakers_that_matters_is_noted(write):
    """Ids whose first part is the corpus make one speaker, and the note tells what the other rule finds."""
    path = write("a.trn", "a (call-17-ann_1)\nb (call-17-bob_1)\nc (call-18-ann_1)\n")
    first = read_transcripts(path)
    assert set(first.columns["speaker"]) == {"call"}
    (note,) = first.notes
    assert note.endswith(": 1 speaker (before the last: 3; choose by speaker_from='last')")
    last = read_transcripts(path, speaker_from="last")
    assert last.columns["speaker"] == ["call-17-ann", "call-17-bob", "call-18-ann"]
    assert "speaker" not in read_transcripts(path, speaker_from="none").columns


def test_trn_keeps_parentheses_of_the_text_and_empty_texts(write):
    """The id is the last parenthesis of a line, comments and empty lines are skipped, the latter counted."""
    found = read_transcripts(
        write("a.trn", ";; comment\nhello (uh) you (s_1)\n\n(s_2)\n  \nbare(nodelimiter)\n")
    )
    assert found.columns["id"] == ["s_1", "s_2", "nodelimiter"]
    assert found.columns["text"] == ["hello (uh) you", "", "bare"]
    assert found.columns["speaker"] == ["s", "s", None]
    assert "2 empty lines skipped" in found.notes
    assert "1 id without '-' or '_' has no speaker" in found.notes


def test_of_alternations_the_first_wording_is_kept_and_counted(write):
    """Alternations are told, for sclite would score the best wording."""
    found = read_transcripts(write("a.trn", "i've { um / uh / @ } { @ / far } gone (s_1)\nplain (s_2)\n"))
    assert found.columns["text"] == ["i've um gone", "plain"]
    assert "alternations { a / b } in 1 text: the first wording is kept" in found.notes


def test_every_bad_line_of_a_trn_is_told(write):
    """All bad lines are listed with their numbers, but not without bound."""
    with pytest.raises(DataError) as caught:
        read_transcripts(write("a.trn", "no id\nfine (s_1)\nopen { a / b (s_2)\nempty ()\n"))
    assert [problem.partition(" ")[2].split(" ")[1] for problem in caught.value.problems] == ["1", "3", "4"]
    with pytest.raises(DataError) as caught:
        read_transcripts(write("b.trn", "no id\n" * 5000))
    assert len(caught.value.problems) == 13
    assert caught.value.problems[-1] == "b.trn: 4,988 more lines have such problems."


# --- STM and CTM ---

STM = """;; CATEGORY "0" "condition" ""
;; LABEL "o" "Overall" "all"
;; LABEL "m" "Male" "male talkers"
rec A s1 0.00 2.00 <o,m> one two
rec A s2 3.00 5.00 <o,f> three four
rec A s1 6.00 7.00 <o,m> IGNORE_TIME_SEGMENT_IN_SCORING
rec A s1 8.00 9.00 <o,> five
"""
CTM = """rec A 0.10 0.2 one 0.9
rec A 1.80 0.3 two
rec A 2.20 0.2 gapa
rec A 2.70 0.2 gapb
rec A 3.10 0.2 three
rec A 4.10 0.2 four
rec A 5.50 0.2 gapc
rec A 6.50 0.2 ign
rec A 7.50 0.2 gapd
rec A 8.50 0.2 five
rec A 9.50 0.2 tail
"""


def test_stm_segments_have_times_speakers_and_labels(write):
    """Each position of the labels is a column, and what is not to be scored is left out and counted."""
    found = read_transcripts(write("a.stm", STM))
    assert found.columns["id"] == ["rec-A-0.000-2.000", "rec-A-3.000-5.000", "rec-A-8.000-9.000"]
    assert found.columns["text"] == ["one two", "three four", "five"]
    assert found.columns["speaker"] == ["s1", "s2", "s1"]
    assert found.columns["condition"] == ["o", "o", "o"]
    assert found.columns["label_2"] == ["m", "f", None]
    assert found.numbers("duration") == [2.0, 2.0, 1.0]
    assert found.notes == (
        "1 segment marked IGNORE_TIME_SEGMENT_IN_SCORING left out",
        "labels by their headings: o = Overall, m = Male",
    )


def test_a_tag_that_begins_a_text_is_no_label(write):
    """A segment that begins with <unk> keeps the word, unless every segment has such a field."""
    found = read_transcripts(write("a.stm", "r 1 s 0 1 <unk> yes\nr 1 s 1 2 no\nr 1 s 2 3 <o,f0,male> so\n"))
    assert found.columns["text"] == ["<unk> yes", "no", "so"]
    assert found.columns["label_3"] == [None, None, "male"]
    assert "1 text beginning with a tag, not with a label: '<unk>'" in found.notes
    found = read_transcripts(write("b.stm", "r 1 s 0 1 <NA> yes\nr 1 s 1 2 <NA>\n"))
    assert (found.columns["text"], found.columns["label_1"]) == (["yes", ""], ["NA", "NA"])


def test_words_go_to_the_segments_that_sclite_puts_them_in(write):
    """The expected texts were printed by sclite 2.10 for these files; nothing said in a gap is forgiven."""
    segments = read_transcripts(write("a.stm", STM))
    found = read_transcripts(write("a.ctm", CTM), segments=segments)
    assert found.columns["id"] == segments.columns["id"]
    assert found.columns["text"] == ["one two", "gapa gapb three four", "gapd five tail"]
    assert "5 words outside every segment count in the next one, as in sclite" in found.notes
    assert "2 words in segments that are not scored left out" in found.notes


def test_a_word_in_two_segments_goes_to_the_first_and_one_on_the_edge_to_the_next(write):
    """Overlapping segments are filled as sclite 2.10 fills them."""
    segments = read_transcripts(write("a.stm", "rec A s1 0 2 a\nrec A s2 1.5 4 b\nrec A s1 4 6 c\n"))
    ctm = "rec A 1.55 0.1 early\nrec A 1.90 0.2 edge2\nrec A 3.90 0.2 edge4\nrec A 5.90 0.2 edge6\n"
    found = read_transcripts(write("a.ctm", ctm), segments=segments)
    assert found.columns["text"] == ["early", "edge2", "edge4 edge6"]


def test_a_segment_without_words_is_empty_and_one_without_channel_is_missing(write):
    """An empty output and a recording that was never recognised are two things."""
    stm = "r1 A s 0 1 a\nr1 A s 1 2 b\nr2 A s 0 1 c\n"
    segments = read_transcripts(write("a.stm", stm))
    found = read_transcripts(write("a.ctm", "r1 A 0.1 0.1 a\nr9 A 0.1 0.1 x\n"), segments=segments)
    assert found.columns["text"] == ["a", "", None]
    assert "1 word of 1 channel without segments left out: 'r9 A'" in found.notes
    assert "1 channel without words: 'r2 A'" in found.notes
    with pytest.raises(DataError, match=r"no channel is one of the segments'.*Did you mean 'r1 A'"):
        read_transcripts(write("b.ctm", "R1 A 0.1 0.1 a\n"), segments=segments)


def test_segments_without_times_hold_no_words(write):
    """Words cannot be joined to utterances of which it is not known when they were said."""
    path = write("a.ctm", "r A 0.1 0.1 a\n")
    with pytest.raises(DataError, match="these lack 'recording', 'channel', 'start', 'end'"):
        read_transcripts(path, segments=Transcripts({"id": ["a"], "text": ["x"]}, "table"))
    known = {
        "id": ["a", "b"],
        "recording": ["r", "r"],
        "channel": ["A", "A"],
        "start": [0, None],
        "end": [1, 2],
    }
    with pytest.raises(DataError, match=r"1 segment without times \(rows 2\)"):
        read_transcripts(path, segments=Transcripts(known, "table"))


def test_words_without_segments_are_one_text_a_channel(write):
    """Words are joined in the order of their times; of alternatives the first is kept."""
    ctm = "r A 1 .1 b\nr A 0 .1 a\nr B 0 .1 z\nr A * * <ALT_BEGIN>\nr A 2 .1 um\nr A * * <ALT>\nr A 2 .1 uh\n"
    found = read_transcripts(write("a.ctm", ctm + "r A * * <ALT_END>\n"))
    assert (found.columns["id"], found.columns["text"]) == (["r-A", "r-B"], ["a b um", "z"])
    assert "words of 1 channel put in the order of their times" in found.notes
    with pytest.raises(DataError, match="line 4 begins an alternation that does not end"):
        read_transcripts(write("b.ctm", ctm))


@pytest.mark.parametrize(
    ("name", "text", "lines"),
    [
        ("a.stm", "r A s 0 x hi\nr A s 2 1 hi\nr A s\nr A s nan 1 hi\n", [1, 2, 3, 4]),
        ("a.ctm", "r A 0 0.1 a\nr A zero 0.1 b\nr A 0.1 word\nr A -1 0.1 c\n", [2, 3, 4]),
    ],
)
def test_times_that_are_none_are_told_with_their_lines(write, name, text, lines):
    """Every line without proper times is listed."""
    with pytest.raises(DataError) as caught:
        read_transcripts(write(name, text))
    assert [int(problem.split("line ")[1].split()[0]) for problem in caught.value.problems] == lines


# --- Kaldi ---


def test_a_kaldi_folder_gives_everything_known_of_utterances_and_speakers(write, tmp_path):
    """Tables of two columns become columns, and what they leave open is noted."""
    write("data/text", "u1 hello  there\nu2\nu3 hm\n")
    write("data/utt2spk", "u1 s1\nu2 s1\nu9 s2\n")
    write("data/spk2gender", "s1 f\ns2 m\n")
    write("data/utt2dur", "u1 1.5\nu2 2\nu3 3\n")
    write("data/utt2lang", "u1 en\nu2 en\nu3 en\n")
    write("data/spk2utt", "s1 u1 u2\ns2 u9\n")
    write("data/utt2feat", "u1 a b\n")
    found = read_transcripts(tmp_path / "data")
    assert found.format == "kaldi"
    assert found.columns == {
        "id": ["u1", "u2", "u3"],
        "text": ["hello  there", "", "hm"],
        "speaker": ["s1", "s1", None],
        "gender": ["f", "f", None],
        "duration": [1.5, 2.0, 3.0],
        "lang": ["en", "en", "en"],
    }
    assert found.notes == (
        "utt2feat left out: it has more than two columns (line 1)",
        "utt2spk says nothing of 1 key: 'u3'",
        "utt2spk has 1 key not in use: 'u9'",
        "spk2gender has 1 key not in use: 's2'",
    )


def test_contradictions_in_kaldi_tables_are_told_of_all_files(write, tmp_path):
    """One speaker with two genders and one utterance with two speakers are refused together."""
    write("data/text", "u1 a\n")
    write("data/utt2spk", "u1 s1\nu1 s2\nu2\n")
    write("data/spk2gender", "s1 f\ns1 m\n")
    with pytest.raises(DataError) as caught:
        read_transcripts(tmp_path / "data")
    assert caught.value.problems == (
        "spk2gender: line 2 says 'm' of 's1', which was 'f' before.",
        "utt2spk: line 2 says 's2' of 'u1', which was 's1' before.",
        "utt2spk: line 3 has no value for 'u2'.",
    )


def test_utterances_as_their_own_speakers_are_noted(write, tmp_path):
    """Kaldi folders without known speakers name the utterance instead, which is no cluster."""
    write("data/text", "u1 a\nu2 b\n")
    write("data/utt2spk", "u1 u1\nu2 u2\n")
    assert (
        "utt2spk names every utterance as its own speaker: who speaks is not known"
        in read_transcripts(tmp_path / "data").notes
    )


# --- NeMo, Common Voice, NLP ---


def test_a_nemo_manifest_with_predictions_has_reference_and_hypothesis(write):
    """Windows paths stay as they are, numbers stay numbers, lists and booleans become texts."""
    rows = [
        {"audio_filepath": "C:\\a\\1.wav", "duration": 1.5, "text": "yes", "pred_text": "yes", "ok": True},
        {
            "audio_filepath": "C:\\a\\2.wav",
            "duration": 2,
            "text": "no",
            "pred_text": None,
            "accents": ["a", "b"],
        },
    ]
    found = read_transcripts(write("m.json", "".join(json.dumps(row) + "\n" for row in rows)))
    assert found.columns == {
        "id": ["C:\\a\\1.wav", "C:\\a\\2.wav"],
        "duration": [1.5, 2],
        "reference": ["yes", "no"],
        "hypothesis": ["yes", None],
        "ok": ["true", None],
        "accents": [None, "a|b"],
    }
    assert found.notes == ("key 'ok' is not in 1 of 2 lines", "key 'accents' is not in 1 of 2 lines")


def test_segments_of_one_audio_file_have_ids_of_their_own(write):
    """Offsets tell utterances of one file apart."""
    line = '{{"audio_filepath": "a.wav", "text": "x", "offset": {}}}\n'
    found = read_transcripts(write("m.jsonl", line.format(0) + line.format(1.5)))
    assert found.columns["id"] == ["a.wav@0", "a.wav@1.5"]


def test_nan_and_null_are_missing(write):
    """NaN, which Python writes into JSON, is no text and no number."""
    text = (
        '{"audio_filepath": "a", "text": NaN, "snr": NaN}\n{"audio_filepath": "b", "text": null, "snr": 3}\n'
    )
    found = read_transcripts(write("m.jsonl", text))
    assert (found.columns["text"], found.columns["snr"]) == ([None, None], [None, 3])
    assert found.numbers("snr") == [None, 3.0]


@pytest.mark.parametrize("format_", ["nemo", "table"])
def test_every_broken_json_line_is_told(write, format_):
    """Broken lines, lines that are no objects and keys that stand twice are listed with their numbers."""
    text = '{"audio_filepath": "a", "text": "x"}\n{"audio\n\n[1]\n{"a": 1, "a": 2}\n' + "[" * 100_000 + "\n"
    with pytest.raises(DataError) as caught:
        read_transcripts(write("m.jsonl", text), format_)
    assert [problem.split(" ")[2] for problem in caught.value.problems] == ["2", "4", "5", "6"]
    with pytest.raises(DataError, match=r"is one JSON array; write one object per line"):
        read_transcripts(write("n.json", '[{"audio_filepath": "a"}]'), format_)


def test_common_voice_keeps_quotation_marks_and_every_accent(write):
    """Nothing is quoted in these files, and a clip with two accents counts once, under both."""
    header = "client_id\tpath\tsentence\tup_votes\tage\tgender\taccents\tlocale\n"
    rows = (
        'c1\ta.mp3\t"No", he said.\t2\ttwenties\tmale\tUnited States English|wolof\ten\n'
        "c1\tb.mp3\t\t2\t\t\tIndia and South Asia (India, Pakistan, Sri Lanka)\ten\n"
        "c2\tc.mp3\tit's\t2\t\tfemale\t\ten\r\n"
    )
    found = read_transcripts(write("test.tsv", header + rows))
    assert found.format == "common_voice"
    assert found.columns["text"] == ['"No", he said.', "", "it's"]
    assert found.columns["speaker"] == ["c1", "c1", "c2"]
    assert found.columns["age"] == ["twenties", None, None]
    regional = "India and South Asia (India, Pakistan, Sri Lanka)"
    assert found.columns["accents"] == ["United States English|wolof", regional, None]
    assert found.columns["accent_1"] == ["United States English", regional, None]
    assert found.columns["accent_2"] == ["wolof", None, None]
    assert found.notes[0].startswith("1 clip with several accents")


def test_ragged_common_voice_lines_are_all_told(write):
    """A line with a field too many or too few is not guessed at."""
    text = "client_id\tpath\tsentence\nc\ta\n" + "c\ta\tb\n" + "c\ta\tb\td\n"
    with pytest.raises(DataError) as caught:
        read_transcripts(write("test.tsv", text))
    assert caught.value.problems == (
        "test.tsv: line 2 has 2 fields where the header has 3.",
        "test.tsv: line 4 has 4 fields where the header has 3.",
    )


def test_nlp_files_of_a_folder_are_recordings(write, tmp_path):
    """Tokens get their punctuation, and a recording has a speaker only where one person speaks."""
    header = "token|speaker|ts|endTs|punctuation|case|tags\n"
    write("nlp/1.nlp", header + "Good|0||||UC|[]\nmorning|0|||.|LC|[]\n")
    write("nlp/2.nlp", header + "Yes|0|||,|UC|[]\nno|1||||LC|[]\n")
    found = read_transcripts(tmp_path / "nlp")
    assert found.columns == {
        "id": ["1", "2"],
        "text": ["Good morning.", "Yes, no"],
        "speaker": ["1-0", None],
        "speakers": [1, 2],
        "tokens": [2, 2],
    }
    assert found.notes == ("1 recording with several speakers: no speaker",)


# --- tables ---

COLUMNS = {"id": "utt", "reference": "ref_raw", "hypothesis": "hyp_raw"}


@pytest.mark.parametrize("suffix", ["csv", "tsv", "jsonl", "parquet", "arrow"])
def test_tables_of_all_kinds_are_read_by_a_map_of_names(suffix, tmp_path):
    """The same rows are the same transcripts from every kind of file, numbers of CSV as texts."""
    import pandas as pd

    frame = pd.DataFrame(
        {"utt": ["007", "b\\c.wav"], "ref_raw": ["one, two", "née"], "hyp_raw": ["x", ""], "age": [30, 41]}
    )
    path = tmp_path / f"t.{suffix}"
    if suffix in ("csv", "tsv"):
        frame.to_csv(path, index=False, sep="," if suffix == "csv" else "\t")
    elif suffix == "jsonl":
        frame.to_json(path, orient="records", lines=True)
    elif suffix == "parquet":
        frame.to_parquet(path)
    else:
        frame.to_feather(path)
    found = read_transcripts(path, columns=COLUMNS)
    assert (found.format, found.names) == ("table", ("id", "reference", "hypothesis", "age"))
    assert found.columns["id"] == ["007", "b\\c.wav"]
    assert found.columns["hypothesis"] == ["x", ""]
    assert found.texts("age") == ["30", "41"]
    assert found.numbers("age") == [30.0, 41.0]


def test_empty_cells_of_texts_in_a_csv_are_empty_texts_and_counted(write):
    """A CSV cannot tell an empty text from none; elsewhere an empty cell is missing."""
    found = read_transcripts(write("a.csv", "id,hypothesis,accent\na,,zulu\nb,yes,\n"))
    assert (found.columns["hypothesis"], found.columns["accent"]) == (["", "yes"], ["zulu", None])
    assert found.notes == ("1 empty cell of 'hypothesis' read as empty texts",)


def test_unknown_columns_of_a_map_are_all_told(write):
    """Every column that a map names in vain is listed with the nearest name."""
    path = write("a.csv", "utt_id,ref\na,x\n")
    with pytest.raises(DataError) as caught:
        read_transcripts(path, columns={"id": "utt-id", "reference": "text"})
    assert len(caught.value.problems) == 2
    assert "Did you mean 'utt_id'?" in caught.value.problems[0]
    with pytest.raises(UsageError, match="column 'ref' has 2 new names"):
        read_transcripts(path, columns={"text": "ref", "reference": "ref"})


def test_a_column_whose_name_another_takes_is_told(write):
    """The raw text that gives way to the clean one does not go silently."""
    found = read_transcripts(write("a.csv", "id,text,clean\na,X!,x\n"), columns={"text": "clean"})
    assert found.columns == {"id": ["a"], "text": ["x"]}
    assert found.notes == ("columns whose names others take left out: 'text'",)


def test_audio_inside_a_table_is_left_out_and_told(tmp_path):
    """Structures and bytes, such as the audio of a data set, are never loaded."""
    import pandas as pd

    frame = pd.DataFrame(
        {"id": ["a"], "text": ["x"], "audio": [{"bytes": b"RIFF", "path": "a.wav"}], "raw": [b"x"]}
    )
    frame.to_parquet(tmp_path / "a.parquet")
    found = read_transcripts(tmp_path / "a.parquet")
    assert found.columns == {"id": ["a"], "text": ["x"]}
    assert found.notes == ("2 columns of structures or bytes left out: 'audio', 'raw'",)


# --- any format ---


def test_columns_of_different_length_are_refused():
    """Unequal lists are an error with their lengths; nothing pairs up what happens to be there."""
    with pytest.raises(DataError, match=r"\{'id': 2, 'text': 1\}"):
        Transcripts({"id": ["a", "b"], "text": ["x"]}, "table")


def test_ids_are_texts_whatever_they_were():
    """Numbers as ids match those that are written as texts, and NaN is no id."""
    found = Transcripts(
        {"id": [1, 2.0, float("nan")], "text": ["x", "y", None], "age": [1.5, 2, None]}, "table"
    )
    assert found.columns["id"] == ["1", "2", None]
    assert found.columns["age"] == [1.5, 2, None]
    with pytest.raises(DataError, match="column 'text' must hold numbers; it has 'x', 'y'"):
        found.numbers("text")
    with pytest.raises(DataError, match="Did you mean 'age'"):
        found.texts("ages")


def test_a_column_of_texts_and_numbers_is_of_texts():
    """A column has one type, so that any engine can take it."""
    found = Transcripts({"age": [30, "thirties", None, 2.5], "snr": [1, 2.5, None, 3]}, "table")
    assert found.columns == {"age": ["30", "thirties", None, "2.5"], "snr": [1, 2.5, None, 3]}


def test_ids_that_stand_twice_are_noted(write):
    """Reading keeps both rows, for only the join knows whether they differ."""
    found = read_transcripts(write("a.trn", "x (s_1)\ny (s_1)\n"))
    assert len(found) == 2
    assert "1 id stands in several rows: 's_1'" in found.notes


@pytest.mark.parametrize("name", ["a.trn", "a.stm", "a.ctm", "a.nlp", "text", "m.jsonl", "a.csv"])
def test_empty_files_hold_nothing(write, name):
    """A file of blank lines is an error that names it, whatever its format."""
    with pytest.raises(DataError, match=name):
        read_transcripts(write(name, "\n \n"))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("name", ["a.trn", "a.csv", "m.jsonl", "test.tsv", "unknown"])
def test_utf_16_is_refused_with_advice(write, name, encoding):
    """Files as some Windows programs save them are told apart from broken ones."""
    with pytest.raises(DataError, match=rf"{name} is no UTF-8 text \(it looks like UTF-16.*iconv"):
        read_transcripts(write(name, "id,text (s_1)\na,b (s_2)\n".encode(encoding)))


def test_lines_that_are_no_utf_8_are_told_by_number(write):
    """Latin-1 is not guessed at."""
    with pytest.raises(DataError) as caught:
        read_transcripts(write("a.trn", "fine (s_1)\ncaf\xe9 (s_2)\nna\xefve (s_3)\n".encode("latin-1")))
    assert caught.value.problems == (
        "a.trn: line 2 is no UTF-8 (byte 0xe9); save the file as UTF-8.",
        "a.trn: line 3 is no UTF-8 (byte 0xef); save the file as UTF-8.",
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_marks_and_line_ends_of_other_systems_change_nothing(write, end, mark):
    """A byte order mark is no part of the first text, nor a line end of the last; U+2028 ends no line."""
    text = mark + end.join(["one\u2028two (s_1)", "three\u00a0four (s_2)", ""])
    for name, data in (("a.trn", text.encode()), ("b.trn.gz", gzip.compress(text.encode()))):
        found = read_transcripts(write(name, data))
        assert found.columns["text"] == ["one\u2028two", "three\u00a0four"]
        assert found.columns["id"] == ["s_1", "s_2"]


def test_a_damaged_gzip_is_no_bug(write):
    """A file cut off in transfer is told by its name."""
    with pytest.raises(DataError, match=r"a\.trn\.gz cannot be read"):
        read_transcripts(write("a.trn.gz", gzip.compress(b"one (s_1)\n" * 1000)[:-30]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a b (s_1)\nc (s_2)\n", "trn"), ("r A s 0 1 hi\n", "stm"), ("r A 0 1 hi\n", "ctm")],
)
def test_formats_of_unknown_names_are_told_by_their_lines(write, text, expected):
    """A .txt may be anything; its lines tell, where they can."""
    assert read_transcripts(write("ref.txt", text)).format == expected


def test_what_cannot_be_told_names_the_formats(write):
    """Lines of prose could be a Kaldi text or none; the error says what to give."""
    path = write("hyp.txt", "utt1 hello there\nutt2 you\n")
    with pytest.raises(DataError) as caught:
        read_transcripts(path)
    assert all(name in str(caught.value) for name in FORMATS)
    assert read_transcripts(path, "kaldi").columns["text"] == ["hello there", "you"]
    with pytest.raises(UsageError, match="Did you mean 'kaldi'"):
        read_transcripts(path, "kalid")
    with pytest.raises(DataError, match=r"there is no file or folder .*Did you mean 'hyp.txt'"):
        read_transcripts(path.with_name("hypo.txt"))


def test_options_of_other_formats_are_refused(write):
    """A column map for a TRN would be ignored, so it is refused."""
    path = write("a.trn", "x (s_1)\n")
    with pytest.raises(UsageError) as caught:
        read_transcripts(path, columns={"id": "x"}, segments=read_transcripts(path))
    assert len(caught.value.problems) == 2


# --- round trips ---

WORD = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"]), min_size=1, max_size=8
)
PLAIN = WORD.filter(lambda word: not set(word) & set("{}@()<>;/"))
TEXT = st.lists(PLAIN, max_size=6).map(" ".join)
NAME = st.text("abcXYZ019é", min_size=1, max_size=6)


@given(st.dictionaries(st.tuples(NAME, NAME), TEXT, min_size=1, max_size=8))
def test_trn_that_is_written_is_read(tmp_path_factory, said):
    """Texts, ids and speakers of random utterances come back from TRN."""
    path = tmp_path_factory.mktemp("trn") / "a.trn"
    path.write_text(
        "".join(f"{text} ({a}-{b})\n" for (a, b), text in said.items()), encoding="utf-8", newline=""
    )
    found = read_transcripts(path)
    assert found.columns["text"] == list(said.values())
    assert found.columns["id"] == [f"{a}-{b}" for a, b in said]
    assert found.columns["speaker"] == [a for a, _ in said]


@given(
    st.lists(
        st.tuples(NAME, NAME, TEXT, st.integers(0, 10**6), st.integers(1, 10**5)), min_size=1, max_size=8
    )
)
def test_stm_that_is_written_is_read(tmp_path_factory, segments):
    """Texts, speakers and times of random segments come back from STM."""
    path = tmp_path_factory.mktemp("stm") / "a.stm"
    path.write_text(
        "".join(f"{r} 1 {s} {t / 1000} {(t + d) / 1000} {text}\n" for r, s, text, t, d in segments),
        encoding="utf-8",
        newline="",
    )
    found = read_transcripts(path)
    assert found.columns["text"] == [text for _, _, text, _, _ in segments]
    assert found.columns["speaker"] == [speaker for _, speaker, _, _, _ in segments]
    assert found.columns["start"] == [t / 1000 for _, _, _, t, _ in segments]


@given(st.dictionaries(NAME, st.tuples(TEXT, NAME, st.sampled_from("mf")), min_size=1, max_size=8))
def test_kaldi_folders_that_are_written_are_read(tmp_path_factory, said):
    """Texts, speakers and genders of random utterances come back from a Kaldi folder."""
    folder = tmp_path_factory.mktemp("kaldi")
    gender = {speaker: sex for _, speaker, sex in said.values()}

    def write(name, rows):
        lines = "".join(f"{key} {value}\n" for key, value in rows)
        (folder / name).write_text(lines, encoding="utf-8", newline="")

    write("text", [(one, text) for one, (text, _, _) in said.items()])
    write("utt2spk", [(one, speaker) for one, (_, speaker, _) in said.items()])
    write("spk2gender", gender.items())
    found = read_transcripts(folder)
    assert found.columns["text"] == [text for text, _, _ in said.values()]
    assert found.columns["speaker"] == [speaker for _, speaker, _ in said.values()]
    assert found.columns["gender"] == [gender[speaker] for _, speaker, _ in said.values()]


@given(
    st.lists(
        st.tuples(NAME, st.none() | st.text(max_size=8), st.none() | st.floats(0, 9)), min_size=1, max_size=8
    )
)
def test_manifests_that_are_written_are_read(tmp_path_factory, rows):
    """Any text that JSON can hold comes back from a manifest, missing ones as None."""
    path = tmp_path_factory.mktemp("nemo") / "m.jsonl"
    lines = [
        json.dumps({"audio_filepath": a, "text": b, "duration": c}, ensure_ascii=False) for a, b, c in rows
    ]
    path.write_text("\n".join(lines), encoding="utf-8", newline="", errors="surrogatepass")
    found = read_transcripts(path, "nemo")
    assert found.columns["text"] == [text for _, text, _ in rows]
    assert found.columns["duration"] == [duration for _, _, duration in rows]
