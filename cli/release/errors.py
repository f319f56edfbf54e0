"""What goes wrong with a release."""


class ReleaseError(ValueError):
    """No release can be cut, or it is not what its record says; the message says why and what to change."""
