"""Predicates on dataframe engines: every engine finds the rows that `to_mask` finds, missing ones too."""

import duckdb
import narwhals as main
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from frame_engines import spark_session

from fairkit.errors import PredicateError
from fairkit.frames import count
from fairkit.predicates import check, kinds, object_kinds, parse, to_expressions, to_mask

NAN = float("nan")
# What is missing is None here; `score` and `single` have NaN besides, which must mean the same.
DATA = {
    "row": list(range(12)),
    "age": [18, 24, 25, 39, 40, 65, 127, -128, 0, 30, 31, 32],
    "code": [0, 1, 2, 3, 200, 255, 7, 8, 9, 10, 11, 12],
    "visits": [0, None, 2, 3, None, 5, 6, 7, 8, None, 10, 2**53],
    "score": [0.0, 0.5, None, NAN, 1.0, -0.0, 0.25, float("inf"), float("-inf"), None, NAN, 0.1],
    "single": [
        0.0,
        0.5,
        None,
        NAN,
        1.0,
        *np.float32([0.1, 0.25, 0.3, 0.7]).tolist(),
        None,
        NAN,
        float("inf"),
    ],
    "paid": [True, False, True, False, True, False, True, True, True, False, False, True],
    "member": [True, None, False, True, None, False, True, False, None, True, None, False],
    "home": ["rent", "own", None, "", "Rent", "it's", 'say "x"', None, "größe", "rent", "a\\b", "own"],
    "level": ["Low", "High", None, "Medium", "Low", None, "High", "Low", "Medium", "Low", None, "High"],
    'odd "na.me` é': [1, 2, 3, None, 5, 6, 7, 8, 9, 10, 11, 12],
}
N = len(DATA["row"])
FLOATS = ("score", "single")
ARROW_TYPES = {
    "row": pa.int64(),
    "age": pa.int8(),
    "code": pa.uint8(),
    "visits": pa.int64(),
    "score": pa.float64(),
    "single": pa.float32(),
    "paid": pa.bool_(),
    "member": pa.bool_(),
    "home": pa.string(),
    "level": pa.string(),
    'odd "na.me` é': pa.int16(),
}
TABLE = pa.table({name: pa.array(values, ARROW_TYPES[name]) for name, values in DATA.items()})


def pandas_numpy():
    """Build what pandas gives by default: NaN in floats for missing numbers, objects for booleans."""
    return pd.DataFrame(
        {
            name: pd.Series(values, dtype={"age": "int8", "code": "uint8", "single": "float32"}.get(name))
            for name, values in DATA.items()
        }
    )


def pandas_objects():
    """Build a frame of Python objects throughout, None for missing."""
    return pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in DATA.items()})


def pandas_objects_with_na():
    """Build a frame of Python objects throughout, pd.NA for missing."""
    return pandas_objects().map(lambda value: pd.NA if value is None else value).astype(object)


def pandas_nullable():
    """Build a frame of pandas' masked types."""
    masked = {"age": "Int8", "code": "UInt8", "visits": "Int64", "score": "Float64", "single": "Float32"}
    masked |= {"paid": "boolean", "member": "boolean", "home": "string", "level": "string", "row": "Int64"}
    return pd.DataFrame(
        {name: pd.Series(values, dtype=masked.get(name, "Int16")) for name, values in DATA.items()}
    )


def pandas_arrow():
    """Build a frame of pandas' Arrow-backed types."""
    return TABLE.to_pandas(types_mapper=pd.ArrowDtype)


def pandas_categories():
    """Build a frame with unordered and ordered categories."""
    level = pd.CategoricalDtype(["Medium", "Low", "High"], ordered=True)
    return pandas_numpy().astype({"home": "category", "level": level})


def pandas_arrow_dictionary():
    """Build a frame with Arrow dictionaries for categories."""
    return arrow_dictionary().to_pandas(types_mapper=pd.ArrowDtype)


def polars_eager():
    """Build a Polars frame."""
    return pl.from_arrow(TABLE)


def polars_lazy():
    """Build a Polars query."""
    return polars_eager().lazy()


def polars_categories():
    """Build a Polars frame with categories, whose order is not the alphabet's."""
    return polars_eager().with_columns(
        pl.col("home").cast(pl.Categorical), pl.col("level").cast(pl.Enum(["Medium", "Low", "High"]))
    )


def arrow_table():
    """Build a pyarrow table."""
    return TABLE


def arrow_dictionary():
    """Build a pyarrow table with dictionaries for categories."""
    table = TABLE
    for name in ("home", "level"):
        table = table.set_column(table.schema.get_field_index(name), name, table[name].dictionary_encode())
    return table


def duckdb_relation():
    """Build a DuckDB relation."""
    return duckdb.connect().from_arrow(TABLE)


def duckdb_enum():
    """Build a DuckDB relation with an enumeration and decimal numbers."""
    relation = duckdb.connect().from_arrow(TABLE)
    return relation.project(
        "* REPLACE (level::ENUM('Medium', 'Low', 'High') AS level, visits::DECIMAL(38, 2) AS visits)"
    )


