"""YAML that people write, read as typed values: every mistake with its line, what is allowed, and what to change."""
