"""A repaired model as one file that runs without this package: plain Python, or ONNX.

Both forms take a row's values (or columns of them) and the host's model's answer, and give the answer of the
newest version. Values are those that claims saw: coarsened as the bounty coarsened them.
"""

from bounty.decision_list.export.onnx_file import to_onnx
from bounty.decision_list.export.python_file import to_python

__all__ = ["to_onnx", "to_python"]
