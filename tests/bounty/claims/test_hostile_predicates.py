"""Hostile subgroups: whatever a hunter writes for a predicate is refused with ClaimError; nothing runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hostile_texts import TEXTS
from hypothesis import given, settings

from bounty.claims.files import claim_of
from bounty.claims.files.documents import MOST_BYTES, document_of
from bounty.claims.proposals import Refusing, group_rows
from bounty.rows.bits import RowSet
from bounty.rows.columns import Columns
from bounty.rows.subgroups import Subgroup
from fairkit.errors import ClaimError

COLUMNS = Columns.of(
    {
        "age": [20, 30, None],
        "home": ["rent", None, "own"],
        "employed": [True, False, None],
        "score-text": ["Low", "High", None],
    }
)

# One a line. What opened files or ran programs when it was handed to other engines stands here, with what
# else their languages offer. Some are well-formed predicates; those name a column that is not there.
PANDAS = """
@pd.io.common.os.system('id') == 0
@pd.compat.os.popen('id').read() == ''
@pd.read_csv('/etc/passwd')
@__import__('os').system('id')
@age
@self
@df.to_pickle('/tmp/x')
to_csv('/tmp/x')
to_csv == 1
to_pickle('/tmp/x') == 0
to_pickle
age.to_csv('/tmp/x')
age.map(print)
age.apply(eval)
home.str.contains('a')
home.str.len() > 3
home.str.match('(a+)+$')
index > 5
ilevel_0 == 1
age.index == 0
age.values.tofile('/tmp/x')
age.rank() == 1
age.mean() > 5
age > age.mean()
age == age.shift(1)
age.shift(-1) == 20
age.cumsum() < 100
age.duplicated()
age.sample(1)
age.isin([1, 2])
age.between(1, 5)
`age`.to_json('/tmp/x')
`age` @ `age`
columns.str == 1
query('age > 5')
eval('age > 5')
pd.eval('__import__("os").system("id")')
df.eval('age')
__class__
__class__ == 1
__init__.__globals__
__builtins__['eval']('1')
__dict__ == 1
__import__ == 1
`__class__` == 1
`__import__` is missing
"""
NUMEXPR = """
where(age > 5, 1, 0) == 1
sum(age) > 5
prod(age) > 5
min(age) == 20
contains(home, 'a')
arange(10) == age
numpy.random.rand() > 0.5
np.load('/tmp/x.npy', allow_pickle=True)
age ** 99999999
2 ** 99999999 == age
exp(exp(exp(age))) > 1
(lambda: 0).__code__
[c for c in ().__class__.__base__.__subclasses__()][0]
().__class__.__mro__[1].__subclasses__()[137]
"".join(['a']) == home
sin(age) > 0
complex(age)
ones_like(age)
"""
SQL = """
1=1
1 = 1 --
' or '1'='1
home = 'rent' OR 1=1 --
age > 5; DROP TABLE rows; --
age > 5) UNION SELECT * FROM secrets --
age > 5 UNION ALL SELECT label FROM rows
(SELECT label FROM rows LIMIT 1) == 1
age in (SELECT age FROM rows WHERE label = 1)
exists (select 1 from rows)
age > (SELECT avg(age) FROM rows)
age between 1 and 5
home like '%a%'
home ilike 'r%'
home regexp '(a+)+$'
home similar to 'r.*'
home ~ 'r.*'
home glob '*'
age is null
age is not null
age is distinct from 5
case when age > 5 then 1 else 0 end
cast(age as text) == '5'
age::text == '5'
coalesce(age, 0) > 5
random() < 0.5
row_number() over () == 1
rowid == 1
rowid
_rowid_ < 100
ctid == '(0,1)'
rownum <= 10
label == 1
y == 1
target
pg_sleep(10)
sleep(10) == 0
benchmark(1000000, md5(1))
load_extension('/tmp/x.so')
attach 'x' as y
current_user == 'root'
version() == ''
age > 5 limit 1
age > 5 order by age
age > 5 group by home having count(*) > 1
/* comment */ age > 5
age > 5 /*! and 1=1 */
age > 5 -- comment
age > 5 # comment
$1 > 5
:age > 5
? > 5
"""
DUCKDB = """
read_text('/etc/passwd') == ''
read_csv('/etc/passwd')
read_csv_auto('/etc/passwd')
read_blob('/etc/shadow') == ''
read_parquet('s3://bucket/x')
read_json('http://localhost/x')
glob('/etc/*')
COPY rows TO '/tmp/x'
copy (select 1) to '/tmp/x'
INSTALL httpfs
LOAD httpfs
ATTACH '/tmp/x.db'
PRAGMA database_list
SET enable_external_access = true
getenv('HOME') == '/root'
age > 5; COPY rows TO '/tmp/x'
(FROM read_text('/etc/passwd') SELECT content) == ''
'/etc/passwd' == home and from '/etc/passwd'
FROM '/etc/passwd'
list_transform([1], x -> x)
home.upper() == 'RENT'
home[1] == 'r'
home[1:2] == 're'
{'a': 1}['a'] == age
struct_pack(a := 1).a == age
columns('.*') > 5
COLUMNS(*) > 5
* exclude (age)
try_cast(home as int) > 5
printf('%s', home) == ''
query('select 1')
query_table('rows')
duckdb_settings()
sniff_csv('/etc/passwd')
"""
OTHERS = """
has(age)
age.matches('(a+)+$')
home.startsWith('r')
home.endsWith('t')
home.size() > 3
size(home) > 3
[1, 2, 3].exists(x, x == age)
[1, 2].all(i, [1, 2].all(j, [1, 2].all(k, true)))
duration('1h') > age
timestamp('2020-01-01T00:00:00Z') < age
type(age) == int
dyn(age) == 1
age in {1: 2}
age ? true : false
age ?: 5
age?.b == 1
age!.b == 1
age?[0] == 1
age =~ /x/
home =~ 'r.*'
home !~ 'r.*'
age => 1
age -> 1
age |> print
age >>> 1
age <=> 1
age eq 1
age ne 1
age gt 5
not(age) in (1
!employed
employed && age > 5
employed || age > 5
{{ 7*7 }} == age
{% for x in y %}{% endfor %}
${7*7} == age
#{7*7} == age
<%= 7*7 %> == age
%{age} > 5
`id` == home
$(id) == home
; id
| id
& id
home == `id`
home == $(id)
home == ${HOME}
home == $HOME
age > 5 > /tmp/x
age < /etc/passwd
age > 5 && rm -rf /
//age[1]
/age/text() == 'x'
count(//age) > 1
document('/etc/passwd')
<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]>
!!python/object/apply:os.system ['id']
{"$where": "sleep(1000)"}
{"$gt": ""}
{"age": {"$gt": 5}}
$where: 'this.age > 5'
cos\\nsystem\\n(S'id'\\ntR.
(i__main__
gASVCgAAAAAAAACMAmlklC4=
import('os')
require('child_process').exec('id')
constructor.constructor('return 1')()
__proto__ == 1
prototype
this.age == 1
process.env
java.lang.Runtime
T(java.lang.Runtime).getRuntime().exec('id')
#this
%00
%27 or 1=1
&lt;script&gt;
<script>alert(1)</script>
=1+1
=cmd|'/C calc'!A0
+1+1
-1+1
@SUM(1+1)
"""
ROWS = """
row == 5
rows == 5
row_number == 5
id == 17
id in (1, 2, 3)
position == 0
person == 5
name == 'Smith'
label
label is missing
truth == 1
prediction == 0
host == 1
answer == 'yes'
score > 0.5
error == 1
wrong
lost > 0
split == 'checker'
part == 'confirmation'
seed == 0
"""


def lines(block):
    """Give the lines of a block."""
    return [line for line in block.split("\n") if line.strip()]


OWN = [text for block in (PANDAS, NUMEXPR, SQL, DUCKDB, OTHERS, ROWS) for text in lines(block)]
BOMBS = [
    "(" * 33 + "age < 5" + ")" * 33,
    "not " * 201 + "employed",
    " and ".join(["age < 5"] * 101),
    " or ".join(f"age == {index}" for index in range(65)),
    "age in (" + ", ".join(map(str, range(65))) + ")",
    "age == " + "9" * 4_000,
    "age == 1e" + "9" * 100,
    "age == 0." + "0" * 4_000 + "1",
    "home == '" + "\\x41" * 1_030 + "'",
    "home == '" + "'" * 4_000,
    "`" + "``" * 2_000 + "` == 1",
    "age < 5 " + "and age < 5 " * 900_000,
    "(" * 10_000_000,
    ")" * 10_000_000,
    "not " * 2_500_000,
    "'" * 10_000_000,
    "`" * 10_000_000,
    "\\" * 10_000_000,
    " " * 10_000_000,
    "\n" * 10_000_000,
    "\u202e" * 10_000_000,
    "9" * 10_000_000,
    "\0" * 10_000_000,
    "\ud800" * 1_000_000,
    "\U0001f600" * 2_500_000,
    "a" * 4_096 + "\u0430",
]
ALL = [*TEXTS, *OWN, *BOMBS]


def refused(act):
    """Act, and give the message of the ClaimError that must come."""
    with pytest.raises(ClaimError) as caught:
        act()
    return str(caught.value)


def claim(text):
    """Give a claim whose group, comparison and rule are all such a text."""
    return {
        "claim": "repair",
        "loss": "error",
        "group": text,
        "model": {"rules": [{"when": text, "predict": "yes"}]},
    }


def test_the_texts_are_many_and_differ():
    """Over two hundred texts are the bounty's own, and none is there twice."""
    assert len(set(OWN) - set(TEXTS)) > 200
    assert len(set(OWN)) == len(OWN)
    assert len(set(ALL)) > 650


@pytest.mark.parametrize("text", ALL, ids=range(len(ALL)))
def test_a_hostile_text_is_no_subgroup(text):
    """No hostile text becomes a subgroup, and the answer is bounded and printable."""
    said = refused(lambda: Subgroup.of(text, COLUMNS))
    assert said.strip()
    assert len(said) < 5_000  # a column's name may be as long as a predicate
    assert said.replace("\n", "").isprintable() or not text.isascii()
    assert not set(said) & {"\0", "\x1b", "\u202e", "\u200b", "\r"}


@pytest.mark.parametrize("text", ALL, ids=range(len(ALL)))
def test_a_hostile_text_fits_no_claim(text):
    """A claim whose group and rules are hostile is refused when it is read, or when it meets the columns."""

    def read_and_fit():
        group_rows(claim_of(claim(text)).group, COLUMNS, Refusing())

    assert refused(read_and_fit)


@pytest.mark.parametrize("suffix", [".toml", ".yaml"])
def test_hostile_texts_in_files_are_refused(suffix):
    """Written into claim files of either format, no hostile text gets further than ClaimError."""
    for text in ALL:
        if not text.isascii() or len(text) > MOST_BYTES:
            continue
        quoted = json.dumps(text).replace("\x7f", "\\u007f")
        line = f"group = {quoted}" if suffix == ".toml" else f"group: {quoted}"
        rest = "claim = 'disparity'\nloss = 'error'" if suffix == ".toml" else "claim: disparity\nloss: error"

        def read_and_fit(file=f"{line}\n{rest}\n"):
            group_rows(claim_of(document_of(file.encode(), suffix)).group, COLUMNS, Refusing())

        assert refused(read_and_fit), text


@pytest.mark.parametrize(
    "text", [None, 5, True, b"age < 5", ["age < 5"], {"a": 1}, object(), print], ids=range(8)
)
def test_what_is_no_text_is_no_predicate(text):
    """Other kinds of values in place of a predicate are refused with their kind."""
    assert "$.group " in refused(lambda: claim_of(claim(text)))
    assert refused(lambda: Subgroup.of(text, COLUMNS))


WATCHED = """
import os, sys
from fairkit.errors import ClaimError
from bounty.rows.columns import Columns
from bounty.rows.subgroups import Subgroup
from test_hostile_predicates import ALL, COLUMNS

def read():
    for text in ALL:
        try:
            Subgroup.of(text, COLUMNS)
        except ClaimError:
            continue
        raise SystemExit(f"accepted: {text[:80]!r}")

read()  # what is imported late is imported now
sys.addaudithook(lambda event, arguments: print(event))
read()
with open("/dev/null"):  # the one event that must be seen
    sys.stdout.flush()
    os._exit(0)
"""


def test_nothing_runs():
    """While hostile texts are read, Python's audit sees nothing opened, compiled, imported or started."""
    here = Path(__file__).parent
    path = os.pathsep.join(str(folder) for folder in (here.parents[2], here.parents[1] / "plugins", here))
    run = subprocess.run(
        [sys.executable, "-c", WATCHED],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.split() == ["open"], run.stdout[:500]


GOOD = [
    "age < 25",
    "home == 'rent'",
    "employed",
    "`score-text` != 'Low'",
    "18 <= age < 40",
    "home in ('a', 'b')",
]
PARTS = st.sampled_from(
    [
        *GOOD,
        "and",
        "or",
        "not",
        "(",
        ")",
        ",",
        "==",
        "<",
        "in",
        "is",
        "missing",
        "age",
        "'x'",
        "5",
        "@",
        ".",
        "[0]",
    ]
)


def fits_or_refuses(text):
    """Read a text; what is accepted is a subgroup that reads back from its canonical form."""
    try:
        group = Subgroup.of(text, COLUMNS)
    except ClaimError:
        return
    rows = group.rows(COLUMNS)
    assert isinstance(rows, RowSet)
    assert Subgroup.of(group.text, COLUMNS).rows(COLUMNS) == rows
    assert claim_of({"claim": "disparity", "loss": "error", "group": text}).group == group.text


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_a_subgroup_or_refused(text):
    """No text makes anything but ClaimError escape."""
    fits_or_refuses(text)


@settings(max_examples=200, deadline=None)
@given(st.lists(PARTS, max_size=12), st.sampled_from(["", " "]))
def test_any_arrangement_is_a_subgroup_or_refused(parts, space):
    """No arrangement of the language's words and foreign ones makes anything but ClaimError escape."""
    fits_or_refuses(space.join(parts))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(GOOD), st.integers(0, 30), st.integers(0, 3), st.text(max_size=3))
def test_a_damaged_predicate_is_a_subgroup_or_refused(text, start, length, inserted):
    """A good predicate with characters cut out and put in is read or refused with ClaimError."""
    fits_or_refuses(text[:start] + inserted + text[start + length :])
