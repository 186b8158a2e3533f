"""ONNX models run on the rows of a split: under two orders of the rows, whose answers must agree.

Where a model runs is a function of its own. `evaluate_here` runs it in this process, which only a host who
trusts the file should do: the engine is a large program in C++, and a file that finds a fault in it can do
what the process can do. `TrustedRunner` therefore runs only files whose SHA-256 the host has named; a
confined process for the files of strangers can take the place of `evaluate_here` in a `PermutingRunner`.
"""

from __future__ import annotations

import hashlib
import importlib
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from bounty.claims.claim import OnnxModel
from bounty.claims.onnx_models.answering import FAILED, Codes, answer_codes, group_codes
from bounty.claims.onnx_models.checking import CheckedModel, check_model
from bounty.claims.onnx_models.feeding import feeds_of
from bounty.rows.answers import Answers, AnswerSpace, Form
from bounty.rows.bits import RowSet
from bounty.rows.columns import Columns
from fairkit.errors import ClaimError, MissingDependencyError, UsageError

Evaluate: TypeAlias = Callable[[CheckedModel, Mapping[str, npt.NDArray[Any]]], npt.NDArray[Any]]
"""Runs a checked model on what it reads; gives its first output. Raises `ClaimError` only."""

_MOST_NUMBERS = 2**22
_MOST_ROWS = 15_120
_BLOCK = 240
_QUIET = 4


