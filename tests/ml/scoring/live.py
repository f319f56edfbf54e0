"""What the tests of scoring are about."""

from ml.usecases import use_case

CREDIT = use_case("credit")
CATALOG = "scored"
MODEL = CREDIT.models[0].full_name(CATALOG, "credit")
