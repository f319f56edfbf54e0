"""Drift on demand: manual changes that somebody might make in a local cloud, and how to undo them."""
