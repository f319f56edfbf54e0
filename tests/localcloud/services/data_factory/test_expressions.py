"""Data Factory's expressions: what has a value, which one, and what is refused."""

from typing import Any

import pytest

from localcloud.services.data_factory.expressions import ExpressionError, evaluate
from localcloud.services.data_factory.graph import Status
from localcloud.services.data_factory.scope import scope_of
from localcloud.services.data_factory.variables import Variables

FACTORY = "/subscriptions/s/resourceGroups/g/providers/Microsoft.DataFactory/factories/mlops-factory"
RUN = {
    "factory": FACTORY,
    "runId": "r-1",
    "pipelineName": "score",
    "runStart": "2026-01-31T05:00:00.0000000Z",
    "parameters": {"day": "2026-01-31", "sizes": [1, 2]},
    "trigger": {"name": "nightly", "type": "ScheduleTrigger", "scheduledTime": "2026-01-31T05:00:00.0000000Z"},
}
OUTPUTS = {"count": {"output": {"rows": 3, "names": ["a"]}, "status": "Succeeded"}}
SCOPE = scope_of(RUN, {**OUTPUTS, "never": {"status": Status.SKIPPED.value}}, Variables({}), ())


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ("plain", "plain"),
        ("@@home", "@home"),
        ("@pipeline().parameters.day", "2026-01-31"),
        ("@pipeline().Parameters['day']", "2026-01-31"),
        ("@pipeline().parameters.sizes[1]", 2),
        ("day=@{pipeline().parameters.day}, rows=@{activity('count').output.rows}", "day=2026-01-31, rows=3"),
        ("@{'it''s {'}", "it's {"),
        ("@concat(pipeline().DataFactory, '/', pipeline().Pipeline)", "mlops-factory/score"),
        ("@activity('count').output?.none?.deeper", None),
        ("@coalesce(activity('count').output?.none, 'x')", "x"),
        ("@if(greater(activity('count').output.rows, 2), 'many', 'few')", "many"),
        ("@activity('never').status", "Skipped"),
        ("@formatDateTime(trigger().scheduledTime, 'yyyy-MM-dd')", "2026-01-31"),
        ("@addDays(trigger().scheduledTime, -1, 'yyyyMMdd')", "20260130"),
        ("@string(activity('count').output.names)", '["a"]'),
        ("@json('{\"a\": true}').a", True),
        ("@and(equals(1, 1), not(false))", True),
        ({"value": "@add(1, 2)", "type": "Expression"}, 3),
        ({"a": ["@toUpper('b')"]}, {"a": ["B"]}),
    ],
)
def test_an_expression_has_the_value(given: Any, value: Any) -> None:
    """Whole ones have any type, those inside text are text."""
    assert evaluate(given, SCOPE) == value


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("@pipeline().parameters.month", "no property 'month'; there are: day, sizes"),
        ("@activity('later').output", r"activity\('later'\) is not over"),
        ("@variables('x')", "the pipeline has no variable 'x'"),
        ("@concat('a'", "'@concat.* it ends too early|is expected"),
        ("@add(1, 2) 3", "what follows is not understood"),
        ("@{pipeline().RunId", "has no closing brace"),
        ("@int('x')", "int in .* failed: ValueError"),
        ("@formatDateTime('2026-01-31', 'dddd, MMM')", "the form 'dddd, MMM' has 'M'"),
    ],
)
def test_what_has_no_value_says_why(given: str, message: str) -> None:
    """So that the activity that needed it can be mended."""
    with pytest.raises(ExpressionError, match=message):
        evaluate(given, SCOPE)
