"""Ingest: landing files to bronze exactly as received, and bronze to silver typed, checked and deduplicated."""
