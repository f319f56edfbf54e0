"""Several models of one use case: what tells them apart, and what they share."""

from dataclasses import replace

import pytest

from ml.declarations import DeclarationError, Model, hidden_columns
from ml.usecases import use_case
from tests.ml.two_models import SECOND, two_models

CREDIT = use_case("credit")
FIRST = CREDIT.models[0]


def _refused(*models: Model) -> tuple[str, ...]:
    with pytest.raises(DeclarationError) as refused:
        replace(CREDIT, models=models)
    return tuple(refused.value.problems)


def test_the_first_model_keeps_the_plain_names_and_further_ones_carry_theirs() -> None:
    """So a second model changes nothing of what is deployed for the first."""
    both = two_models()
    assert [CREDIT.label(model) for model in CREDIT.models] == ["credit"]
    assert [both.label(model) for model in both.models] == ["credit", "credit-second"]


def test_a_model_is_found_by_its_name() -> None:
    """The only one needs none; of several, those there are are listed."""
    both = two_models()
    assert CREDIT.model_named(None) is FIRST
    assert both.model_named("second") is both.models[1]
    with pytest.raises(LookupError, match="'credit' has several models: name one of default_risk, second"):
        both.model_named(None)
    with pytest.raises(LookupError, match="'credit' has no model 'third': it has default_risk, second"):
        both.model_named("third")


def test_tables_that_models_share_are_there_once() -> None:
    """Both learn from the same outcomes; each takes a feature table of its own, in the order of the models."""
    both = two_models()
    assert [table.name for table in both.feature_tables] == ["client_features", "second_features"]
    assert both.labelled == (FIRST,)
    shared = replace(CREDIT, models=(FIRST, replace(FIRST, name="other", serving=None)))
    assert (shared.feature_tables, shared.labelled) == (CREDIT.feature_tables, (FIRST,))


def test_sensitive_columns_of_every_model_are_hidden() -> None:
    """Those of the second model's feature table and outcomes too."""
    own = replace(SECOND, outcome=replace(FIRST.outcome, table=replace(FIRST.outcome.table, name="second_outcomes")))
    both = replace(CREDIT, models=(FIRST, own))
    more = {column.table for column in hidden_columns(both)} - {column.table for column in hidden_columns(CREDIT)}
    assert more == {"second_features"}
    assert both.labelled == (FIRST, own)


def test_all_mistakes_of_the_models_are_said_at_once() -> None:
    """One name, one endpoint and one outcome table of two models; rows that fit into no one table of predictions."""
    keyed = replace(FIRST.feature_table, name="other_features", more_keys=("age",))
    differing = replace(FIRST, feature_table=keyed, outcome=replace(FIRST.outcome, within_periods=3))
    names, endpoints, keys, outcomes = _refused(FIRST, differing)
    assert names == "models ['default_risk', 'default_risk'] repeat a name: rename one"
    assert endpoints.startswith("endpoints ['credit-default-risk', 'credit-default-risk'] of models ")
    assert keys.startswith("its models predict for rows by client_id, application_month and client_id, age, ")
    assert outcomes.startswith("models ['default_risk', 'default_risk'] make outcome table 'client_outcomes' in ")


def test_a_use_case_has_a_model() -> None:
    """Without one there is nothing that its jobs could do."""
    assert _refused() == ("it has no model: declare at least one in models",)
