"""One file per command, or per pair that belongs together."""
