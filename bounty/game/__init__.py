"""A bounty in a folder: created, examined, judged, shown, closed, and judged again."""
