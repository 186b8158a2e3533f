"""Files: every format, every way to name them, and every bad file there is, with what to do about it."""

import gzip
import hashlib
import json
import os
import subprocess
import sys
import textwrap

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from pyarrow import feather

from fairkit.errors import DataError
from fairkit.files import open_path
from fairkit.frames import Question, count, read
from fairkit.groups import Attribute

HEADER = "g,y,d\n"
ROW = "a,1,0\n"
MANY = 30_000
ASKED = {"by": "g", "label": "y", "decision": "d"}


@pytest.fixture
def write(tmp_path):
    """Return a function that writes text or bytes to a file and returns its path."""

    def written(content, name="rows.csv"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return written


def counted(path, **more):
    """Count a file and return its groups with their sums."""
    counts = count(path, **{**ASKED, **more})
    return dict(zip((group[0] for group in counts.groups()), counts.values.tolist(), strict=True))


def error_of(path, **more):
    """Return the message of the error that a file causes."""
    with pytest.raises(DataError) as caught:
        count(path, **{**ASKED, **more})
    assert len(str(caught.value)) < 600
    return str(caught.value)


A = [0, 0, 1, 0, 0, 0, 0]  # one row like ROW: labelled positive, decided negative
TABLE = pa.table({"g": ["a", "b"], "y": [1, 0], "d": [0, 1]})


# --- finding files ---


def test_a_missing_file_is_said_with_the_nearest_name(write):
    """A misspelled name is suggested."""
    path = write(HEADER + ROW, "predictions.csv")
    message = error_of(path.with_name("prediction.csv"))
    assert "there is no file" in message
    assert message.endswith("Did you mean 'predictions.csv'?")


def test_a_name_that_is_empty_is_no_folder():
    """A variable that is not set does not make every file here the data."""
    for name in ("", " "):
        with pytest.raises(DataError, match="the name of the data is empty"):
            open_path(name)


def test_a_device_and_a_pipe_are_no_files(tmp_path):
    """They are told apart from a file that is not there, and nothing waits for them."""
    os.mkfifo(tmp_path / "rows.csv")
    for name in (tmp_path / "rows.csv", "/dev/null"):
        with pytest.raises(DataError, match="is no file but a device or a pipe"):
            open_path(name)


def test_a_missing_folder_is_said(tmp_path):
    """Nothing is suggested where there is nothing."""
    assert error_of(tmp_path / "no" / "rows.csv").endswith("rows.csv'.")


@pytest.mark.parametrize("name", ["rows.xlsx", "rows", "rows.csv.zip", "rows.gz", "rows.json"])
def test_an_unknown_suffix_is_said_with_those_that_are_known(write, name):
    """The format is told by the suffix only."""
    message = error_of(write(HEADER + ROW, name))
    assert f"'{name}' has no known format; fairkit reads .csv, .tsv" in message


@pytest.mark.parametrize("name", ["ROWS.CSV", "rows.v1.2.csv", "rows.TSV"])
def test_suffixes_are_read_in_any_case(write, name):
    """What comes before the last suffix does not matter."""
    assert counted(write(HEADER + ROW, name)) == {"a": A}


def test_a_glob_without_match_is_said(tmp_path):
    """The glob is shown."""
    assert "no file matches" in error_of(tmp_path / "part-*.csv")


def test_a_glob_of_several_formats_is_refused(write):
    """One table has one format."""
    write(HEADER + ROW, "rows.csv")
    path = write(HEADER.replace(",", "\t") + ROW.replace(",", "\t"), "rows.jsonl")
    assert "matches files of several formats (csv, json)" in error_of(path.with_name("rows.*"))


def test_a_deep_glob_finds_files_at_every_depth(write):
    """Two stars go down."""
    top = write(HEADER + ROW, "x/rows.csv")
    write(HEADER + ROW, "x/y/z/rows.csv")
    assert counted(top.parent / "**" / "*.csv") == {"a": [0, 0, 2, 0, 0, 0, 0]}


@pytest.mark.parametrize(
    "name", ["a[1].csv", "a*.csv", "a?.csv", "it's.csv", "a b.csv", "größe.csv", "{a,b}.csv"]
)
def test_a_file_may_be_named_like_a_glob(write, name):
    """A file that exists under the very name is that file, and no other one."""
    write(HEADER + ROW * 5, "a1.csv")
    assert counted(write(HEADER + ROW, name)) == {"a": A}


@pytest.mark.parametrize("name", ["part[1].parquet", "it's.parquet", "a b.arrow", "q'uote.jsonl"])
def test_other_formats_may_be_named_like_a_glob(tmp_path, name):
    """The same holds for every engine that opens the file."""
    path = tmp_path / name
    if path.suffix == ".jsonl":
        path.write_text('{"g": "a", "y": 1, "d": 0}\n')
    elif path.suffix == ".arrow":
        feather.write_feather(TABLE.slice(0, 1), str(path))
    else:
        pq.write_table(TABLE.slice(0, 1), path)
        pq.write_table(TABLE, tmp_path / "part1.parquet")
    assert counted(path) == {"a": A}


def test_a_relative_path_is_read_from_here(write, monkeypatch):
    """Paths may be relative, and texts."""
    monkeypatch.chdir(write(HEADER + ROW).parent)
    assert counted("rows.csv") == counted("./rows.csv") == counted("row*.csv") == {"a": A}


def test_a_folder_without_parquet_is_said_with_what_it_holds(write):
    """The message shows how to name other files of a folder."""
    folder = write(HEADER + ROW, "data/rows.csv").parent
    message = error_of(folder)
    assert "holds no Parquet file (it has 'rows.csv')" in message
    assert "a glob such as 'folder/*.csv'" in message
    (folder / "rows.csv").unlink()
    assert "(it has nothing)" in error_of(folder)


def test_what_tools_keep_beside_parquet_is_left_alone(tmp_path):
    """Hidden files and folders with an underscore, such as a Delta log, are not rows."""
    for name in ("part.parquet", "deep/PART.PARQUET", "_delta_log/checkpoint.parquet", ".hidden.parquet"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        pq.write_table(TABLE, tmp_path / name)
    (tmp_path / "_SUCCESS").touch()
    assert counted(tmp_path)["a"] == [0, 0, 2, 0, 0, 0, 0]


def test_a_partitioned_folder_has_the_columns_of_its_names(tmp_path):
    """The key of a partition is a column, also where it looks like a number with a leading zero."""
    for level in ("01", "2"):
        (tmp_path / f"site={level}").mkdir()
        pq.write_table(TABLE, tmp_path / f"site={level}" / "part.parquet")
    assert {level: sum(sums) for level, sums in counted(tmp_path, by="site").items()} == {"01": 2, "2": 2}


# --- bad CSV ---


def test_an_empty_file_is_said(write):
    """Nothing at all is not a table."""
    assert error_of(write("")) == "the file is empty: 'rows.csv'."


def test_a_header_alone_is_a_table_without_rows(write):
    """Counts of no rows are empty, with or without a line end."""
    assert counted(write(HEADER)) == counted(write(HEADER.strip())) == {}


@pytest.mark.parametrize("text", ["\n" + HEADER + ROW, "\n\n", ",,\na,1,0\n"])
def test_a_file_that_does_not_begin_with_names_is_refused(write, text):
    """The first line must name the columns."""
    assert "begins with an empty line; its first line must name the columns" in error_of(write(text))


def test_an_empty_packed_file_is_said(write):
    """A packed file of nothing has no header."""
    assert "begins with an empty line" in error_of(write(gzip.compress(b""), "rows.csv.gz"))


@pytest.mark.parametrize("fields", [1, 2, 4], ids=["one", "too few", "too many"])
@pytest.mark.parametrize("line", [2, 3, MANY + 2])
def test_a_ragged_line_is_found_wherever_it_is(write, line, fields):
    """The number of the line, of its fields and of the header's are said."""
    bad = ",".join("axyz"[:fields]) + "\n"
    message = error_of(write(HEADER + ROW * (line - 2) + bad + ROW))
    assert f"line {line} has {fields} field" in message
    assert "where the header has 3" in message
    assert "repair the line" in message


def test_a_ragged_line_matters_also_beside_columns_that_are_used(write):
    """A field too many shifts columns, whichever are asked for."""
    message = error_of(write("g,y,d,z\n" + "a,1,0,9\n" * MANY + "a,1,0\n"))
    assert f"line {MANY + 2} has 3 fields where the header has 4" in message


def test_blank_lines_are_no_rows(write):
    """Lines without anything, between rows or at the end, are skipped."""
    assert counted(write(HEADER + ROW + "\n" + ROW + "\n\n")) == {"a": [0, 0, 2, 0, 0, 0, 0]}


def test_repeated_names_are_refused_where_they_are_used(write):
    """Which of two columns is meant cannot be known; where neither is meant, it does not matter."""
    path = write("g,y,d,z,g\na,1,0,5,b\n")
    assert error_of(path) == "column 'g' appears more than once in the data; rename it: which one is meant?"
    assert counted(path, by="z") == {"5": A}
    assert "'g' appears more than once" in error_of(path, by="z", decision="g == 'a'")


@pytest.mark.parametrize(
    ("early", "late", "levels"),
    [
        ("1", "x", {"1", "x"}),
        ("7", "007", {"007", "7"}),
        ("7", "8.5", {"7", "8.5"}),
        ("7.0", "8", {"7", "8"}),
        ("F", "M", {"F", "M"}),
        ("true", "maybe", {"maybe", "true"}),
        ("true", "FALSE", {"False", "True"}),
        ("2020-01-01", "unknown", {"2020-01-01", "unknown"}),
        ("01/02/2020", "13/02/2020", {"01/02/2020", "13/02/2020"}),
        ("1", "18446744073709551616", {"1", "18446744073709551616"}),
        ("18446744073709551615", "18446744073709551614", {"18446744073709551614", "18446744073709551615"}),
        ("1", "", {"1", None}),
        ("", "1", {"1", None}),
        ("nan", "1", {"1", None}),
        (" 1", "1", {"1"}),
        (" a", "a", {" a", "a"}),
    ],
)
def test_the_type_of_a_column_is_that_of_all_its_rows(write, early, late, levels):
    """What comes after thirty thousand rows is neither rounded nor lost, and the order does not matter."""
    rows = [f"{early},1,0\n"] * MANY
    first = counted(write(HEADER + "".join([*rows, f"{late},1,0\n"])))
    second = counted(write(HEADER + "".join([f"{late},1,0\n", *rows])))
    assert set(first) == levels
    assert first == second


def test_a_late_fraction_is_a_fraction_in_scores_and_weights_too(write):
    """A score of 0.4 after thirty thousand whole numbers is not rounded to 0."""
    path = write("g,s,w\n" + "a,1,1\n" * MANY + "a,0.4,0.5\n")
    assert count(path, by="g", score="s", threshold=0.3).values.tolist() == [[MANY + 1, 0, 0]]
    assert count(path, by="g", score="s", threshold=0.5, weight="w").values.tolist() == [[MANY, 0.5, 0]]


def test_labels_that_pandas_wrote_with_gaps_are_understood(write):
    """1.0, 0.0 and nothing are a label, with 1 for the positive class."""
    assert counted(write("g,y,d\na,1.0,1.0\na,0.0,1.0\na,,0.0\n")) == {"a": [1, 1, 0, 0, 1, 0, 0]}


def test_yes_and_no_are_words(write):
    """A stated positive class is the word in the file."""
    path = write("g,y,d\na,yes,no\nb,no,yes\n")
    assert counted(path, positive="yes") == {"a": A, "b": [0, 1, 0, 0, 0, 0, 0]}
    assert "say which one is positive" in error_of(path)


def test_a_late_mark_for_missing_is_found_and_can_be_declared(write):
    """A label with NA in one row has three values, until NA is said to be missing."""
    path = write(HEADER + ROW * MANY + "a,0,1\na,NA,0\n")
    assert "label 'y' must have two values, it has 3: '0', '1', 'NA'" in error_of(path)
    assert counted(path, missing=["NA"]) == {"a": [0, 1, MANY, 0, 1, 0, 0]}


def test_a_mark_for_missing_is_missing_in_numbers_too(write):
    """A score, or a number that is compared, may be missing by its mark."""
    path = write("g,age,d\na,?,1\nb,30,0\n")
    assert count(path, by="young: age < 25", decision="d", missing=["?"]).levels == (("False", None),)
    assert "column 'age' must hold numbers; it has '?'" in error_of(path, by="young: age < 25", label=None)
    scored = {"by": "g", "score": "age", "threshold": 1, "missing": ["?"]}
    with pytest.raises(DataError, match="score column 'age' is missing, NaN or infinite in 1 rows"):
        count(path, **scored)


def test_quotes_and_line_ends_stay_in_fields(write):
    """Quoted fields may hold separators, doubled quotes and line ends; a quote inside a word is a letter."""
    path = write(HEADER + '"a ""x"", y",1,0\n"l1\nl2",1,0\no"neil,1,0\n\'q\',1,0\n')
    assert set(counted(path)) == {'a "x", y', "l1\nl2", 'o"neil', "'q'"}


@pytest.mark.parametrize(
    "row", ['"ab,1,0\n', '"ab"x,1,0\n', '"a\\"b",1,0\n'], ids=["open", "after", "backslash"]
)
def test_broken_quotes_are_refused(write, row):
    """The message names the file; no advice is given that the user cannot follow."""
    message = error_of(write(HEADER + row + ROW))
    assert "rows.csv" in message
    assert "strict_mode" not in message
    assert "ignore_errors" not in message


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_lines_may_end_in_any_way(write, end):
    """The ends of lines of all systems are read."""
    assert counted(write((HEADER + ROW + "b,1,0").replace("\n", end))) == {"a": A, "b": A}


def test_lines_that_end_in_several_ways_are_refused(write):
    """A file glued from two systems is said to be one."""
    assert "its lines end in several ways" in error_of(write(HEADER + ROW.replace("\n", "\r\n") * 2 + ROW))


@pytest.mark.parametrize("text", [HEADER + ROW, '"g",y,d\n' + ROW])
def test_a_byte_order_mark_is_no_letter(write, text):
    """The first name does not begin with it, quoted or not."""
    assert counted(write(text.encode("utf-8-sig"))) == {"a": A}


def test_a_byte_order_mark_before_a_broken_name_is_refused(write):
    """A combination that DuckDB misreads, a header's row counted as data, is said rather than counted."""
    message = error_of(write('"g\nx",y,d\na,1,0\n'.encode("utf-8-sig")), by=[["g\nx"]])
    assert "has a line end in a column's name" in message
    assert counted(write('"g\nx",y,d\na,1,0\n'), by=[["g\nx"]]) == {"a": A}


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_separators_are_told_from_the_header(write, separator):
    """Semicolons, tabs and bars separate if they cut the header; commas then belong to fields."""
    assert counted(write("g;y;d\na,b;1;0\n".replace(";", separator))) == {"a,b": A}


def test_separators_inside_quotes_do_not_count(write):
    """The header's own names may hold more commas than there are separators."""
    assert counted(write('"a,b,c,d";y;d\na;1;0\n'), by=[["a,b,c,d"]]) == {"a": A}


def test_a_decimal_comma_is_no_number(write):
    """The value is shown."""
    message = error_of(write("g;s\na;0,5\n"), label=None, decision=None, score="s", threshold=0.2)
    assert "column 's' must hold numbers; it has '0,5'" in message


def test_nothing_is_a_comment(write):
    """A number sign begins a name or a level like any other letter."""
    assert set(counted(write("#g,y,d\n#a,1,0\n#b,1,0\n"), by="#g")) == {"#a", "#b"}


def test_names_lose_the_blanks_around_them(write):
    """Blanks after the separators of a header belong to no name."""
    assert counted(write("g , y,  d\na,1,0\n")) == {"a": A}


@pytest.mark.parametrize("where", ["header", "first row", "last row", "column that is not used"])
def test_another_encoding_is_said(write, where):
    """The byte that is no UTF-8 is shown, wherever it is, and what to do."""
    text = {
        "header": "é,g,y,d\n1,a,1,0\n",
        "first row": HEADER + "é,1,0\n",
        "last row": HEADER + ROW * MANY + "é,1,0\n",
        "column that is not used": "g,y,d,z\na,1,0,é\n",
    }[where]
    message = error_of(write(text.encode("latin-1")))
    assert "is no UTF-8 text (it has the byte 0xe9); save it as UTF-8" in message


def test_utf_16_is_said(write):
    """What spreadsheets call Unicode is refused with the same sentence."""
    assert "is no UTF-8 text" in error_of(write((HEADER + ROW).encode("utf-16")))


def test_different_headers_are_refused(write):
    """The files of a glob must be parts of one table."""
    write(HEADER + ROW, "a.csv")
    path = write("g,d,y\na,1,0\n", "b.csv")
    assert "'a.csv', 'b.csv' have different headers" in error_of(path.with_name("*.csv"))


def test_a_damaged_pack_is_said(write):
    """A file that is not packed, or only half of it, cannot be read."""
    assert "Not a gzipped file" in error_of(write(HEADER + ROW, "rows.csv.gz"))
    whole = gzip.compress((HEADER + "".join(f"{i},1,0\n" for i in range(MANY))).encode())
    assert "cannot be read" in error_of(write(whole[: len(whole) // 2], "rows.csv.gz"), max_levels=MANY)


def test_numbers_and_booleans_of_predicates_are_checked_in_every_row(write):
    """A word among numbers, however late, is shown; so is a number among booleans."""
    path = write("g,x,b,d\n" + "a,1,true,1\n" * MANY + "a,many,1,0\n")
    more = {"label": None}
    assert "column 'x' must hold numbers; it has 'many'" in error_of(path, by="p: x > 0", **more)
    assert "column 'b' must hold true/false; it has '1'" in error_of(path, by="p: b", **more)
    assert "column 'x' must hold numbers; it has 'many'" in error_of(path, decision="x == 1", **more)


def test_text_in_csv_is_compared_as_it_is_written(write):
    """A code with leading zeros is compared with its text."""
    path = write("zip,y,d\n007,1,0\n7,1,0\n")
    assert counted(path, by="p: zip == '007'") == {"False": A, "True": A}


def test_no_message_shows_a_path_that_was_not_given(write):
    """Engines' messages name files by their names only."""
    path = write(b"PAR1" + b"x" * 50, "rows.parquet")
    assert str(path.parent) not in error_of(path)
    assert "rows.parquet" in error_of(path)


# --- bad JSON Lines ---


def jsonl(*rows):
    """Write rows as JSON Lines."""
    return "".join(json.dumps(row) + "\n" for row in rows)


ONE = {"g": "a", "y": 1, "d": 0}


def test_values_of_json_have_their_own_types(write):
    """A text of digits stays a text, a number is a number, and both may stand in one column."""
    rows = [{**ONE, "g": value} for value in ("007", 7, 7.0, "7", True, "True", None, "null", "", 10**25)]
    found = counted(write(jsonl(*rows), "rows.jsonl"))
    assert {level: sums[2] for level, sums in found.items()} == {
        "": 1,
        "007": 1,
        "1" + "0" * 25: 1,
        "7": 3,
        "True": 2,
        "null": 1,
        None: 1,
    }


def test_escapes_of_json_are_what_they_stand_for(write):
    """Two spellings of one text are one level."""
    text = '{"g": "\\u00e9", "y": 1, "d": 0}\n{"g": "é", "y": 1, "d": 0}\n{"g":"\\"\\\\","y":1,"d":0}\n'
    assert set(counted(write(text, "rows.jsonl"))) == {"é", '"\\'}


def test_a_late_type_and_a_late_key_are_read(write):
    """What comes after thirty thousand rows is neither rounded nor unknown."""
    late = {**ONE, "g": 8.5, "site": "x"}
    path = write(jsonl(*[{**ONE, "g": 8}] * MANY, late, {**late, "g": "text"}), "rows.jsonl")
    assert set(counted(path)) == {"8", "8.5", "text"}
    assert {level: sum(sums) for level, sums in counted(path, by="site").items()} == {"x": 2, None: MANY}
    assert "column 'sitee' is not in the data (it has 'g', 'y', 'd', 'site')" in error_of(path, by="sitee")


def test_numbers_of_json_are_scores_and_weights(write):
    """A score may be missing by a declared mark; a word is refused."""
    path = write(jsonl({"g": "a", "s": 1, "w": 2}, {"g": "a", "s": 0.4, "w": 0.5}), "rows.jsonl")
    assert count(path, by="g", score="s", threshold=0.5, weight="w").values.tolist() == [[2, 0.5, 0]]
    path = write(jsonl({"g": "a", "s": 1}, {"g": "a", "s": "high"}), "rows.jsonl")
    with pytest.raises(DataError, match="column 's' must hold numbers; it has 'high'"):
        count(path, by="g", score="s", threshold=0.5)
    with pytest.raises(DataError, match="score column 's' is missing, NaN or infinite in 1 rows"):
        count(path, by="g", score="s", threshold=0.5, missing=["high"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"g": "a", "y": 1, "d": 0}\n{"g": "a", "y": 1, "d": \n', "line 2 is no JSON"),
        ("g,y,d\na,1,0\n", "line 1 is no JSON"),
        ("[1, 2, 3]\n", "line 1 is no JSON object; every line must be one"),
        ('[{"g": "a"}]\n', "line 1 is no JSON object"),
        (jsonl(ONE) + "\n5\n", "line 3 is no JSON object"),
        (jsonl(*[ONE] * MANY) + '{"g": \n', "cannot be read: Malformed JSON"),
        (jsonl({**ONE, "g": {"deep": 1}}), "column 'g': cannot group by a value of type dict"),
        (jsonl({**ONE, "g": [1, 2]}), "column 'g': cannot group by a value of type list"),
        ("\n\n", "column 'g' is not in the data"),
        (b'{"g": "\xe9", "y": 1, "d": 0}\n', "is no UTF-8 text (it has the byte 0xe9)"),
    ],
    ids=["cut", "csv", "list", "list of rows", "number", "late", "object", "array", "blank", "latin-1"],
)
def test_bad_json_is_said(write, text, message):
    """Lines that are no object, values that are no level, and damage are named with their place."""
    assert message in error_of(write(text, "rows.jsonl"))


def test_blank_lines_of_json_are_no_rows(write):
    """Empty lines are skipped."""
    assert counted(write("\n" + jsonl(ONE) + "\n\n" + jsonl(ONE), "rows.jsonl")) == {
        "a": [0, 0, 2, 0, 0, 0, 0]
    }


# --- bad Parquet and Arrow ---


def test_a_truncated_parquet_is_said(tmp_path):
    """Half a file cannot be read."""
    path = tmp_path / "rows.parquet"
    pq.write_table(TABLE, path)
    path.write_bytes(path.read_bytes()[:-30])
    assert "rows.parquet' cannot be read" in error_of(path)


def test_a_truncated_arrow_is_said(tmp_path):
    """Half a file cannot be read."""
    path = tmp_path / "rows.feather"
    feather.write_feather(TABLE, str(path))
    path.write_bytes(path.read_bytes()[:-30])
    assert "rows.feather' cannot be read" in error_of(path)


@pytest.mark.parametrize("name", ["rows.parquet", "rows.arrow"])
def test_text_under_another_name_is_said(write, name):
    """A CSV renamed is no Parquet."""
    assert f"'{name}' cannot be read" in error_of(write(HEADER + ROW * 20, name))


def test_a_damaged_part_of_a_folder_is_named(tmp_path):
    """Which of many files is damaged is in the message."""
    pq.write_table(TABLE, tmp_path / "a.parquet")
    (tmp_path / "b.parquet").write_bytes(b"PAR1 no footer")
    assert "b.parquet" in error_of(tmp_path)


def test_parts_of_several_types_become_one_column(tmp_path):
    """Integers in one part and fractions or texts in another are read as what holds both."""
    for i, values in enumerate(([1, 2], [1.5, 2.0], [None, 1.0])):
        pq.write_table(pa.table({"g": values, "y": [1, 1], "d": [0, 0]}), tmp_path / f"{i}.parquet")
    assert {level: sums[2] for level, sums in counted(tmp_path).items()} == {
        "1": 2,
        "1.5": 1,
        "2": 2,
        None: 1,
    }
    pq.write_table(pa.table({"g": ["x", "1"], "y": [1, 1], "d": [0, 0]}), tmp_path / "3.parquet")
    assert set(counted(tmp_path)) >= {"x", "1.5", None}


def test_a_part_without_a_column_that_is_used_is_refused(tmp_path):
    """Its rows would count as missing; columns that are not used may differ, and their order too."""
    pq.write_table(TABLE.append_column("a_only", [["x", "x"]]), tmp_path / "a.parquet")
    pq.write_table(TABLE.select(["d", "g", "y"]).append_column("b_only", [[1, 2]]), tmp_path / "b.parquet")
    assert counted(tmp_path) == {"a": [0, 0, 2, 0, 0, 0, 0], "b": [0, 2, 0, 0, 0, 0, 0]}
    assert "column 'a_only' is not in 'b.parquet', but in other parts" in error_of(tmp_path, by="a_only")
    assert "column 'b_only' is not in 'a.parquet', but in other parts" in error_of(tmp_path, by="b_only")
    assert "column 'c_only' is not in the data" in error_of(tmp_path, by="c_only")


def test_an_arrow_part_without_a_column_is_refused(tmp_path):
    """The same holds for a glob of Arrow files."""
    feather.write_feather(TABLE, str(tmp_path / "a.arrow"))
    feather.write_feather(TABLE.select(["y", "d"]), str(tmp_path / "b.arrow"))
    assert "column 'g' is not in 'b.arrow'" in error_of(tmp_path / "*.arrow")


def test_names_that_differ_in_case_between_parts_are_told_apart(tmp_path):
    """A part with 'G' lacks 'g'."""
    pq.write_table(TABLE, tmp_path / "a.parquet")
    pq.write_table(TABLE.rename_columns(["G", "y", "d"]), tmp_path / "b.parquet")
    assert "column 'g' is not in 'b.parquet'" in error_of(tmp_path)


@pytest.mark.parametrize("writer", ["pyarrow", "polars", "duckdb"])
def test_nan_in_parquet_is_missing_though_statistics_hide_it(tmp_path, writer):
    """Predicates, scores and weights see NaN in files of every writer."""
    path = tmp_path / "rows.parquet"
    table = pa.table({"g": ["a"] * 4, "x": [1.0, float("nan"), float("nan"), 2.0], "d": [1, 0, 1, 0]})
    if writer == "pyarrow":
        pq.write_table(table, path)
    elif writer == "polars":
        pl.from_arrow(table).write_parquet(path)
    else:
        duckdb.connect().from_arrow(table).write_parquet(str(path))
    for rows in (path, duckdb.connect().read_parquet(str(path)), pl.scan_parquet(path), ds.dataset(path)):
        counts = count(rows, by=["high: x > 1.5", "known: x is not missing", "x"], decision="d")
        assert counts.groups() == (("False", "True", "1"), ("True", "True", "2"), (None, "False", None))
        with pytest.raises(DataError, match="is missing, negative or not finite in 2 rows"):
            count(rows, by="g", decision="d", weight="x")
    with pytest.raises(DataError, match="is missing, NaN or infinite in 2 rows"):
        count(path, by="g", score="x", threshold=1)


# --- what a reading knows ---


def test_the_hash_is_of_the_files_bytes(write, monkeypatch):
    """Files are hashed in the order of their names; large ones only if asked for."""
    path = write(HEADER + ROW, "b.csv")
    first = write(HEADER + ROW * 2, "a.csv")
    question = Question((Attribute("g"),), decision="d")
    assert read(path, question).sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    both = hashlib.sha256(first.read_bytes() + path.read_bytes()).hexdigest()
    assert read(path.with_name("*.csv"), question).sha256 == both
    monkeypatch.setattr("fairkit.files.HASH_LIMIT", 10)
    assert read(path, question).sha256 is None
    assert read(path, question, hash_files=True).sha256 is not None


def test_the_source_is_the_name_without_its_folder(write):
    """Reports name the file, not where it lies."""
    question = Question((Attribute("g"),), decision="d")
    assert read(write(HEADER + ROW), question).source == "rows.csv"


def test_an_opened_file_knows_its_names(write):
    """Opening reads names, in order and with repeats."""
    assert open_path(write("b,a,b\n1,2,3\n")).names == ("b", "a", "b")


# --- larger than memory ---


def test_only_groups_are_collected_from_a_folder(tmp_path):
    """A folder of ten million rows is counted in a third of the memory that the rows would need."""
    rng = np.random.default_rng(0)
    size = 1_000_000
    table = pa.table(
        {
            "g": rng.integers(0, 50, size),
            "y": rng.integers(0, 2, size),
            "d": rng.integers(0, 2, size),
            "score": rng.random(size),
        }
    )
    pq.write_table(table, tmp_path / "part-0.parquet", compression="none")
    for i in range(1, 10):
        os.link(tmp_path / "part-0.parquet", tmp_path / f"part-{i}.parquet")
    script = textwrap.dedent(
        """
        import os, resource, sys
        from fairkit import frames
        from fairkit.door import relations
        asked = {"by": ["g", "high: score > 0.5"], "label": "y", "decision": "d"}
        relations._database(os.getpid()).execute("SET memory_limit = '60MB'; SET threads = 2")
        frames.count(sys.argv[1] + "/part-0.parquet", **asked)  # loads what is loaded once
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        counts = frames.count(sys.argv[1], **asked)
        unit = 1 if sys.platform == "darwin" else 1024
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * unit
        print(len(counts.values), counts.values.sum(), grown // 2**20)
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=False
    )
    groups, rows, grown = done.stdout.split()
    assert (groups, rows) == ("100", str(10 * size)), done.stderr
    assert int(grown) < 100  # MB; the rows alone are 320
