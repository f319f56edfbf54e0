"""The wheel in the environment of a declared runtime: `make runtime-check`."""
