"""Tests of the room `ml/sinks`."""
