"""The error of a load."""


class LoadError(RuntimeError):
    """A document that cannot be loaded: names the file and the address, what was answered, and what to change."""
