"""Maintenance: tables in shape, and no more history than is declared or needed."""
