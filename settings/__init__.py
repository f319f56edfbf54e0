"""YAML written by people, read as typed values: every mistake with its line, the allowed values, and the fix."""
