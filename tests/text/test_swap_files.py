"""Files that are swapped: only the text changes, and everything else stays, byte for byte where it can."""

from __future__ import annotations

import csv
import datetime as dt
import decimal
import gzip
import io
import json
import tracemalloc

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import feather

from fairkit.errors import DataError, OutputError, UsageError
from fairkit.text import TableSwapper, swap_file
from fairkit.text.files import chunks

PETS = TableSwapper({"cat": "dog"}, attribute="pets")


@pytest.fixture
def swapped(tmp_path):
    """Return a function that writes bytes to a file, swaps it and returns the bytes written."""

    def call(content, name="in.csv", to=None, **options):
        (tmp_path / name).write_bytes(content)
        target = tmp_path / f"out-{to or name}"
        column = options.pop("column", None if name.endswith(("txt", "txt.gz")) else "text")
        swap_file(tmp_path / name, target, column=column, attribute=PETS, **options)
        return target.read_bytes()

    return call


# --- bytes stay ---


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"id,text\n1,a cat\n", b"id,text\n1,a dog\n"),
        (b"id,text\r\n1,a cat\r\n2,\r\n", b"id,text\r\n1,a dog\r\n2,\r\n"),
        (b"\xef\xbb\xbfid;text\n1;a cat", b"\xef\xbb\xbfid;text\n1;a dog"),
        (b'"id","text"\n"1","a ""cat"", a\ncat"\n', b'"id","text"\n"1","a ""dog"", a\ndog"\n'),
        (b'text,x\n"cat"  ,"a" b\ncat, "q" \n', b'text,x\n"dog"  ,"a" b\ndog, "q" \n'),
        (b'x\ttext\n1\t"a" cat\n2\t"a\tcat" b\n', b'x\ttext\n1\t"a" dog\n2\t"a\tdog" b\n'),
        (b"text , x\ncat, 007 \n\n\ncat,1e5\n", b"text , x\ndog, 007 \n\n\ndog,1e5\n"),
        (b'text,"a\nb"\ncat,"x\r\ny"\n', b'text,"a\nb"\ndog,"x\r\ny"\n'),
        (b'a\ttext\n1\tcat, "cat\n', b'a\ttext\n1\tdog, "dog\n'),
        ("text,n\n\U0001f408 cat \u05d7\u05ea\u05d5\u05dc\u200f,\u20ac\n".encode(),
         "text,n\n\U0001f408 dog \u05d7\u05ea\u05d5\u05dc\u200f,\u20ac\n".encode()),
        (b"text\ncat\n\ncat\n", b"text\ndog\n\ndog\n"),
        (b"id,text\n", b"id,text\n"),
        (b"id,text", b"id,text"),
    ],
)  # fmt: skip
def test_separated_values_stay_but_for_the_text(before, after, swapped):
    """Quotes, blanks, ends of lines, empty lines, the byte order mark and separators are kept."""
    assert swapped(before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"text": "a cat", "n": 1.50}\n', '{"text": "a dog", "n": 1.50}\n'),
        ('{ "n":1e400,"text" :"cat" ,"deep":{"text":"cat","l":[1,{"a":null}]}}',
         '{ "n":1e400,"text" :"dog" ,"deep":{"text":"cat","l":[1,{"a":null}]}}'),
        ('\ufeff{"text": null}\r\n{"x": "cat"}\r\n\r\n{"text": "cat"}\r\n',
         '\ufeff{"text": null}\r\n{"x": "cat"}\r\n\r\n{"text": "dog"}\r\n'),
        ('{"text": "cat \\u00e9 \\ud83d", "id": 12345678901234567890123}\n',
         '{"text": "dog \\u00e9 \\ud83d", "id": 12345678901234567890123}\n'),
        ('{"\\u0074ext": "cat", "m": "\\"text\\": \\"cat\\""}\n',
         '{"\\u0074ext": "dog", "m": "\\"text\\": \\"cat\\""}\n'),
        ('{"text": "cat", "text": "a \\"cat\\"\\n"}\n', '{"text": "cat", "text": "a \\"dog\\"\\n"}\n'),
        ('{"m": "text", "text": "\u732b cat/"}\n', '{"m": "text", "text": "\u732b dog/"}\n'),
    ],
)  # fmt: skip
def test_json_stays_but_for_the_text(before, after, swapped):
    """Nested values, numbers, escapes, blanks, repeated keys and keys of other rows are kept."""
    assert swapped(before.encode(), "in.jsonl").decode() == after


