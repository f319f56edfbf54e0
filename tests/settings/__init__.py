"""Tests of how YAML that people write is read."""