FRAMES = [
    pandas_numpy,
    pandas_objects,
    pandas_objects_with_na,
    pandas_nullable,
    pandas_arrow,
    pandas_categories,
    pandas_arrow_dictionary,
    polars_eager,
    polars_lazy,
    polars_categories,
    arrow_table,
    arrow_dictionary,
    duckdb_relation,
    duckdb_enum,
]

TEXTS = [
    *[f"age {op} 25" for op in ("==", "!=", "<", "<=", ">", ">=")],
    *[f"age {op} 24.5" for op in ("==", "!=", "<", "<=", ">", ">=")],
    *[
        f"age {op} {limit}"
        for op in ("==", "!=", "<", ">=")
        for limit in (-128, 127, 128, -129, 300, 1e300, -1e20)
    ],
    *[f"code {op} 200" for op in ("==", "!=", "<", ">=")],
    "code == -1",
    "code != -1",
    *[f"visits {op} 2" for op in ("==", "!=", "<", "<=", ">", ">=")],
    "visits == 9007199254740992",
    "visits < 1e18",
    "visits > 2.5",
    *[f"score {op} 0.5" for op in ("==", "!=", "<", "<=", ">", ">=")],
    "score == 0",
    "score > 1e300",
    "score == 0.1",
    *[f"single {op} {v}" for op in ("==", "!=", "<", "<=", ">", ">=") for v in (0.1, 0.3, 0.5, 0.7, 1e300)],
    "paid",
    "not paid",
    "member",
    "not member",
    "member != True",
    "member in (True, False)",
    "member not in (True, False)",
    *[f"home {op} 'rent'" for op in ("==", "!=", "<", "<=", ">", ">=")],
    "home == ''",
    "home != ''",
    "home < 'a'",
    "home == 'nowhere'",
    'home == "it\'s"',
    "home == 'say \"x\"'",
    r"home == 'a\\b'",
    "home == 'größe'",
    *[f"level {op} 'Low'" for op in ("==", "!=", "<", "<=", ">", ">=")],
    "level == 'None'",
    "level == 'nan'",
    "age in (18, 25, 24.5, 300, -129)",
    "age not in (18, 25, 24.5, 300, -129)",
    "age in (0.5, 300)",
    "age not in (0.5, 300)",
    "visits in (0, 2, 5)",
    "visits not in (0, 2, 5)",
    "score in (0, 0.5, 0.1)",
    "score not in (0, 0.5, 0.1)",
    "single in (0.1, 0.5)",
    "single not in (0.1, 0.5)",
    "home in ('rent', '', 'nowhere')",
    "home not in ('rent', '', 'nowhere')",
    "level in ('Low', 'nowhere')",
    "level not in ('Low', 'nowhere')",
    *[f"{name} is missing" for name in ("age", "visits", "score", "single", "member", "home", "level")],
    *[f"{name} is not missing" for name in ("age", "visits", "score", "single", "member", "home", "level")],
    '`odd "na.me`` é` >= 5',
    '`odd "na.me`` é` in (1, 2)',
    "25 <= age < 40 and home == 'rent'",
    "score > 0.2 or home == 'rent'",
    "not (score > 0.2 or home == 'rent')",
    "score > 0.2 and home == 'rent'",
    "not (score > 0.2 and home == 'rent')",
    "member and not paid or level in ('Low', 'High') and (visits < 5 or score is missing)",
    "not (member or score != 0.5) and (age > 0 or home is missing)",
    " or ".join(f"visits == {i} and level != 'x{i}'" for i in range(20)),
]


@pytest.fixture(params=FRAMES, ids=lambda build: build.__name__)
def frame(request):
    """Give the same rows in each flavour of each engine."""
    return request.param()


def _expected(text):
    columns = {
        name: np.array(values, dtype=np.float32 if name == "single" else object)
        for name, values in DATA.items()
    }
    return to_mask(parse(text), columns).tolist()


def _found(frame, texts):
    """Ask the engine for all predicates in one query; the rows are put back in order."""
    data = nw.from_native(frame).lazy()
    schema = data.collect_schema()
    columns = {}
    for i, text in enumerate(texts):
        columns[f"true{i}"], columns[f"false{i}"] = to_expressions(parse(text), schema)
    table = data.select("row", **columns).collect(backend="pyarrow").sort("row").to_native()
    masks = []
    for i in range(len(texts)):
        true, false = table[f"true{i}"], table[f"false{i}"]
        assert true.null_count == false.null_count == 0
        assert true.type == false.type == pa.bool_()
        pairs = zip(true.to_pylist(), false.to_pylist(), strict=True)
        masks.append([{(True, False): 1, (False, True): 0, (False, False): -1}[pair] for pair in pairs])
    return masks


def test_every_engine_finds_the_same_rows(frame):
    """True, false and missing rows are those of the NumPy mask, for every kind of test and column."""
    for text, mask in zip(TEXTS, _found(frame, TEXTS), strict=True):
        assert mask == _expected(text), text