def evaluate_here(checked: CheckedModel, feeds: Mapping[str, npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """Run a model in this process, with one thread, some thousand rows at a time.

    Parameters
    ----------
    checked : CheckedModel
    feeds : mapping of str to array, shape (rows, columns of the input)

    Returns
    -------
    array, shape (rows,) or (rows, 1)

    Raises
    ------
    ClaimError
        The engine cannot load the model, or it fails on the rows; the texts do not say more.
    MissingDependencyError
        onnxruntime is not installed.

    Examples
    --------
    >>> from onnx import parser
    >>> young = parser.parse_model('''
    ...     <ir_version: 8, opset_import: ["": 18]>
    ...     g (float[rows, 1] age) => (bool[rows, 1] young) {
    ...         limit = Constant <value_float = 25.0> ()
    ...         young = Less (age, limit)
    ...     }''').SerializeToString()
    >>> checked = check_model(young)
    >>> evaluate_here(checked, {checked.inputs[0].name: np.array([[20], [30]], np.float32)}).tolist()
    [True, False]
    """
    try:
        onnxruntime = importlib.import_module("onnxruntime")
    except ImportError:
        message = "ONNX models need onnxruntime: pip install 'fairkit[bounty]'."
        raise MissingDependencyError(message) from None
    try:
        session = _session(onnxruntime, checked.content)
    except Exception:  # noqa: BLE001  the engine's errors have no common base, and say too much
        raise ClaimError(
            f"the engine (onnxruntime {onnxruntime.__version__}) cannot load the model; export it again, "
            "with a lower target_opset or simpler parts."
        ) from None
    rows = len(next(iter(feeds.values())))
    part = _BLOCK * max(1, min(_MOST_ROWS, _MOST_NUMBERS // max(1, checked.held)) // _BLOCK)
    try:
        given = [
            _run(session, {name: _blocks(array[start : start + part]) for name, array in feeds.items()})
            for start in range(0, rows, part)
        ]
        return np.concatenate(given)[:rows]
    except Exception:  # noqa: BLE001  see above
        raise ClaimError(FAILED) from None


def _blocks(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Repeat the last row up to whole blocks.

    The engine multiplies rows by the dozen and the rest one by one, and adds up in another order there. In
    whole blocks the last bit of a row's answer does not depend on where the row stands.
    """
    return np.concatenate([array, np.repeat(array[-1:], -len(array) % _BLOCK, axis=0)])


def _run(session: Any, feeds: Mapping[str, npt.NDArray[Any]]) -> npt.NDArray[Any]:
    answers = np.asarray(session.run(None, feeds)[0]).reshape(-1)
    if len(answers) != len(next(iter(feeds.values()))):
        raise ClaimError(FAILED)
    return answers


def _session(onnxruntime: Any, content: bytes) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.enable_cpu_mem_arena = options.enable_mem_pattern = False
    options.log_severity_level = _QUIET
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


@dataclass(frozen=True)
class PermutingRunner:
    """Runs checked models under two random orders of the rows; a `bounty.claims.proposals.Runner`.

    Parameters
    ----------
    evaluate : callable
        Where models run.
    seed : int, optional
        Of the orders; by default the system's randomness, which nobody can foresee.

    Examples
    --------
    >>> from onnx import parser
    >>> young = parser.parse_model('''
    ...     <ir_version: 8, opset_import: ["": 18]>
    ...     g (float[rows, 1] age) => (bool[rows, 1] young) {
    ...         limit = Constant <value_float = 25.0> ()
    ...         young = Less (age, limit)
    ...     }''').SerializeToString()
    >>> model = OnnxModel(hashlib.sha256(young).hexdigest(), young)
    >>> PermutingRunner(evaluate_here).group(model, Columns.of({"age": [20, 30, None]})).mask.tolist()
    [True, False, False]

    What answers by the place of a row is caught:

    >>> runner = PermutingRunner(lambda checked, feeds: np.arange(1000) % 2, seed=1)
    >>> runner.group(model, Columns.of({"age": [20] * 1000}))
    Traceback (most recent call last):
    ...
    fairkit.errors.ClaimError: the model failed on these rows: ...
    """

    evaluate: Evaluate
    seed: int | None = None

    def group(self, model: OnnxModel, columns: Columns) -> RowSet:
        """Find the rows for which the model answers 1.

        Raises
        ------
        ClaimError
            The model is refused, reads what is not there, or failed.
        """
        return RowSet.of(self._codes(model, columns, lambda given: group_codes(given, columns.rows)) == 1)

    def answers(self, model: OnnxModel, columns: Columns, space: AnswerSpace) -> Answers:
        """Give the model's answers, coded.

        Raises
        ------
        ClaimError
            The model is refused, reads what is not there, or failed.
        """
        coded = self._codes(
            model,
            columns,
            lambda given: answer_codes(given, columns.rows, space),
            tolerance=int(space.form is Form.SCORE),
        )
        return Answers.of(space.form, coded)

    def _codes(
        self,
        model: OnnxModel,
        columns: Columns,
        coded: Callable[[npt.NDArray[Any]], Codes],
        *,
        tolerance: int = 0,
    ) -> Codes:
        if hashlib.sha256(model.content).hexdigest() != model.sha256:
            raise ClaimError("the model's file is not the one that the claim names: their hashes differ.")
        checked = check_model(model.content)
        random = np.random.default_rng(self.seed)
        found: list[Codes] = []
        for _ in range(2):
            order = random.permutation(columns.rows)
            feeds = feeds_of(checked, columns, order)
            given = self.evaluate(checked, feeds) if columns.rows else np.zeros(0)
            codes = coded(given)
            back = np.empty_like(codes)
            back[order] = codes
            found.append(back)
        # A score may lie on the border between two steps, where the last bit of a sum decides.
        if np.abs(found[0] - found[1]).max(initial=0) > tolerance:
            raise ClaimError(FAILED)
        return np.minimum(*found)


class TrustedRunner:
    """Runs models in this process whose files the host has named; a `bounty.claims.proposals.Runner`.

    Parameters
    ----------
    trusted : collection of str
        SHA-256 of the files that may run, as 64 hexadecimal digits.
    seed : int, optional
        See `PermutingRunner`.

    Examples
    --------
    >>> from onnx import parser
    >>> young = parser.parse_model('''
    ...     <ir_version: 8, opset_import: ["": 18]>
    ...     g (float[rows, 1] age) => (bool[rows, 1] young) {
    ...         limit = Constant <value_float = 25.0> ()
    ...         young = Less (age, limit)
    ...     }''').SerializeToString()
    >>> model = OnnxModel(hashlib.sha256(young).hexdigest(), young)
    >>> TrustedRunner({model.sha256}).group(model, Columns.of({"age": [20, 30, None]})).mask.tolist()
    [True, False, False]
    >>> TrustedRunner(()).group(model, Columns.of({"age": [20]}))
    Traceback (most recent call last):
    ...
    fairkit.errors.ClaimError: the model's file is not one that the host trusts ...
    """

    def __init__(self, trusted: Collection[str], *, seed: int | None = None) -> None:
        names = {name.lower() for name in trusted}
        if isinstance(trusted, str) or not all(re.fullmatch(r"[0-9a-f]{64}", name) for name in names):
            raise UsageError(
                "trusted files are named by their SHA-256: a list of 64 hexadecimal digits each."
            )
        self.trusted = frozenset(names)
        self._runner = PermutingRunner(evaluate_here, seed)

    def group(self, model: OnnxModel, columns: Columns) -> RowSet:
        """Find the rows for which the model answers 1.

        Raises
        ------
        ClaimError
            The file is not trusted; or see `PermutingRunner.group`.
        """
        return self._runner.group(self._trust(model), columns)

    def answers(self, model: OnnxModel, columns: Columns, space: AnswerSpace) -> Answers:
        """Give the model's answers, coded.

        Raises
        ------
        ClaimError
            The file is not trusted; or see `PermutingRunner.answers`.
        """
        return self._runner.answers(self._trust(model), columns, space)

    def _trust(self, model: OnnxModel) -> OnnxModel:
        if model.sha256 not in self.trusted:
            raise ClaimError(
                "the model's file is not one that the host trusts to run in its own process "
                f"(SHA-256 {model.sha256[:64]}); the host names trusted files by their hash."
            )
        return model
