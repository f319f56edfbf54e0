"""Errors of a load.

LoadError
└── NotFoundError   what a call names is not there
ExpressionError     what Terraform would compute, and cannot be computed here
"""


class LoadError(RuntimeError):
    """A document that cannot be loaded: names the file and the address, what was answered, and what to change."""


class NotFoundError(LoadError):
    """The local cloud answered 404. `etag`: the one to make the missing thing by, where the answer says one."""

    def __init__(self, message: str, etag: str = "") -> None:
        super().__init__(message)
        self.etag = etag


class ExpressionError(ValueError):
    """An expression that cannot be evaluated here."""