@pytest.mark.parametrize("column", ["a:b", 'a"b', "a\\b", "\u00e4/b", "", "{"])
def test_a_key_may_be_spelled_with_any_character(column, swapped):
    """Colons, quotes, slashes and letters beyond ASCII in a key's name lead to its own value."""
    rows = [{column: "cat", "x": "cat"}, {"x": column, column: "a cat"}, {"x": {column: "cat"}}]
    content = "".join(f"{json.dumps(row)}\n" for row in rows)
    found = [json.loads(line) for line in swapped(content.encode(), "in.jsonl", column=column).splitlines()]
    assert found == [{column: "dog", "x": "cat"}, {"x": column, column: "a dog"}, {"x": {column: "cat"}}]


def test_half_a_character_goes_into_a_new_key(swapped):
    """What JSON can hold only as an escape is written as one, in the new column, too."""
    found = swapped(b'{"text": "\\ud83d cat"}\n', "in.jsonl", into="other")
    assert found == b'{"text": "\\ud83d cat", "other": "\\ud83d dog"}\n'


@pytest.mark.parametrize("content", [b"cat\r\n\r\nmy cat", b"\xef\xbb\xbfcat\n", b"dog\ncat \n"])
def test_plain_text_keeps_its_lines(content, swapped):
    """One text a line, with its own end."""
    assert swapped(content, "in.txt") == content.translate(bytes.maketrans(b"catdog", b"dogcat"))


def test_packed_files_are_packed_again(swapped):
    """A file that ends in .gz is read and written packed, the same bytes each time."""
    packed = gzip.compress(b"text\ncat\n")
    assert gzip.decompress(swapped(packed, "in.csv.gz")) == b"text\ndog\n"
    assert swapped(packed, "in.csv.gz") == swapped(packed, "in.csv.gz")
    assert swapped(packed, "in.csv.gz", "rows.csv") == b"text\ndog\n"


SMALL = pa.dictionary(pa.int8(), pa.string())
WIDE = pa.table(
    {
        "text": pa.array(["a cat", None, "no pet", ""], pa.large_string()),
        "when": pa.array([dt.datetime(2024, 1, 2), None, None, None], pa.timestamp("ns", "UTC")),  # noqa: DTZ001
        "price": pa.array([decimal.Decimal("1.10"), None, None, None], pa.decimal128(9, 2)),
        "deep": pa.array([{"a": [1, None], "text": "cat"}, None, {"a": [], "text": None}, None]),
        "tiny": pa.array([1, None, 255, 0], pa.uint8()),
        "raw": pa.array([b"\x00\xff", None, b"", b"x"]),
        "level": pa.array(["x", "y", None, "x"]).dictionary_encode(),
    }
).replace_schema_metadata({"about": "cats"})  # fmt: skip


@pytest.mark.parametrize("name", ["in.parquet", "in.arrow", "in.feather"])
@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.string_view(), SMALL], ids=str)
def test_types_of_parquet_and_arrow_stay(name, kind, tmp_path):
    """Types, nulls, nested values, row order and metadata are kept, whatever texts are stored as."""
    table = WIDE.set_column(0, pa.field("text", kind), WIDE["text"].cast(pa.string()).cast(kind))
    read = write(table, tmp_path / name)
    swap_file(tmp_path / name, tmp_path / f"out-{name}", column="text", attribute=PETS)
    found = read(tmp_path / f"out-{name}")
    assert found["text"].to_pylist() == ["a dog", None, "no pet", ""]
    assert found.drop_columns("text").equals(table.drop_columns("text"))
    assert found.schema.metadata == table.schema.metadata
    if kind != SMALL:  # whose numbers may not suffice for the new texts
        assert found.schema.field("text").type == kind or name.endswith("parquet")


