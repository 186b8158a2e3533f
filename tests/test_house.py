"""The architecture, held on the source itself: who imports whom, how long a module is, what is documented.

Each rule is a function from a source tree to a list of offences. The project must have none, and a small tree
with the rule broken must have exactly the offence planted there.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("fairkit", "bounty", "dashboards")
LONGEST_MODULE = 400
NAMES_WITHOUT_AN_IDEA = {"utils", "util", "helpers", "helper", "common", "misc"}
DATAFRAMES = {"pandas", "polars", "narwhals", "pyarrow", "duckdb", "dask", "pyspark", "ibis"}
# The only door to a user's engine (DESIGN.md, section 3), and the functions that give a frame back.
DOOR = (
    "fairkit/frames.py",
    "fairkit/files.py",
    "fairkit/predicates.py",
    "fairkit/door/*.py",
    "fairkit/batches/*.py",
    "fairkit/metric_frames/tables.py",
    "fairkit/_predicate_*.py",
    "fairkit/samples/*.py",
)
GIVES_A_FRAME = {"to_frame"}


class Import(NamedTuple):
    """One import of a module, and the function it stands in, if any."""

    target: str
    line: int
    function: str | None


class Source(NamedTuple):
    """One module of the tree."""

    path: str
    module: str
    tree: ast.Module
    lines: int
    imports: tuple[Import, ...]


class Docstring(NamedTuple):
    """The docstring of a public name, and whether the name is an exception."""

    text: str
    of_exception: bool


Rule = Callable[[Path], list[str]]


# --- the rules ---


def dependencies_point_one_way(root: Path) -> list[str]:
    """Fairkit imports neither of the others; dashboards reach the bounty only through its client."""
    forbidden = {
        "fairkit": lambda name: name.split(".")[0] in {"bounty", "dashboards"},
        "bounty": lambda name: name.split(".")[0] == "dashboards",
        "dashboards": lambda name: name.split(".")[0] == "bounty" and not _within(name, "bounty.client"),
    }
    return [
        f"{source.path}:{found.line} imports {found.target}"
        for source in _sources(root)
        for found in source.imports
        if forbidden[source.module.split(".")[0]](found.target)
    ]


def numbers_know_no_frame(root: Path) -> list[str]:
    """inference/ and metrics/ import no dataframe library, not even inside a function."""
    return [
        f"{source.path}:{found.line} imports {found.target}"
        for source in _sources(root)
        if _within(source.module, "fairkit.inference") or _within(source.module, "fairkit.metrics")
        for found in source.imports
        if found.target.split(".")[0] in DATAFRAMES
    ]


def engines_enter_by_one_door(root: Path) -> list[str]:
    """Only frames.py and its private modules import a dataframe library; `to_frame` may, to give one back."""
    return [
        f"{source.path}:{found.line} imports {found.target}"
        for source in _sources(root)
        if source.module.startswith("fairkit") and not any(fnmatch(source.path, door) for door in DOOR)
        for found in source.imports
        if found.target.split(".")[0] in DATAFRAMES and found.function not in GIVES_A_FRAME
    ]


def modules_form_no_cycle(root: Path) -> list[str]:
    """No module imports itself through others when it is loaded."""
    sources = {source.module: source for source in _sources(root)}
    graph = {
        name: {
            owner
            for found in source.imports
            if found.function is None and (owner := _owner(found.target, sources)) not in {None, name}
        }
        for name, source in sources.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return [" -> ".join(reversed(error.args[1]))]
    return []


def modules_have_an_idea(root: Path) -> list[str]:
    """A module is named after its idea and short enough to hold one."""
    offences = []
    for source in _sources(root):
        if source.module.rpartition(".")[2].strip("_") in NAMES_WITHOUT_AN_IDEA:
            offences.append(f"{source.path} is named after no idea")
        if source.lines > LONGEST_MODULE:
            offences.append(f"{source.path} has {source.lines} lines")
    return offences


def datasets_is_no_package(root: Path) -> list[str]:
    """datasets/ would shadow Hugging Face's package of that name if it were one."""
    return [path.relative_to(root).as_posix() for path in root.glob("datasets/**/__init__.py")]


