"""What `mlops features` tells of tables and features."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from cli.commands.features import features
from cli.errors import CommandError
from cli.features import feature_rows, find, table_rows
from ml.declarations import Aggregate, Feature, History, Past, Window
from ml.usecases import USE_CASES, use_case
from tests.ml.two_models import two_models

CREDIT = use_case("credit")
CLIENTS = CREDIT.models[0].feature_table
BEFORE = History(table=CLIENTS.source, on=("client_id",), time="application_month", optional=True)
LIMIT_BEFORE = Feature(
    name="limit_before",
    expression="limit_bal",
    type="double",
    comment="Limit, over the applications of half a year before.",
    unit="NT$",
    null_meaning="no application before",
    window=Window(history=BEFORE, aggregate=Aggregate.MEAN, past=Past(periods=6, skip=1)),
)


def test_a_feature_table_says_whose_it_is_and_who_uses_it() -> None:
    """Key, owner, what it is built from, model and endpoint."""
    (row,) = table_rows(CREDIT, [CREDIT])
    assert {name: row[name] for name in ("table", "row per", "owner", "built from", "used by", "endpoint")} == {
        "table": "client_features",
        "row per": "client_id, application_month",
        "owner": "ml-engineers",
        "built from": "applications, movements",
        "used by": "credit.default_risk",
        "endpoint": "credit-default-risk",
    }


def test_a_feature_says_its_unit_and_what_it_is_over() -> None:
    """A window and a plain one; a group attribute is no model's."""
    table = replace(CLIENTS, features=(*CLIENTS.features, LIMIT_BEFORE))
    model = replace(CREDIT.models[0], feature_table=table, features=(*CREDIT.models[0].features, "limit_before"))
    case = replace(CREDIT, models=(model,))
    rows = {row["feature"]: row for row in feature_rows(case, table, [case])}
    assert {name: rows["limit_before"][name] for name in ("unit", "over", "models", "endpoint")} == {
        "unit": "NT$",
        "over": "mean of applications, 6 period(s) before, 1 skipped, optional",
        "models": "credit.default_risk",
        "endpoint": "credit-default-risk",
    }
    assert rows["limit_bal"]["over"] == "the row"
    assert (rows["sex"]["models"], rows["sex"]["endpoint"]) == ("", "")


def test_another_use_case_that_joins_a_feature_is_listed() -> None:
    """Its model uses the feature by name."""
    shared = Feature(
        name="limit_then",
        expression="limit_bal",
        type="double",
        comment="Limit.",
        null_meaning="no client",
        dimension=CLIENTS.as_dimension("credit"),
    )
    table = replace(CLIENTS, name="loans", features=(*CLIENTS.features, shared))
    model = replace(
        CREDIT.models[0], name="loss", feature_table=table, features=(*CREDIT.models[0].features, "limit_then")
    )
    lending = replace(CREDIT, name="lending", models=(model,))
    rows = {row["feature"]: row for row in feature_rows(CREDIT, CLIENTS, [CREDIT, lending])}
    assert rows["limit_bal"]["models"] == "credit.default_risk, lending.loss"
    assert rows["education"]["models"] == "credit.default_risk"
    assert table_rows(CREDIT, [CREDIT, lending])[0]["used by"] == "credit.default_risk, lending.loss"
    assert feature_rows(lending, table, [lending])[-1]["over"] == "client_features, as it was then"


def test_of_several_models_each_is_listed_with_its_table() -> None:
    """The use case's name means several tables then, so one of its models names its own."""
    both = two_models()
    assert [(row["table"], row["used by"], row["endpoint"]) for row in table_rows(both, [both])] == [
        ("client_features", "credit.default_risk", "credit-default-risk"),
        ("second_features", "credit.second", "credit-second"),
    ]
    assert find("credit/second", [both])[1].name == "second_features"
    with pytest.raises(
        CommandError, match="'credit' is more than one feature table: choose from client_features, second"
    ):
        find("credit", [both])


def test_the_command_prints_json() -> None:
    """Tables without a name, features with one."""
    tables = json.loads(CliRunner().invoke(features, ["--format", "json"]).stdout)
    assert [row["table"] for row in tables] == [
        table.name for case in USE_CASES.values() for table in case.feature_tables
    ]
    listed = json.loads(CliRunner().invoke(features, ["credit", "--format", "json"]).stdout)
    assert [row["feature"] for row in listed] == [feature.name for feature in CLIENTS.features]


def test_an_environment_is_for_the_list_of_tables() -> None:
    """With a name it would be ignored, so it is refused."""
    refused = CliRunner().invoke(features, ["credit", "--env", "prod"])
    assert refused.exit_code == 2
    assert "--env prod adds the newest event to the list of tables: leave out credit, or --env" in refused.output


def test_an_unknown_name_lists_those_there_are() -> None:
    """With what was given."""
    with pytest.raises(CommandError, match="'nothing' is no feature table: choose from client_features"):
        find("nothing", [CREDIT])
