"""Which settings of a pipeline are taken, and which of them are run."""

from typing import Any

import pytest

from localcloud.services.pipelines.settings import problems, unrunnable

GOOD: dict[str, Any] = {
    "name": "credit-pipeline",
    "catalog": "prod",
    "schema": "credit_pipeline",
    "serverless": True,
    "continuous": False,
    "channel": "CURRENT",
    "libraries": [{"file": {"path": "/Workspace/mlops/prod/pipelines/credit.py"}}],
    "environment": {"dependencies": ["/Volumes/prod/platform_ops/wheels/a/w.whl"]},
    "configuration": {"spark.sql.ansi.enabled": "true"},
    "notifications": [{"email_recipients": ["a@example.com"], "alerts": ["on-update-failure"]}],
    "tags": {"environment": "prod"},
}


def test_a_serverless_pipeline_of_one_file_is_run() -> None:
    """Nothing is wrong with it."""
    assert (problems(GOOD), unrunnable(GOOD)) == ([], [])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": " "}, "name is ' ': give one"),
        ({"schema": None}, "schema is None: give the one of the pipeline's tables"),
        ({"target": "x"}, "target is of pipelines without Unity Catalog: use catalog and schema"),
        ({"channel": "NIGHTLY"}, "channel is 'NIGHTLY': use one of CURRENT, PREVIEW"),
        ({"libraries": {"file": 1}}, "libraries is {'file': 1}: give a list"),
        ({"libraries": [{"egg": "x"}]}, "libraries has egg; understood are file, glob, jar, maven, notebook"),
        ({"configuration": {"a": 1}}, "configuration has values that are not text: give texts"),
        (
            {"notifications": [{"alerts": ["on-sunday"]}]},
            "alerts of notifications are ['on-sunday']: use on-update-success, on-update-failure, "
            "on-update-fatal-failure, on-flow-failure",
        ),
    ],
)
def test_each_problem_is_named(changes: dict[str, Any], said: str) -> None:
    """With what is allowed."""
    assert problems(GOOD | changes) == [said]


def test_a_field_that_is_not_known_is_a_problem() -> None:
    """So that none is dropped without a word; an empty one asks for nothing."""
    found = problems(GOOD | {"speed": "fast", "gateway_definition": None})
    assert [each.partition(";")[0] for each in found] == ["speed is not understood"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"serverless": False}, "it is not serverless, and the local cloud runs no pipeline's cluster"),
        ({"continuous": True}, "it is continuous: an update would not end"),
        ({"libraries": [{"notebook": {"path": "/a"}}]}, "it has other libraries than one file"),
    ],
)
def test_what_is_kept_and_not_run(changes: dict[str, Any], said: str) -> None:
    """A pipeline that Databricks takes can be declared; an update of it is refused with the reason."""
    assert (problems(GOOD | changes), unrunnable(GOOD | changes)) == ([], [said])