def write(table, path):
    """Write a table by the name's format, several parts of it, and return what reads it."""
    if path.suffix == ".parquet":
        pq.write_table(table, path, row_group_size=3, compression="zstd")
        return pq.read_table
    if path.suffix == ".feather":
        feather.write_feather(table, path, chunksize=3)
        return feather.read_table
    with pa.ipc.new_file(path, table.schema) as file:
        file.write_table(table, max_chunksize=3)
    return feather.read_table


def test_a_dictionary_of_texts_grows_in_an_arrow_file(tmp_path):
    """Batches of different texts go into one file, whose dictionary takes all of them."""
    texts = [f"cat {n}" for n in range(10_000)]
    table = pa.table({"text": pa.array(texts).dictionary_encode()})
    feather.write_feather(table, tmp_path / "in.arrow", compression="uncompressed")
    swap_file(tmp_path / "in.arrow", tmp_path / "out.arrow", column="text", attribute=PETS)
    found = feather.read_table(tmp_path / "out.arrow")
    assert pa.types.is_dictionary(found.schema.field("text").type)
    assert found["text"].to_pylist() == [text.replace("cat", "dog") for text in texts]


def test_a_folder_of_parquet_becomes_one_file(tmp_path):
    """Parts of one table are read one after the other; parts that differ are refused."""
    (tmp_path / "parts").mkdir()
    for number, texts in enumerate([["cat"], ["a cat", None]]):
        pq.write_table(
            pa.table({"text": pa.array(texts, pa.string())}), tmp_path / "parts" / f"{number}.parquet"
        )
    summary = swap_file(tmp_path / "parts", tmp_path / "out.parquet", column="text", attribute=PETS)
    assert (summary.rows, summary.changed) == (3, 2)
    assert pq.read_table(tmp_path / "out.parquet")["text"].to_pylist() == ["dog", "a dog", None]
    pq.write_table(pa.table({"text": ["x"], "more": [1]}), tmp_path / "parts" / "2.parquet")
    with pytest.raises(DataError, match=r"2\.parquet has other columns or types than 0.parquet"):
        swap_file(tmp_path / "parts", tmp_path / "out.parquet", column="text", attribute=PETS)


# --- columns and rows are added ---

PAIR = """\
{"text":"cat", "version": "original", "pair": 0}
{"text":"dog", "version": "counterfactual", "pair": 0}"""


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("in.csv", "id,text\r\n1,cat\r\n2,x", "id,text,other\r\n1,cat,dog\r\n2,x,x"),
        ("in.csv", 'text\n"a ""cat"", so"\n', 'text,other\n"a ""cat"", so","a ""dog"", so"\n'),
        ("in.jsonl", '{"text": "cat" }\n{"x": {}}',
         '{"text": "cat", "other": "dog" }\n{"x": {}, "other": null}'),
    ],
)  # fmt: skip
def test_counterfactuals_go_into_a_column_of_their_own(name, before, after, swapped):
    """The text stays, and the counterfactual stands in the last column."""
    assert swapped(before.encode(), name, into="other").decode() == after


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("in.csv", "id,text\n1,cat\n\n2,x",
         "id,text,version,pair\n1,cat,original,0\n\n1,dog,counterfactual,0\n2,x,original,1"),
        ("in.jsonl", '{"text":"cat"}',
         PAIR),
        ("in.txt", "cat\r\nx", "cat\r\ndog\r\nx"),
    ],
)  # fmt: skip
def test_rows_are_added_behind_those_they_come_from(name, before, after, swapped):
    """A counterfactual follows its row at once, also behind a last line without an end."""
    assert swapped(before.encode(), name, mode="where-changed").decode() == after


