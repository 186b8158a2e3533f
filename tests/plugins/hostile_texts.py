"""Texts that are no predicate: what adversaries and users of other languages write, each to be refused."""

from fairkit.predicates import MAX_CHARACTERS, MAX_DEPTH, MAX_LITERALS, MAX_NODES

CALLS = """
__import__('os').system('id') | __import__('os') | eval('1') | exec('1') | open('/etc/passwd').read()
open('x') | print(1) | age.__class__ | age.__class__.__mro__ | ().__class__.__bases__[0].__subclasses__()
''.__class__ | 'a'.upper() | 'a'.join(['b']) | f(x) | f() | f(x)(y) | age() | age() == 1 | len(home) > 3
abs(age) < 5 | max(1, 2) == 2 | getattr(age, 'x') | globals() | locals()['x'] == 1 | vars() | type(age) == 1
isinstance(age, int) | breakpoint() | input() | exit() | os.system == 1 | a.b == 1 | a.b.c | age.real > 1
(age).real > 1 | 1 .real == 1 | 1..real == age | df.age > 5 | @age > 5 | @__builtins__ | self.x
str.format('x') | missing(age) | isnull(age) | age.isnull() | age[0] == 1 | age[0:1] | age['x'] == 1
age[...] == 1 | x == y[0] | x in y[0] | x in (y) | x in range(5) | x in list | read_csv('/etc/passwd') == 1
age in open('x') | age == int('5') | date == datetime(2020, 1, 1)
"""
SYNTAX = """
lambda: 1 | lambda x: x | (lambda: age)() | age if home else 1 | 1 if age else 2 | [x for x in age]
(x for x in age) | {x for x in age} | {x: 1 for x in age} | age in [x for x in (1, 2)] | age in {1: 2}
age in {**x} | age in [*x] | age in (*x,) | *age | **age | *age == 1 | (age := 5) | age := 5
(age := 5) == 5 | age = 5 | age == 5 = 6 | age += 1 | await age | await x == 1 | yield age | (yield age)
yield from age | async def f(): pass | def f(): pass | class A: pass | import os | from os import system
import os; os.system('id') | del age | global age | nonlocal age | return age | raise age | assert age
pass; pass | with age: pass | while 1: pass | for x in y: pass | try: pass | if age: pass | match age:
print age | exec 'x' | age; home | age == 1; home == 2 | age == 1, home == 2 | age, home | (age, home)
(age,) | [age] | {age} | {} | [] | () | age == () | age == [] | age == {} | ... | age == ... | age -> 1
age: int | age: int = 5 | @decorator | # comment | age == 1 # comment | age \\ == 1 | \\ | $age == 1 | ?
"""
STRINGS = r"""
f'{age}' | f"{__import__('os')}" == home | home == f'x' | home == b'x' | home == r'x' | home == u'x'
home == rb'x' | home == 'x' 'y' | home == 'x''y' | home == '''x''' | home == 'x | home == "x | home == 'x"
home == x' | 'x' | "x" == 'x' | '%s' % age | '{0.__class__}'.format(age) | home == '\x00' | home == '\u0000'
home == '\ud800' | home == '\U00110000' | home == '\N{BULLET}' | home == '\q' | home == '\x1'
home == '\u12' | home == '\U0000' | home == '\8' | home == '\ | home == 'a' + 'b' | home == 'a' * 5
'a' in home | 'a' not in home | home in 'abc' | home like 'a%' | home == t'x'
"""
BACKTICKS = """
` | `` | ``` | `` == 1 | `age | `age == 1 | age` == 1 | `age == 1` == | `age`home` == 1 | `age` `home` == 1
`age`.x == 1 | `age`() | `age`[0] | 'a`b | `a'b == 'x' | `age``home == 1 | age``home == 1 | f`age` == 1
x == `y` | `__import__('os')`() | 1`age` == 1 | `age` = 1 | `age`5 == 1 | 'x'`age` == 1 | x in (`y`)
x in `y` | 5 in `y`
"""
NUMBERS = f"""
age == 1e999 | age == -1e999 | age == inf | age == -inf | age == nan | age == NaN | age == infinity
age == 1e-999 | age == 1j | age == 1+2j | age == 0x10 | age == 0b1 | age == 0o7 | age == 007 | age == 00
age == 1__0 | age == 1_ | age == _1 | age == 1_000.5 | age == 1.2.3 | age == 1..2 | age == 1e | age == 1e+
age == 1.e5x | age == 5L | age == 5f | age == --5 | age == -+5 | age == +5 | age == -home | age == -'x'
age == -True | age == - | age == ~5 | age == not 5 | age == {"9" * 19} | age == {"9" * 400}
age == {"9" * 3900} | age == -{"9" * 3900} | age == 0.{"1" * 3900} | age == 9007199254740993
age == 123456789012345678 | age == 10 ** 10 | 9 ** 9 ** 9 == age | 1 << 100000 == age | age == 1,5
age == 25% | age == $5 | age == 5 000 | age > 1 e5 | {"1" * 4000} | age in ({"9" * 30})
age == 1e{"9" * 50}
"""
OPERATORS = """
age & home | age && home | age || home | !age | ~age | age ^ home | age <> 5 | age === 5 | age =< 5
age => 5 | age + 1 > 5 | age - 1 > 5 | age * 2 == 4 | age / 2 == 4 | age // 2 == 4 | age % 2 == 0
age ** 2 == 4 | a @ b == 1 | score-text == 'Low' | -age > 5 | not | and | or | in | is | not not | age and
and age | or age | age or | age not | age and and home | age or or home | age and or home | not and age
age == | == 5 | < 5 | age < < 5 | age <<5 | age >> 5 | age < 5 < 10 | 1 < age < 5 < 9 | 1 < age > 5
1 < age == 5 | 1 == age == 1 | 5 > age < 9 | age == home | age < home | 1 < 2 | 1 == 1 | 1 | True | None
False | True == True | not True | 5 and 6 | age == None | age != None | age is None | age is not None
age is 5 | age is | age is not | age is not 5 | missing is | is missing | not missing age | age missing
age < True | True > age | age <= False | True < age < False | age in | age not | age in () | age in []
age in {} | age in 5 | age in home | age in (home) | age in (None) | age in (1, None) | age in (1, 'a')
age in (1, True) | age in (1 2) | age in (1,,2) | age in (,) | age in (,1) | age in (1 | age in [1)
age in (1] | age in ((1, 2), 3) | age in ((1)) | 5 in age | 5 in (5, 6) | age in (1) in (2)
age not not in (1) | not in (1) | (age) > 5 | age > (5) | (age == 1 | age == 1) | ((age == 1) | ) | ( | ((
)( | (age)(home) | (age == 1)(home == 2) | (age == 1) == True | 1 < age < 'x' | age == 1 and age == 'x'
age and age == 1 | age > 1 or age in ('a', 'b') | age BETWEEN 1 AND 5 | age == 1 AND home == 2 | NOT age
age == 1; DROP TABLE x; -- | age == 1 -- comment | age == 1 /* x */ | age == true | age == false
age == null | age == race | race == Black | race == African American | race in (Black, White) | age ? 1
"""
UNICODE = [
    "\u0430ge == 1",  # Cyrillic a
    "\uff41ge == 1",  # full-width a: Python would read it as `age`
    "a\u2170 == 1",  # small roman numeral one: NFKC gives `ai`
    "\u00aa == 1",  # feminine ordinal: NFKC gives `a`
    "\ufb01eld == 1",  # ligature fi
    "na\u00efve == 1",
    "ag\u0435 > 5",
    "a\u0301ge == 1",
    "\U0001d41a == 1",  # mathematical bold a
    "\u5e74\u9f84 == 1",
    "age == \u0661",  # Arabic-Indic digit
    "age == \uff11",  # full-width digit
    "age == \u00b2",
    "age \uff1d\uff1d 1",
    "age \u2264 1",
    "age \u2260 1",
    "age == \u22125",
    "age\u00a0== 1",
    "age\u3000== 1",
    "age\u2003== 1",
    "a\u200bge == 1",
    "a\u200dge == 1",
    "\ufeffage == 1",
    "age == 1\u202e",
    "home == 'x\u202e'",
    "home == '\u2066x'",
    "`a\u200bge` == 1",
    "home == '\u00ad'",
    "home == '\u3164'",
    "home == '\U000e0041'",
    "home == \u201crent\u201d",
    "home == \u2018rent\u2019",
    "home == '\ud800'",
    "age == 1\ud800",
    "\u2028age == 1",
    "age == 1 \u2029",
    "age == 1\u0085",
    "\U0001f600 == 1",
    "age == \U0001f600",
]
CONTROLS = [
    "\0",
    "age == 1\0",
    "\0age == 1",
    "home == '\0'",
    "age == 1\nhome == 2",
    "age == 1 and\nhome == 2",
    "(age == 1\n)",
    "age == 1\rhome == 2",
    "home == 'a\nb'",
    "age == 1\x0c",
    "age\x0b== 1",
    "\x1b[31mage == 1",
    "home == '\x1b[2J'",
    "home == '\x7f'",
    "home == '\x08'",
    "age == 1 \\\n and x",
]
BOMBS = [
    "(" * 10_000,
    "(" * 2_000 + "a" + ")" * 2_000,
    "(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1),
    "not " * 1_000 + "a",
    "not " * (MAX_NODES + 1) + "a",
    "not(" * 500 + "a" + ")" * 500,
    "a and " * 600 + "a",
    " or ".join(["a"] * (MAX_LITERALS + 1)),
    " and ".join(["a is missing"] * (MAX_NODES // 2 + 1)),
    f"a in ({', '.join(map(str, range(MAX_LITERALS + 1)))})",
    "[" * 2_000,
    "{" * 2_000,
    "a in (" * 600,
    "a in " + "(" * 2_000 + ")" * 2_000,
    "-" * 4_000 + "1",
    "a == " + "-" * 3_000 + "1",
    "a == 'x" * 500,
    "`" * 4_001,
    "'" * 4_001,
    "\\" * 4_000,
    "a." * 2_000 + "a",
    "a<" * 2_000 + "a",
    "lambda:" * 500 + "1",
    "a if b else " * 300 + "c",
    " " * MAX_CHARACTERS + "age == 1",
    "age == 1" + " " * MAX_CHARACTERS,
    "\n" * 5_000,
    "a" * 10_000_000,
    "(" * 10_000_000,
    "9" * 10_000_000,
    "age == 1 or " * 1_000_000 + "age == 1",
    "\0" * 10_000_000,
    # Valid on the way in, too long once written out.
    " or ".join(f"`{'x y' * 30}`!=-1e17" for _ in range(1))
    + "".join(f" or a{'b' * 36}{i}<1e17" for i in range(63)),
]


def _listed(block):
    """Split a block at ' | ' and line ends; texts with a lone bar are listed apart."""
    return [text for line in block.strip().split("\n") for text in line.split(" | ")]


TEXTS = [
    *(text for block in (CALLS, SYNTAX, STRINGS, BACKTICKS, NUMBERS, OPERATORS) for text in _listed(block)),
    "age | home",
    "age | (home == 1)",
    "",
    " ",
    "\t\n ",
    *UNICODE,
    *CONTROLS,
    *BOMBS,
]
