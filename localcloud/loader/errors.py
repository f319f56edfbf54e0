"""Errors of a load.

LoadError
└── NotFoundError   what a call names is not there
ExpressionError     what Terraform would compute, and cannot be computed here
"""


class LoadError(RuntimeError):
    """A document that cannot be loaded: names the file and the address, what was answered, and what to change."""


class NotFoundError(LoadError):
    """The local cloud answered 404."""


class ExpressionError(ValueError):
    """An expression that cannot be evaluated here."""
