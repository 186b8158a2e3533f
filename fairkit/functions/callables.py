"""Metrics that are any function of rows: scikit-learn's, fairlearn's, or your own.

A function is taken as it is, given by itself or by its dotted name ``module:function``; a name is imported,
and so run, on the user's own machine only. What the function means (which way is good, what values are
possible) is known for common ones and can be declared with a :class:`CallableMetric` for all others. A
function that equals a metric of the catalogue is recognised, and then taken from counts: exact, at once, with
intervals in closed form. How sure the values of the others are is decided in
:mod:`fairkit.functions.callable_rows`.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import FIELDS, Kind
from fairkit.errors import UsageError, did_you_mean
from fairkit.kinds import ROW_FIELDS
from fairkit.metrics import Unit, Why

Better = Literal["higher", "lower", "neither"]
Predictions = Literal["decision", "score"]


@dataclass(frozen=True, slots=True)
class CallableMetric:
    """A metric that is a function of rows, and what is known of it.

    Parameters
    ----------
    name : str
        Its name in the report.
    function : callable
        Called as ``function(y_true, y_pred, **sample_params)`` with arrays of one group's rows; returns a
        number. Two classes are 1 and 0, several are texts.
    y_pred : {"decision", "score"}
        What it is given as predictions.
    sample_params : mapping of argument to column
        Further arguments that have a value for each row, such as ``{"sample_weight": "weight"}``.
    better : {"higher", "lower", "neither"}
        Which way is good for the people of a group.
    margin : float
        Largest difference that still counts as parity.
    margin_ratio : tuple of float
        The same for a ratio.
    unit : {"share", "score", "amount"}
    lowest, highest : float or None
        Values it cannot go beyond; they end its intervals.
    constant : bool
        Whether the function returns a number of no meaning where label or prediction do not vary.
    summary, source : str
    kind : Kind
        The kind of counts beside which it stands; whoever reads the rows sets it.

    Examples
    --------
    >>> from sklearn.metrics import jaccard_score
    >>> CallableMetric("jaccard", jaccard_score, better="higher", lowest=0.0, highest=1.0).title
    'Jaccard'
    """

    name: str
    function: Callable[..., Any]
    y_pred: Predictions = "decision"
    sample_params: Mapping[str, str] = field(default_factory=dict)
    better: Better = "neither"
    margin: float = 0.05
    margin_ratio: tuple[float, float] = (0.8, 1.25)
    unit: Unit = "score"
    lowest: float | None = None
    highest: float | None = None
    constant: bool = False
    summary: str = ""
    source: str = ""
    kind: Kind = Kind.CONFUSION

    @property
    def title(self) -> str:
        """The name as words."""
        return self.name.replace("_", " ").capitalize()

    @property
    def formula(self) -> str:
        """How the function is called."""
        given = "".join(f", {argument}={column}" for argument, column in self.sample_params.items())
        called = getattr(_innermost(self.function), "__name__", type(self.function).__name__)
        return f"{called}(label, {self.y_pred}{given})"

    @property
    def is_proportion(self) -> bool:
        """Whether the metric is one share of rows: nobody knows."""
        return False

    def denominators(self, table: NDArray[Any]) -> NDArray[np.float64]:
        """Count the rows that the function was given, from sums of shape (..., fields)."""
        columns = [FIELDS[self.kind].index(name) for name in ROW_FIELDS[self.kind]]
        return np.asarray(np.asarray(table, np.float64)[..., columns].sum(axis=-1))

    def why(self, row: NDArray[Any]) -> Why | None:
        """Say that a group has no rows; what else makes a function fail, sums cannot show."""
        return Why.NO_ROWS if self.denominators(row) == 0 else None

    def margin_on(self, table: NDArray[Any]) -> float:  # noqa: ARG002 - the function has no spread
        """Return the largest difference that counts as parity."""
        return self.margin


class Known(NamedTuple):
    """What is known of a public function."""

    better: Better
    lowest: float | None = None
    highest: float | None = None
    y_pred: Predictions = "decision"
    unit: Unit = "score"
    constant: bool = False


_SHARE_UP, _SHARE_DOWN = Known("higher", 0, 1, unit="share"), Known("lower", 0, 1, unit="share")
_AMOUNT = Known("lower", 0, unit="amount")
_GOOD_SHARES = (
    *("accuracy_score", "balanced_accuracy_score", "precision_score", "recall_score", "f1_score"),
    *("fbeta_score", "jaccard_score", "selection_rate", "true_positive_rate", "true_negative_rate"),
)
_BAD_SHARES = ["zero_one_loss", "hamming_loss", "false_positive_rate", "false_negative_rate"]
_AMOUNTS = (
    *("mean_absolute_error", "mean_squared_error", "root_mean_squared_error", "median_absolute_error"),
    *("max_error", "mean_pinball_loss", "mean_squared_log_error"),
)

KNOWN: Mapping[str, Known] = MappingProxyType(
    {
        **dict.fromkeys(_GOOD_SHARES, _SHARE_UP),
        **dict.fromkeys(_BAD_SHARES, _SHARE_DOWN),
        **dict.fromkeys(_AMOUNTS, _AMOUNT),
        "matthews_corrcoef": Known("higher", -1, 1, constant=True),
        "cohen_kappa_score": Known("higher", -1, 1),
        "roc_auc_score": Known("higher", 0, 1, "score"),
        "average_precision_score": Known("higher", 0, 1, "score"),
        "ndcg_score": Known("higher", 0, 1, "score"),
        "d2_brier_score": Known("higher", None, 1, "score"),
        "brier_score_loss": Known("lower", 0, 1, "score"),
        "log_loss": Known("lower", 0, None, "score"),
        "hinge_loss": Known("lower", 0, None, "score"),
        "r2_score": Known("higher", None, 1),
        "explained_variance_score": Known("higher", None, 1),
    }
)
"""What is known of public functions of scikit-learn and fairlearn, by name."""

_IN_CATALOGUE: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("sklearn", "accuracy_score"): "accuracy",
        ("sklearn", "zero_one_loss"): "error_rate",
        ("sklearn", "balanced_accuracy_score"): "balanced_accuracy",
        ("sklearn", "precision_score"): "positive_predictive_value",
        ("sklearn", "recall_score"): "true_positive_rate",
        ("sklearn", "f1_score"): "f1_score",
        ("fairlearn", "selection_rate"): "selection_rate",
        ("fairlearn", "mean_prediction"): "selection_rate",
        ("fairlearn", "true_positive_rate"): "true_positive_rate",
        ("fairlearn", "true_negative_rate"): "true_negative_rate",
        ("fairlearn", "false_positive_rate"): "false_positive_rate",
        ("fairlearn", "false_negative_rate"): "false_negative_rate",
    }
)


def recognised(function: Callable[..., Any]) -> str | None:
    """Name the metric of two-class decisions that a function computes with its default arguments.

    Parameters
    ----------
    function : callable
        With arguments of its own (``functools.partial``) it is another function, and not recognised.

    Examples
    --------
    >>> from sklearn.metrics import matthews_corrcoef, recall_score
    >>> recognised(recall_score), recognised(matthews_corrcoef)
    ('true_positive_rate', None)
    """
    library = str(getattr(function, "__module__", "")).partition(".")[0]
    return _IN_CATALOGUE.get((library, str(getattr(function, "__name__", ""))))


def callable_metric(
    given: CallableMetric | Callable[..., Any] | str, *, name: str | None = None
) -> CallableMetric:
    """Make a metric of a function, of its dotted name, or of a metric declared already.

    Parameters
    ----------
    given : CallableMetric, callable or str
        ``sklearn.metrics.matthews_corrcoef``, ``"sklearn.metrics:matthews_corrcoef"``, ...
    name : str, optional
        Its name in the report; the function's own where it has one.

    Raises
    ------
    UsageError
        It is no function, cannot be imported, or has no name that a report could show.

    Examples
    --------
    >>> metric = callable_metric("sklearn.metrics:matthews_corrcoef")
    >>> metric.name, metric.better, metric.lowest
    ('matthews_corrcoef', 'higher', -1)
    """
    if isinstance(given, CallableMetric):
        return given if name is None else replace(given, name=name)
    function = resolve(given) if isinstance(given, str) else given
    if not callable(function):
        raise UsageError(
            f"a metric must be a name or a function of (y_true, y_pred), not a {type(function).__name__}."
        )
    own = _own_name(function)
    if name is None and own is None:
        raise UsageError(
            f"the metric {function!r} has no name to show; give it one: "
            "CallableMetric('my_metric', function)."
        )
    base = _innermost(function)
    public = str(getattr(base, "__module__", "")).partition(".")[0] in ("sklearn", "fairlearn")
    known = KNOWN.get(getattr(base, "__name__", "")) if public else None
    traits = {} if known is None else known._asdict()
    summary = (inspect.getdoc(base) or "").partition("\n")[0] if public else ""
    source = f"{getattr(base, '__module__', '')}".partition("._")[0]
    return CallableMetric(name or own or "", function, summary=summary, source=source, **traits)


def resolve(name: str) -> Callable[..., Any]:
    """Import a function by its dotted name, ``module:function``, also from the working directory.

    Importing runs the module's code: names are taken from the user of this machine, never from others.

    Parameters
    ----------
    name : str

    Raises
    ------
    UsageError
        The text is of another form, or there is no such module or function.

    Examples
    --------
    >>> resolve("sklearn.metrics:matthews_corrcoef").__name__
    'matthews_corrcoef'
    """
    path, colon, attribute = name.partition(":")
    parts = attribute.split(".")
    if not (colon and path and all(part.isidentifier() for part in (*path.split("."), *parts))):
        raise UsageError(
            f"metric '{name}' is neither in the catalogue (fairkit metrics) nor of the form "
            "module:function, as in sklearn.metrics:matthews_corrcoef."
        )
    here = str(Path.cwd())
    sys.path.append(here)  # last: a file of the working directory must not pass for an installed package
    try:
        found: Any = importlib.import_module(path)
    except ImportError as error:
        raise UsageError(
            f"metric '{name}': the module '{path}' cannot be imported ({error}); is it installed, or a file "
            f"of the working directory?"
        ) from error
    finally:
        sys.path.reverse()
        sys.path.remove(here)
        sys.path.reverse()
    for part in parts:
        public = [known for known in dir(found) if not known.startswith("_")]
        if not hasattr(found, part):
            raise UsageError(f"metric '{name}': '{path}' has no '{part}'.{did_you_mean(part, public)}")
        found = getattr(found, part)
    if not callable(found):
        raise UsageError(f"metric '{name}' is no function, it is a {type(found).__name__}.")
    checked: Callable[..., Any] = found
    return checked


def takes(function: Callable[..., Any], argument: str) -> bool:
    """Tell whether a function has an argument of this name.

    Examples
    --------
    >>> from sklearn.metrics import matthews_corrcoef
    >>> takes(matthews_corrcoef, "sample_weight"), takes(max, "sample_weight")
    (True, False)
    """
    try:
        return argument in inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False


def _innermost(function: Callable[..., Any]) -> Callable[..., Any]:
    while isinstance(function, functools.partial):
        function = function.func
    return function


def _own_name(function: Callable[..., Any]) -> str | None:
    name = getattr(_innermost(function), "__name__", None)
    if name is None or not str(name).isidentifier():  # a lambda is called <lambda>
        return None
    if not isinstance(function, functools.partial):
        return str(name)
    given = [*map(repr, function.args), *(f"{key}={value}" for key, value in function.keywords.items())]
    return f"{name}({', '.join(given)})" if given else str(name)
