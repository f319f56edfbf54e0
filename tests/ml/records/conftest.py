"""Fixtures of this room."""

from tests.ml.lake import lake

__all__ = ["lake"]
