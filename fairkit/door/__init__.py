"""What stands behind the door: rows of any engine or file, coded, grouped and written as counts.

:mod:`fairkit.frames` is the door itself. Rows that lie in memory as arrays are counted in blocks
(``array_rows``, ``arrays``, ``blocks``); all others by one group-by on their own engine (``engine_rows``,
``engine``, ``lazy_rows``, ``relations``). Both carry out one ``plan`` and end in ``cells``, of which
``tally`` makes counts.
"""
