"""What the health use case declares."""

from ml.declarations import Period, hidden_columns
from ml.usecases import use_case
from ml.usecases.health.declaration import USE_CASE


def test_it_is_found_by_its_folder() -> None:
    """Its files are of days, and it has no endpoint."""
    assert use_case("health") is USE_CASE
    assert USE_CASE.calendar.period is Period.DAY
    assert [model.serving for model in USE_CASE.models] == [None] * len(USE_CASE.models)


def test_age_and_sex_are_masked_wherever_they_lie_and_no_model_takes_them() -> None:
    """In bronze and quarantine as received, in silver as typed, in gold as features of groups."""
    # Beside them, the text of records whose fields shifted.
    found = [hidden for hidden in hidden_columns(USE_CASE) if hidden.column != "_fields"]
    masked = {(str(hidden.layer), hidden.table, hidden.column) for hidden in found}
    assert {
        *(("bronze", "visits", name) for name in ("age", "sex")),
        *(("silver", table, name) for table in ("visits", "visits_quarantine") for name in ("age", "sex")),
        *(("gold", "visit_features", name) for name in ("age_band", "sex")),
    } == masked
    for model in USE_CASE.models:
        sensitive = {feature.name for feature in model.feature_table.features if feature.sensitive}
        assert not sensitive & set(model.features)
