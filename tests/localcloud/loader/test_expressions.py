"""Terraform's expressions, as far as synthesized documents use them."""

from typing import Any

import pytest

from localcloud.loader.errors import ExpressionError
from localcloud.loader.expressions import references, resolve

JOB = {"id": "7", "name": "credit-training"}
MODEL = {"model_info": [{"aliases": [{"name": "champion", "version": 3}, {"name": "previous", "version": 2}]}]}
NEW_MODEL: dict[str, Any] = {"model_info": [{"aliases": []}]}
VALUES: dict[str, dict[str, Any]] = {
    "databricks_job.credit-training": JOB,
    "data.databricks_registered_model.m": MODEL,
    "data.databricks_registered_model.new": NEW_MODEL,
}
ALIASES = "data.databricks_registered_model.m.model_info[0].aliases"
NO_ALIASES = "data.databricks_registered_model.new.model_info[0].aliases"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("${databricks_job.credit-training.id}", "7"),
        ("jobs/${databricks_job.credit-training.id}/${databricks_job.credit-training.name}", "jobs/7/credit-training"),
        (f"${{{ALIASES}[1].version}}", 2),
        (f"v${{{ALIASES}[1].version}}", "v2"),
        (f"${{{ALIASES}[*].name}}", ["champion", "previous"]),
        ("${data.databricks_registered_model.m.model_info.aliases[0].name}", "champion"),
        (f'${{lookup(zipmap({ALIASES}[*].name, {ALIASES}[*].version), "champion")}}', 3),
        (f'${{tostring(lookup(zipmap({ALIASES}[*].name, {ALIASES}[*].version), "champion"))}}', "3"),
        (f'${{lookup(zipmap({NO_ALIASES}[*].name, {NO_ALIASES}[*].version), "champion", 1)}}', 1),
        (f"${{one({NO_ALIASES}[*].name)}}", None),
        (f'${{join(",", {ALIASES}[*].name)}}', "champion,previous"),
        ("${jsonencode(databricks_job.credit-training)}", '{"id":"7","name":"credit-training"}'),
        ("${true}", True),
        ("on: ${true}", "on: true"),
        ("$${not.evaluated} ${databricks_job.credit-training.id}", "${not.evaluated} 7"),
        ("$${not.evaluated}", "${not.evaluated}"),
        ("{{job.run_id}}", "{{job.run_id}}"),
    ],
)
def test_an_expression_takes_its_value(text: str, expected: object) -> None:
    """A text that is one expression takes that value's type; a text around expressions stays a text."""
    assert resolve(text, VALUES.__getitem__) == expected


def test_expressions_are_replaced_however_deep() -> None:
    """Lists and blocks keep their shape."""
    document = {"task": [{"run_job_task": {"job_id": "${databricks_job.credit-training.id}"}, "count": 2}]}
    assert resolve(document, VALUES.__getitem__) == {"task": [{"run_job_task": {"job_id": "7"}, "count": 2}]}


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("databricks_job.credit-training.uid", "there is no 'uid'; there is: id, name"),
        ("upper(databricks_job.credit-training.id)", "the function upper() is not known here; known are concat"),
        (f'lookup(zipmap({ALIASES}[*].name, {ALIASES}[*].version), "canary")', "there is no 'canary'; there is: champ"),
        (f"one({ALIASES}[*].name)", "one() was given 2 values"),
        (f"{ALIASES}[5].name", "IndexError"),
        ("databricks_job.credit-training.id +", "'+' cannot be read"),
        ("databricks_job.", "it ends too early"),
        ("databricks_job.credit-training.id databricks_job", "'databricks_job' is not expected"),
    ],
)
def test_what_cannot_be_evaluated_is_named(expression: str, message: str) -> None:
    """Nothing is passed on unevaluated."""
    with pytest.raises(ExpressionError) as raised:
        resolve(f"${{{expression}}}", VALUES.__getitem__)
    assert message in str(raised.value)


def test_references_are_the_blocks_that_a_document_mentions() -> None:
    """Resources and data sources, in nested values and inside calls."""
    document = {
        "a": [{"b": "x ${databricks_job.one.id} ${data.databricks_group.two.id}"}],
        "c": '${lookup(zipmap(data.databricks_registered_model.m.a[*].b, databricks_schema.s-1.c), "x")}',
        "d": "$${databricks_job.none.id}",
    }
    assert sorted(references(document)) == [
        "data.databricks_group.two",
        "data.databricks_registered_model.m",
        "databricks_job.one",
        "databricks_schema.s-1",
    ]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ('self.mode == "ISOLATED"', True),
        ('self.mode != "ISOLATED"', False),
        ("self.read_only != true", True),
        ("!self.read_only && self.days >= 90", True),
        ("self.days > 90 || self.days < 90", False),
        ("(self.days > 90 || self.days <= 90) && self.read_only", False),
        ('contains(["OPEN", "ISOLATED"], self.mode)', True),
        ('strcontains(self.info[0].url, "@lake.") || endswith(self.info[0].url, "@other")', True),
        ('startswith(self.info[0].url, "abfss://") == false', False),
        ("self.days >= ", None),
        ("self.days = 90", None),
    ],
)
def test_conditions_are_evaluated(condition: str, expected: bool | None) -> None:
    """Comparisons, and, or, not, lists and brackets, over the block itself; what is no expression is refused."""
    block = {"mode": "ISOLATED", "read_only": False, "days": 90, "info": [{"url": "abfss://a@lake.x/"}]}
    if expected is None:
        with pytest.raises(ExpressionError):
            resolve(f"${{{condition}}}", {"self": block}.__getitem__)
        return
    assert resolve(f"${{{condition}}}", {"self": block}.__getitem__) is expected
