"""The use cases. Adding one is adding a folder with `declaration.py`; see `folders.py`."""

from ml.declarations import UseCase
from ml.usecases.folders import declared

# The declared values, not this code, decide a model: the fingerprint contains them.
RETRAINS = False

USE_CASES: dict[str, UseCase] = declared(__name__)


def use_case(name: str) -> UseCase:
    """The declaration called `name`. Raises KeyError with the list of existing ones."""
    if name not in USE_CASES:
        raise KeyError(f"use case {name!r} is not declared; declared are: {', '.join(sorted(USE_CASES))}")
    return USE_CASES[name]
