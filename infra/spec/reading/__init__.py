"""From files to one checked value: YAML with its lines, and every problem of every file together."""
