"""From files to one checked value: YAML with line numbers, and all problems of all files together."""
