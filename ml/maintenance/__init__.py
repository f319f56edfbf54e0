"""Maintenance: compacted tables, and no more history than is declared or needed."""