def test_missing_rows_are_what_they_should_be(frame):
    """The masks themselves are right where engines differ: `!=` on null, NaN above all numbers."""
    texts = ["visits != 2", "score > 0.2", "not member", "level < 'Low'"]
    assert _found(frame, texts) == [
        [1, -1, 0, 1, -1, 1, 1, 1, 1, -1, 1, 1],
        [0, 1, -1, -1, 1, 0, 1, 1, 0, -1, -1, 0],
        [0, -1, 1, 0, -1, 1, 0, 1, -1, 0, -1, 1],
        [0, 1, -1, 0, 0, -1, 1, 0, 0, 0, -1, 1],
    ]


def test_expressions_can_filter_and_count(frame):
    """The expressions serve as a filter and, cast, as a column to sum."""
    data = nw.from_native(frame).lazy()
    is_true, is_false = to_expressions(parse("score > 0.2 or home == 'rent'"), data.collect_schema())
    kept = data.filter(is_true).select("row").collect(backend="pyarrow").sort("row").to_native()
    expected = np.array(_expected("score > 0.2 or home == 'rent'"))
    assert kept["row"].to_pylist() == np.flatnonzero(expected == 1).tolist()
    counted = (
        data.with_columns(out=is_false.cast(nw.Int64)).select(nw.col("out").sum()).collect(backend="pyarrow")
    )
    assert int(counted.item()) == (expected == 0).sum()


def test_kinds_tell_what_every_column_holds(frame):
    """`kinds`, with `object_kinds` for Python objects, lets `check` judge every flavour alike."""
    found = kinds(nw.from_native(frame).collect_schema()) | object_kinds(frame)
    numbers = dict.fromkeys(("row", "age", "code", "visits", *FLOATS, 'odd "na.me` é'), "number")
    assert found == numbers | {"paid": "bool", "member": "bool", "home": "text", "level": "text"}
    check(parse("member and visits < 5 and level == 'Low'"), found)
    with pytest.raises(PredicateError, match="level == 5"):
        check(parse("member and level == 5"), found)


def test_expressions_refuse_what_does_not_fit(frame):
    """Unknown columns and wrong kinds are found before the engine sees them."""
    schema = nw.from_native(frame).collect_schema()
    with pytest.raises(PredicateError, match="column 'agee' is not in the data") as caught:
        to_expressions(parse("agee < 5 and home < 'x' and score_text != 'Low'"), schema)
    assert len(caught.value.problems) == 2


def test_expressions_work_on_frames_of_narwhals_itself(frame):
    """A frame made with `narwhals`, not its stable namespace, takes the same expressions."""
    data = main.from_native(frame).lazy()
    is_true, _ = to_expressions(parse("age < 25"), data.collect_schema())
    found = data.filter(is_true).select("row").collect(backend="pyarrow").sort("row").to_native()
    assert found["row"].to_pylist() == [0, 1, 7, 8]


@pytest.mark.parametrize("n", [0, 1])
def test_small_frames_work(frame, n):
    """No rows, or one, is no special case."""
    data = nw.from_native(frame).lazy()
    is_true, _ = to_expressions(parse("visits in (0, 1) or not home < 'a'"), data.collect_schema())
    data = data.filter(nw.col("row") < n)
    assert (
        data.select("row", out=is_true).collect(backend="pyarrow").to_native()["out"].to_pylist()
        == [True] * n
    )


# --- through the door: engines whose names need care ---


def dask_frame(_):
    """Build a Dask frame of several partitions."""
    import dask.dataframe as dd

    return dd.from_pandas(pandas_nullable(), npartitions=3, sort=False)


def dask_parquet(folder):
    """Build a Dask frame whose partitions with gaps have other types than those without."""
    import dask.dataframe as dd
    import pyarrow.parquet as pq

    pq.write_table(TABLE, folder / "rows.parquet", row_group_size=2)
    return dd.read_parquet(folder / "rows.parquet", split_row_groups=1)


def spark_frame(_):
    """Build a Spark frame; Spark has no unsigned numbers."""
    place = TABLE.schema.get_field_index("code")
    return spark_session().createDataFrame(TABLE.set_column(place, "code", TABLE["code"].cast(pa.int16())))


@pytest.mark.parametrize(
    "build",
    [
        dask_frame,
        pytest.param(
            dask_parquet,
            # Dask 2026.8 calls pandas 3.1 in a way that pandas 4 will not have.
            marks=pytest.mark.filterwarnings("ignore:The inplace keyword in:DeprecationWarning:"),
        ),
        pytest.param(spark_frame, marks=pytest.mark.java),
    ],
)
def test_engines_with_workers_find_the_same_rows(build, tmp_path):
    """Predicates as groups, many in a query, give the groups of the NumPy masks, row by row."""
    frame = build(tmp_path)
    level = {1: "True", 0: "False", -1: None}
    for texts in (TEXTS[start : start + 25] for start in range(0, len(TEXTS), 25)):
        counts = count(frame, by=["row", *(f"p{i}: {text}" for i, text in enumerate(texts))], decision="paid")
        wanted = zip(*([level[answer] for answer in _expected(text)] for text in texts), strict=True)
        found = {group[0]: group[1:] for group in counts.groups()}
        assert found == {str(row): answers for row, answers in enumerate(wanted)}
