"""Functions of rows beside metrics of counts: the rows are taken into memory once, when they are needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fairkit.errors import UsageError
from fairkit.evidence import Evidence, Options
from fairkit.functions.callable_rows import CallableRows
from fairkit.functions.callables import CallableMetric
from fairkit.functions.row_data import row_data
from fairkit.questions import Question
from fairkit.tables import GroupTable


class OnRows:
    """What functions say of the rows behind a question.

    Parameters
    ----------
    metrics : sequence of CallableMetric
    data : frame or path
        It is read a second time: a stream, which can be read only once, cannot be asked.
    question : Question
    counted : int
        Rows that were counted.

    Raises
    ------
    UsageError
        There are not as many rows as were counted.

    Examples
    --------
    >>> from sklearn.metrics import matthews_corrcoef
    >>> from fairkit.functions.callables import callable_metric
    >>> from fairkit.frames import read
    >>> from fairkit.groups import attributes_of, groupings
    >>> from fairkit.tables import group_table
    >>> rows = {"sex": ["F", "M"] * 30, "y": [1, 1, 0, 0] * 15, "d": [1, 1, 0, 1, 1, 0] * 10}
    >>> question = Question(attributes_of(groupings("sex")), label="y", decision="d")
    >>> table = group_table(read(rows, question).counts, groupings("sex")[0])
    >>> asked = OnRows([callable_metric(matthews_corrcoef)], rows, question, counted=60)
    >>> asked.evidence(table, Options()).values.shape
    (1, 2)
    """

    def __init__(
        self, metrics: Sequence[CallableMetric], data: Any, question: Question, *, counted: int
    ) -> None:
        columns = [column for m in metrics for column in m.sample_params.values()]
        self.metrics = tuple(metrics)
        self.rows = row_data(data, question, columns=list(dict.fromkeys(columns)))
        if self.rows.size != counted:
            raise UsageError(
                "functions are measured on rows, which are read a second time, and then there were "
                f"{self.rows.size:,} rows where {counted:,} were counted: a stream can be read only once; "
                "give a table, such as reader.read_all()."
            )

    def evidence(self, table: GroupTable, options: Options) -> Evidence:
        """Measure the functions on the groups of a table."""
        return CallableRows(self.metrics, self.rows, table, options)
