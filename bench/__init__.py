"""Measures what `docs/performance.md` reports, and writes it."""
