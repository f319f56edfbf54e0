"""Errors of a release."""


class ReleaseError(ValueError):
    """The release cannot be cut, or differs from its record; the message says why and what to change."""
