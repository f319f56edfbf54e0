"""The use cases. Adding one is adding a folder and its line here."""

from ml.declarations import UseCase
from ml.usecases.credit.declaration import CREDIT

# Not this code, but the values declared here decide a model: the fingerprint holds them.
RETRAINS = False

USE_CASES: dict[str, UseCase] = {use_case.name: use_case for use_case in (CREDIT,)}


def use_case(name: str) -> UseCase:
    """The declaration called `name`. Raises KeyError that lists those there are."""
    if name not in USE_CASES:
        raise KeyError(f"use case {name!r} is not declared; declared are: {', '.join(sorted(USE_CASES))}")
    return USE_CASES[name]
