"""What the energy use case declares."""

from ml.usecases import use_case
from ml.usecases.energy.declaration import USE_CASE


def test_it_is_found_by_its_folder() -> None:
    """Jobs, stacks and commands know it by this name."""
    assert use_case("energy") is USE_CASE


def test_no_model_sees_the_outcome_or_a_sensitive_column() -> None:
    """Scoring has no right to sensitive columns, and what is known later is no feature."""
    for model in USE_CASE.models:
        taken = [feature for feature in model.feature_table.features if feature.name in model.features]
        assert len(taken) == len(model.features)
        assert not [feature.name for feature in taken if feature.sensitive or model.outcome.label in feature.expression]


def test_each_model_is_judged_by_what_sums_it_up() -> None:
    """The first measure of its problem is the first of its comparison gate."""
    for model in USE_CASE.models:
        assert model.gates.measures[0].name == model.problem.measures[0].name
