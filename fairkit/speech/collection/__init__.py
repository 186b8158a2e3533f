"""The collection plan: who was recorded under which conditions, and how many more would show a gap."""
