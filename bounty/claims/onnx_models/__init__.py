"""Models as ONNX files: proved to look at one row at a time, and run under two orders of the rows.

A model's inputs are named like the bounty's columns, one input of shape [None, 1] for each column that it
reads: float, double, int64 or int32 for numbers and truth values, bool for truth values, string for text. A
missing number is NaN (in whole numbers the least one, in bool False), a missing text is empty. Its first
output is one answer a row: 0 or 1 for a group; for a repair a class's name or number, or a score. See
`building` for scikit-learn.
"""

from bounty.claims.onnx_models.building import model_file, name_columns
from bounty.claims.onnx_models.checking import CheckedModel, check_model
from bounty.claims.onnx_models.running import PermutingRunner, TrustedRunner, evaluate_here

__all__ = [
    "CheckedModel",
    "PermutingRunner",
    "TrustedRunner",
    "check_model",
    "evaluate_here",
    "model_file",
    "name_columns",
]