def test_added_columns_have_types(tmp_path):
    """In Parquet the version is text and the pair a number."""
    pq.write_table(pa.table({"text": ["cat", "x"], "n": [1, 2]}), tmp_path / "in.parquet")
    swap_file(tmp_path / "in.parquet", tmp_path / "out.parquet", column="text", attribute=PETS, mode="add")
    found = pq.read_table(tmp_path / "out.parquet")
    assert found.to_pydict() == {
        "text": ["cat", "dog", "x", "x"],
        "n": [1, 1, 2, 2],
        "version": ["original", "counterfactual", "original", "copy"],
        "pair": [0, 0, 1, 1],
    }


# --- other formats ---

ROWS = [
    {"id": 1, "text": 'a cat, "cat"', "deep": {"a": [1.5, None]}, "flag": True},
    {"id": 2, "text": None, "deep": None, "flag": None},
]  # fmt: skip


@pytest.mark.parametrize("middle", ["b.csv", "b.tsv", "b.jsonl", "b.parquet", "b.arrow", "b.feather"])
def test_rows_go_into_another_format_and_back(middle, tmp_path):
    """What a format can hold comes through it; a table of texts holds nested values as JSON."""
    (tmp_path / "a.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in ROWS), encoding="utf-8")
    swap_file(tmp_path / "a.jsonl", tmp_path / middle, column="text", attribute=PETS)
    swap_file(tmp_path / middle, tmp_path / "c.jsonl", column="text", attribute=PETS)
    found = [json.loads(line) for line in (tmp_path / "c.jsonl").read_text("utf-8").splitlines()]
    if middle.endswith("sv"):
        assert found == [
            {"id": "1", "text": 'a cat, "cat"', "deep": '{"a": [1.5, null]}', "flag": "true"},
            {"id": "2", "text": "", "deep": "", "flag": ""},
        ]  # fmt: skip
    else:
        assert found == ROWS


def test_times_and_numbers_of_parquet_become_text(tmp_path):
    """Dates are written as ISO says, decimals with all digits, NaN and null as nothing that JSON lacks."""
    table = pa.table(
        {
            "text": ["cat"],
            "day": [dt.date(2024, 5, 6)],
            "price": pa.array([decimal.Decimal("1.10")]),
            "nan": [float("nan")],
        }
    )
    pq.write_table(table, tmp_path / "in.parquet")
    swap_file(tmp_path / "in.parquet", tmp_path / "out.jsonl", column="text", attribute=PETS)
    assert json.loads((tmp_path / "out.jsonl").read_text()) == {
        "text": "dog",
        "day": "2024-05-06",
        "price": "1.10",
        "nan": None,
    }
    swap_file(tmp_path / "in.parquet", tmp_path / "out.csv", column="text", attribute=PETS)
    assert (tmp_path / "out.csv").read_text() == "text,day,price,nan\ndog,2024-05-06,1.10,NaN\n"


@pytest.mark.parametrize(
    ("content", "name", "to", "said"),
    [
        (b'{"text": "", "x": 1}\n{"text": "", "x": "a"}\n', "in.jsonl", "x.parquet", "'x' has no one type"),
        (b'{"text": "a\\ncat"}\n', "in.jsonl", "x.txt", "a text has several lines"),
        (b'{"text": "\\ud83d cat"}\n', "in.jsonl", "x.csv", "half of a character"),
        (b'{"text": "\\ud83d cat"}\n', "in.jsonl", "x.parquet", "surrogates"),
    ],
)  # fmt: skip
def test_what_another_format_cannot_hold_is_refused(content, name, to, said, swapped, tmp_path):
    """Nothing is bent to fit, and no half file is left behind."""
    with pytest.raises((DataError, OutputError), match=said):
        swapped(content, name, to)
    assert [file.name for file in tmp_path.iterdir()] == [name]


# --- bad input ---


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("in.csv", b"", "the file is empty"),
        ("in.csv", b"\n1,2\n", "begins with an empty line"),
        ("in.csv", b"id,txt\n1,cat\n", "column 'text' is not in the data .* Did you mean 'txt'"),
        ("in.csv", b"text,text\n1,2\n", "appears more than once"),
        ("in.csv", b"id,text\n1,a,b\n", "line 2 has 3 fields where the header has 2"),
        ("in.csv", b"text\nShe sang, he danced.\n", "if every line is a text, say --format text"),
        ("in.csv", b'id,text\n1,"cat\n2,dog\n', "a quote is opened in line 2 and never closed"),
        ("in.csv", b"id,text\n1,caf\xe9\n", "line 2 is no UTF-8 text .*0xe9"),
        ("in.csv", "id,text\n1,cat\n".encode("utf-16"), "line 1 is no UTF-8"),
        ("in.csv", b"id,text\r1,cat\r", "ends its lines with CR alone"),
        ("in.jsonl", b'{"text": "cat"}\n{"text": \n', "line 2 is no JSON"),
        ("in.jsonl", b'["text"]\n', "line 1 is no JSON object"),
        ("in.jsonl", b'{"text": 5}\n', "'text' must hold texts, in line 1 it is 5"),
        ("in.jsonl", b'{"txt": "cat"}\n', "column 'text' is not in the data .* Did you mean 'txt'"),
        ("in.jsonl", b'{"text": "a"} {"text": "b"}\n', "line 1 is no JSON"),
        ("in.jsonl", b'{"text": ' + b"[" * 100_000 + b"\n", "line 1 is nested too deep|line 1 is no JSON"),
        ("in.parquet", b"PAR1 no", "in.parquet cannot be read"),
        ("in.arrow", b"ARROW1 no", "in.arrow cannot be read"),
        ("in.csv.gz", b"no gzip", "is damaged"),
        ("in.csv.gz", gzip.compress(b"text\ncat\n" * 99, mtime=0)[:-12], "is damaged"),
        ("in.xlsx", b"x", "has no known format"),
        ("in.parquet.gz", b"x", "packed by itself"),
    ],
)
def test_damaged_files_are_told_by_their_line(name, content, said, swapped, tmp_path):
    """What is wrong is said with the line it is in, and nothing is written."""
    with pytest.raises(DataError, match=said):
        swapped(content, name, "x.csv", column="text")
    assert [file.name for file in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"column": None}, UsageError, r"name the column of texts \(--column\); there are 'id', 'text'"),
        ({"column": "txt"}, DataError, "Did you mean 'text'"),
        ({"mode": "ad"}, UsageError, "Did you mean 'add'"),
        ({"mode": "add", "into": "x"}, UsageError, "goes with the mode 'replace'"),
        ({"mode": "add", "identifier": "id"}, UsageError, "goes with the mode 'substitute'"),
        ({"mode": "add", "version": "x", "pair": "x"}, UsageError, "both called 'x'"),
        ({"mode": "add", "pair": "id"}, DataError, "have a column 'id' already"),
        ({"into": "id"}, DataError, "have a column 'id' already"),
        ({"mode": "substitute", "identifier": "idd"}, DataError, "Did you mean 'id'"),
        ({"form": "jsonl"}, DataError, "line 1 is no JSON"),
        ({"workers": 0}, UsageError, "workers must be a whole number"),
        ({"output_form": "csw"}, UsageError, "Did you mean 'csv'"),
        ({"form": "parquet"}, DataError, "cannot be read"),
    ],
)
def test_wrong_questions_are_refused(options, error, said, swapped):
    """Columns, modes and formats that do not exist or do not go together are named."""
    with pytest.raises(error, match=said):
        swapped(b"id,text\n1,cat\n", **{"attribute": PETS} & options.keys() or options)


