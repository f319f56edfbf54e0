"""Sinks: where predictions go beside their Delta table, and how each takes a batch that may come again."""
