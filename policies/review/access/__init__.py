"""Gained and lost access, read from resources by their types."""