def test_the_data_are_not_overwritten(tmp_path):
    """The file that is read cannot be written, by whatever name."""
    (tmp_path / "in.csv").write_text("text\ncat\n")
    (tmp_path / "link.csv").symlink_to(tmp_path / "in.csv")
    for name in ("in.csv", "link.csv"):
        with pytest.raises(OutputError, match="is the data that are read"):
            swap_file(tmp_path / "in.csv", tmp_path / name, column="text", attribute=PETS)
    assert (tmp_path / "in.csv").read_text() == "text\ncat\n"


@pytest.mark.parametrize("to", ["x.jsonl", "x.csv", "x.parquet"])
def test_keys_that_are_there_already_are_not_added_twice(to, swapped):
    """A row of JSON Lines that has the new key is refused, though the first rows have not."""
    with pytest.raises(DataError, match="rows have 'version' already"):
        swapped(b'{"text": "cat"}\n{"text": "cat", "version": 1}\n', "in.jsonl", to, mode="add")


@pytest.mark.parametrize("name", ["in.parquet", "in.arrow", "in.feather"])
def test_a_table_without_rows_stays_one(name, tmp_path):
    """Columns and types of a file without rows come through, also into other formats."""
    table = pa.table({"text": pa.array([], pa.string()), "n": pa.array([], pa.int8())})
    read = write(table, tmp_path / name)
    swap_file(tmp_path / name, tmp_path / f"out-{name}", column="text", attribute=PETS, mode="add")
    found = read(tmp_path / f"out-{name}")
    assert (found.num_rows, found.column_names) == (0, ["text", "n", "version", "pair"])
    swap_file(tmp_path / name, tmp_path / "out.csv", column="text", attribute=PETS)
    assert (tmp_path / "out.csv").read_text() == "text,n\n"


