"""A plan's monthly cost, by the price file, with its budgets."""
