"""What endpoints without a model can say, and what is refused."""

from dataclasses import replace

import pytest

from ml.declarations import FeatureServing
from ml.features.feature_specs import request
from ml.features.publish import served_tables
from ml.parameters import Common
from ml.usecases import use_case

CREDIT = use_case("credit")
DECLARED = FeatureServing(endpoint="client-features", table="client_features", features=("longest_delay",))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"table": "no_such"}, "is over 'no_such': name one of"),
        ({"features": ("longest_delay", "shoe_size")}, r"answers \['shoe_size'\], which 'client_features' lacks"),
        ({"features": ("sex",)}, r"answers \['sex'\], which are sensitive"),
        ({"endpoint": "credit-default-risk"}, r"endpoints \['credit-default-risk'\] are named twice"),
    ],
)
def test_what_the_use_case_cannot_answer_is_refused(wrong: dict[str, object], said: str) -> None:
    """Tables and features that are not there, what is sensitive, and the name of a model's endpoint."""
    with pytest.raises(ValueError, match=said):
        replace(CREDIT, feature_serving=(replace(DECLARED, **wrong),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"endpoint": "No Name"}, "its name must be lower-case letters"),
        ({"features": ()}, "it answers no features: name some"),
        ({"features": ("a", "a")}, r"features \['a'\] are named twice"),
    ],
)
def test_what_no_endpoint_can_be_is_refused(wrong: dict[str, object], said: str) -> None:
    """Whatever the use case."""
    with pytest.raises(ValueError, match=said):
        replace(DECLARED, **wrong)  # type: ignore[arg-type]


def test_other_features_are_another_specification() -> None:
    """One that is served never changes, so the endpoint moves to the new one and not before it is there."""
    first, other = (
        each.full_name("prod", "credit") for each in (DECLARED, replace(DECLARED, features=("months_late",)))
    )
    assert first.startswith("prod.credit_features.client_features_")
    assert first != other


def test_its_table_is_published_and_asked_for_by_key() -> None:
    """Also if no model serves from it; the newest values, so no time is asked for."""
    quiet = replace(CREDIT, models=(replace(CREDIT.models[0], serving=None),), feature_serving=(DECLARED,))
    assert [table.name for table in served_tables(quiet)] == ["client_features"]
    asked = request(Common(use_case=quiet, catalog="prod", run_id="1"), DECLARED)
    look_up = {
        "table_name": "prod.credit_gold.client_features",
        "lookup_keys": ["client_id"],
        "feature_names": ["longest_delay"],
    }
    assert asked == {"name": DECLARED.full_name("prod", "credit"), "features": [{"feature_lookup": look_up}]}
