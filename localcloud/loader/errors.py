"""Errors of a load.

LoadError
└── NotFoundError   what a call names is not there
ExpressionError     what Terraform would compute, and cannot be computed here
"""


class LoadError(RuntimeError):
    """A document that cannot be loaded: names the file and the address, the response, and the fix."""


class NotFoundError(LoadError):
    """The local cloud responded with 404. `etag`: the one with which to create the missing object, if given."""

    def __init__(self, message: str, etag: str = "") -> None:
        super().__init__(message)
        self.etag = etag


class ExpressionError(ValueError):
    """An expression that cannot be evaluated here."""
