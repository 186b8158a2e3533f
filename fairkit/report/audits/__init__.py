"""Audits: views of a report that statutes, guidelines and registries ask for."""
