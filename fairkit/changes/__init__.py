"""What changed: two releases of a model, or a developer's report and a customer's own data."""
