"""Credit with a second model, for tests: the shapes of a use case that has several."""

from dataclasses import replace

from ml.declarations import UseCase
from ml.usecases import use_case

CREDIT = use_case("credit")
_FIRST = CREDIT.models[0]
# Same rows and outcomes, a feature table and an endpoint of its own.
SECOND = replace(
    _FIRST,
    name="second",
    feature_table=replace(_FIRST.feature_table, name="second_features"),
    serving=replace(_FIRST.serving, endpoint="credit-second") if _FIRST.serving else None,
)


def two_models() -> UseCase:
    """Credit with both."""
    return replace(CREDIT, models=(_FIRST, SECOND))