def test_an_identifier_of_json_lines_must_be_there(swapped):
    """A key that no row has is named; one that later rows have is none of those."""
    rows = b'{"text": "cat"}\n{"text": "cat", "id": 7}\n'
    with pytest.raises(DataError, match=r"column 'idd' .* Did you mean 'id'"):
        swapped(rows, "in.jsonl", mode="substitute", identifier="idd")
    assert b'"id": 7' in swapped(rows, "in.jsonl", mode="substitute", identifier="id")


# --- counts ---


def test_the_summary_adds_up(tmp_path):
    """Every row is counted once: changed, or not and why; words that stayed are listed by reason."""
    texts = ["a church", "Christian Bale", "", None, "rain", "to church or mosque", "Sunni and Sunni"]
    pq.write_table(pa.table({"text": texts}), tmp_path / "in.parquet")
    found = swap_file(
        tmp_path / "in.parquet",
        column="text",
        attribute="religion",
        target="Muslim",
        drop_ambiguous=True,
        show=5,
    )
    assert (found.rows, found.changed, found.ambiguous) == (7, 1, 1)
    assert found.changed + sum(found.unchanged.values()) == found.rows
    assert found.unchanged == {
        "no word of religion": 1,
        "every word of religion was left alone": 2,
        "in doubt": 1,
        "empty text": 1,
        "no text": 1,
    }
    assert found.share_changed == pytest.approx(1 / 5)
    assert [(word.word, word.reason, word.count) for word in found.uncovered] == [
        ("sunni", "excluded", 2),
        ("christian", "name", 1),
        ("mosque", "at the target", 1),
    ]
    assert [example.text for example in found.examples] == ["a mosque", "to mosque or mosque"]
    assert json.loads(found.to_json())["changes"] == {"table": 2}


def test_a_share_of_nothing_is_none(tmp_path):
    """Without a text there is no share, and the reason is given; it is never 0."""
    (tmp_path / "in.csv").write_text("id,text\n")
    found = swap_file(tmp_path / "in.csv", column="text")
    assert (found.rows, found.share_changed, found.why) == (0, None, "no row has a text")
    (tmp_path / "in.csv").write_text("id,text\n1,rain\n")
    found = swap_file(tmp_path / "in.csv", column="text")
    assert (found.share_changed, found.why, found.unchanged) == (0.0, None, {"no gendered word": 1})


