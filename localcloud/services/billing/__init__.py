"""Budgets and budget policies of the account."""
