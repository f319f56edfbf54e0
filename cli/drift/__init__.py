"""Drift on demand: what somebody might change by hand in a local cloud, and how to put it back."""
