"""Words of any attribute, by level: a user's own table, and a few that are shipped."""

from __future__ import annotations

from fairkit.text.attributes.swapper import TableSwapper
from fairkit.text.attributes.table import AttributeTable, attribute_table, shipped_tables

__all__ = ["AttributeTable", "TableSwapper", "attribute_table", "shipped_tables"]
