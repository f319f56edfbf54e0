"""Measures the sections of `docs/performance.md`, and writes them."""