def each_test_states_a_behaviour(root: Path) -> list[str]:
    """Every test function has a docstring of one sentence; paragraphs that explain may follow it."""
    offences = []
    for path in sorted(root.glob("tests/**/*.py")):
        for node in ast.walk(_parsed(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                sentences = _sentences((ast.get_docstring(node) or "").partition("\n\n")[0])
                if sentences != 1:
                    where = f"{path.relative_to(root).as_posix()}:{node.lineno} {node.name}"
                    offences.append(f"{where} has a docstring of {sentences} sentences")
    return offences


def what_is_public_is_shown(root: Path) -> list[str]:
    """Every function and class that a module lists in __all__ has a docstring with an example.

    Exceptions need the docstring only: the messages they print are shown where they are raised.
    """
    offences = []
    modules = {source.module: source for source in _sources(root) if not source.path.startswith("dashboards")}
    for source in modules.values():
        for name in _public_names(source):
            docstring = _docstring(source.module, name, modules)
            if docstring is None:
                continue
            where = f"{source.path} {name}"
            if not docstring.text:
                offences.append(f"{where} has no docstring")
            elif not docstring.of_exception and ">>>" not in docstring.text.partition("Examples\n---")[2]:
                offences.append(f"{where} has no Examples section with an example")
    return offences


RULES = (
    dependencies_point_one_way,
    numbers_know_no_frame,
    engines_enter_by_one_door,
    modules_form_no_cycle,
    modules_have_an_idea,
    datasets_is_no_package,
    each_test_states_a_behaviour,
    what_is_public_is_shown,
)

# --- the tests ---


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_project_keeps_the_rule(rule):
    """The project has no offence against the rule."""
    offences = rule(ROOT)
    assert not offences, "\n".join([rule.__doc__, *offences])


BROKEN = {
    "fairkit imports the bounty": (
        dependencies_point_one_way,
        {"fairkit/a.py": "def f():\n    from bounty.store import Store\n"},
        ["fairkit/a.py:2 imports bounty.store.Store"],
    ),
    "a dashboard goes around the client": (
        dependencies_point_one_way,
        {"dashboards/a.py": "from bounty.client import Client\nfrom bounty import store\n"},
        ["dashboards/a.py:2 imports bounty.store"],
    ),
    "a metric reads a frame": (
        numbers_know_no_frame,
        {"fairkit/metrics/a.py": "def f():\n    import pandas as pd\n"},
        ["fairkit/metrics/a.py:2 imports pandas"],
    ),
    "a report reads a frame": (
        engines_enter_by_one_door,
        {
            "fairkit/report/a.py": "def to_frame():\n    import pandas\n\ndef f():\n    import narwhals\n",
            "fairkit/frames.py": "import duckdb\n",
        },
        ["fairkit/report/a.py:5 imports narwhals"],
    ),
    "two modules import each other": (
        modules_form_no_cycle,
        {"fairkit/a.py": "from fairkit import b\n", "fairkit/b.py": "if True:\n    from .a import x\n"},
        ["fairkit.a -> fairkit.b -> fairkit.a"],
    ),
    "a module of everything": (
        modules_have_an_idea,
        {"bounty/_utils.py": "", "fairkit/long.py": "x = 1\n" * (LONGEST_MODULE + 1)},
        ["fairkit/long.py has 401 lines", "bounty/_utils.py is named after no idea"],
    ),
    "a package of data": (
        datasets_is_no_package,
        {"datasets/__init__.py": ""},
        ["datasets/__init__.py"],
    ),
    "tests that do not say what they hold": (
        each_test_states_a_behaviour,
        {
            "tests/test_a.py": "def test_a(): pass\n\nclass TestB:\n    def test_b(self):\n        "
            "'''One. Two.'''\n\ndef test_c():\n    '''It holds, e.g. here.'''\n"
        },
        [
            "tests/test_a.py:1 test_a has a docstring of 0 sentences",
            "tests/test_a.py:4 test_b has a docstring of 2 sentences",
        ],
    ),
    "public names without an example": (
        what_is_public_is_shown,
        {
            "fairkit/__init__.py": "from .a import f, Broken\n__all__ = ['f', 'Broken', 'N']\nN = 1\n",
            "fairkit/a.py": "__all__ = ['g']\ndef f():\n    'Text.'\n\ndef g(): pass\n\n"
            "class Broken(ValueError):\n    'Text.'\n",
        },
        ["fairkit/__init__.py f has no Examples section with an example", "fairkit/a.py g has no docstring"],
    ),
}


@pytest.mark.parametrize(("rule", "files", "offences"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_rule_is_noticed(rule, files, offences, tmp_path):
    """A tree that breaks the rule is reported with the place of the offence."""
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    assert sorted(rule(tmp_path)) == sorted(offences)


def test_an_import_that_serves_types_only_is_no_import(tmp_path):
    """What stands under TYPE_CHECKING is never executed and binds no module to another."""
    (tmp_path / "fairkit").mkdir()
    text = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pandas\n"
    (tmp_path / "fairkit/a.py").write_text(text, encoding="utf-8")
    assert engines_enter_by_one_door(tmp_path) == []


def test_the_rules_see_the_project():
    """The rules read the real modules, private ones and packages included."""
    modules = {source.module for source in _sources(ROOT)}
    assert {"fairkit", "fairkit.errors", "fairkit.inference", "bounty.cli"} <= modules
    assert all(rule in RULES for rule, _, _ in BROKEN.values())
    assert {rule for rule, _, _ in BROKEN.values()} == set(RULES)


# --- reading the source ---


@cache
def _sources(root: Path) -> list[Source]:
    return [
        _source(path.relative_to(root).as_posix(), path)
        for package in PACKAGES
        for path in sorted(root.glob(f"{package}/**/*.py"))
    ]


def _source(where: str, path: Path) -> Source:
    tree = _parsed(path)
    module = where.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    lines = len(path.read_text(encoding="utf-8").splitlines())
    return Source(where, module, tree, lines, tuple(_imports(tree, package, None)))


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def _imports(node: ast.AST, package: str, function: str | None) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, child.lineno, function) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            base = _absolute(child, package)
            yield from (
                Import(base if alias.name == "*" else f"{base}.{alias.name}", child.lineno, function)
                for alias in child.names
            )
        elif isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
            for other in child.orelse:
                yield from _imports(other, package, function)
        else:
            named = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
            yield from _imports(child, package, child.name if named else function)


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parents = package.split(".")
    base = parents[: len(parents) - node.level + 1]
    return ".".join([*base, node.module] if node.module else base)


def _within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def _owner(target: str, modules: dict[str, Source]) -> str | None:
    """Return the module of ours that an imported name lives in."""
    while target and target not in modules:
        target = target.rpartition(".")[0]
    return target or None


def _sentences(text: str) -> int:
    return len(re.findall(r"[.!?](?=\s+[A-Z]|$)", " ".join(text.split())))


def _public_names(source: Source) -> list[str]:
    for node in source.tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and "__all__" in _assigned(node):
            try:
                return list(ast.literal_eval(node.value))
            except ValueError:  # a computed list is asked of the module itself
                return list(importlib.import_module(source.module).__all__)
    return []


def _docstring(module: str, name: str, modules: dict[str, Source]) -> Docstring | None:
    """Find what a module calls `name`; None for what is neither function nor class."""
    source = modules[module]
    for node in reversed(source.tree.body):  # the last definition counts; overloads stand before it
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return Docstring(ast.get_docstring(node) or "", of_exception=False)
        if isinstance(node, ast.ClassDef) and node.name == name:
            bases = [ast.unparse(base) for base in node.bases]
            exception = any(base.endswith(("Error", "Exception", "Warning")) for base in bases)
            return Docstring(ast.get_docstring(node) or "", of_exception=exception)
        if isinstance(node, ast.Assign | ast.AnnAssign) and name in _assigned(node):
            return None
    for found in source.imports:
        owner = _owner(found.target, modules)
        if found.target.endswith(f".{name}") and owner not in {None, module, found.target}:
            return _docstring(owner, name, modules)
    return _docstring_at_run_time(module, name)


def _assigned(node: ast.Assign | ast.AnnAssign) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _docstring_at_run_time(module: str, name: str) -> Docstring | None:
    """Ask the module itself where names are made lazily (a module's `__getattr__`)."""
    value = getattr(importlib.import_module(module), name)
    if inspect.isclass(value):
        return Docstring(inspect.getdoc(value) or "", of_exception=issubclass(value, Exception))
    return Docstring(inspect.getdoc(value) or "", of_exception=False) if inspect.isroutine(value) else None
