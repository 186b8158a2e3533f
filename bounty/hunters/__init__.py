"""House hunters: searches for claims on public rows, for hosts before they open and as a start for hunters.

>>> from bounty.hunters import hunt
>>> hunt.__name__
'hunt'
"""

from bounty.hunters.alternating import find_pairs
from bounty.hunters.audit import hunt
from bounty.hunters.found import Finds, Found
from bounty.hunters.reduction import find_repairs
from bounty.hunters.slices import find_slices

__all__ = ["Finds", "Found", "find_pairs", "find_repairs", "find_slices", "hunt"]