def test_processes_give_the_same(tmp_path, monkeypatch):
    """Several workers write the same bytes and count the same as one."""
    monkeypatch.setattr(chunks, "_MOST_ROWS", 50)
    lines = "".join(f'{{"n": {n}, "text": "cat {n} {"rain" * (n % 3)}"}}\n' for n in range(430))
    (tmp_path / "in.jsonl").write_text(lines)
    one, two = (
        swap_file(
            tmp_path / "in.jsonl",
            tmp_path / f"{workers}.jsonl",
            column="text",
            attribute=PETS,
            workers=workers,
            show=3,
        )
        for workers in (1, 2)
    )
    assert (tmp_path / "1.jsonl").read_bytes() == (tmp_path / "2.jsonl").read_bytes()
    assert one.to_dict() | {"settings": 0} == two.to_dict() | {"settings": 0}


def test_progress_is_told_by_rows(tmp_path):
    """After each chunk it is told how many rows are done."""
    (tmp_path / "in.txt").write_text("cat\n" * 5_000)
    told = []
    swap_file(tmp_path / "in.txt", attribute=PETS, progress=told.append)
    assert told == [4096, 5000]


def test_memory_does_not_grow_with_the_file(tmp_path, monkeypatch):
    """Five times the rows need no more memory."""
    monkeypatch.setattr(chunks, "_MOST_ROWS", 50)

    def peak(rows):
        (tmp_path / "in.csv").write_text("id,text\n" + '1,"a cat, a cat"\n' * rows)
        tracemalloc.start()
        try:
            swap_file(tmp_path / "in.csv", tmp_path / "out.csv", column="text", attribute=PETS)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)
    assert peak(1_500) < 1.5 * peak(300)


# --- round trips ---

VALUE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00"), max_size=12)


@settings(max_examples=40)
@given(rows=st.lists(st.tuples(VALUE, VALUE), max_size=6), ends=st.sampled_from(["\n", "\r\n"]))
def test_any_csv_comes_back(rows, ends, tmp_path_factory):
    """Whatever Python's csv writes is swapped where it is text, stays elsewhere, and comes back."""
    folder = tmp_path_factory.mktemp("csv")
    written = io.StringIO()
    writer = csv.writer(written, lineterminator=ends)
    writer.writerow(["x", "text"])
    writer.writerows(rows)
    (folder / "a.csv").write_bytes(written.getvalue().encode())
    swap_file(folder / "a.csv", folder / "b.csv", column="text", attribute=PETS)
    with (folder / "b.csv").open(newline="", encoding="utf-8") as file:
        found = [tuple(row) for row in csv.reader(file)][1:]
    assert found == [(x, PETS(text).text) for x, text in rows]
    swap_file(folder / "b.csv", folder / "c.csv", column="text", attribute=PETS)
    assert (folder / "c.csv").read_bytes() == (folder / "a.csv").read_bytes()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=40)
@given(
    rows=st.lists(
        st.tuples(st.dictionaries(st.text(max_size=4), JSON, max_size=3), st.text(max_size=9)),
        min_size=1,
        max_size=4,
    ),
    escaped=st.booleans(),
    compact=st.booleans(),
)
def test_any_json_comes_back(rows, escaped, compact, tmp_path_factory):
    """Whatever Python's json writes stays but for the text."""
    folder = tmp_path_factory.mktemp("json")
    given_rows = [{**row, "text": f"cat {text}"} for row, text in rows]
    spaced = (",", ":") if compact else None
    lines = "".join(f"{json.dumps(row, ensure_ascii=escaped, separators=spaced)}\n" for row in given_rows)
    (folder / "a.jsonl").write_bytes(lines.encode("utf-8", "replace"))
    read = [json.loads(line) for line in (folder / "a.jsonl").read_text("utf-8").split("\n")[:-1]]
    swap_file(folder / "a.jsonl", folder / "b.jsonl", column="text", attribute=PETS)
    found = [json.loads(line) for line in (folder / "b.jsonl").read_text("utf-8").split("\n")[:-1]]
    assert found == [{**row, "text": PETS(row["text"]).text} for row in read]
    swap_file(folder / "b.jsonl", folder / "c.jsonl", column="text", attribute=PETS)
    again = (folder / "c.jsonl").read_text("utf-8").split("\n")[:-1]
    assert [json.loads(line) for line in again] == read
