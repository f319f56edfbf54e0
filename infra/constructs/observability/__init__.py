"""Logs, charts, alerts and budgets, and who is notified."""
