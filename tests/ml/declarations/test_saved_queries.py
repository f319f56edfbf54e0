"""Queries that come with a use case: what they may say."""

import pytest

from ml.declarations import SavedQuery


def _query(text: str = "select 1 from {gold}.a", name: str = "by-month", title: str = "By month") -> SavedQuery:
    return SavedQuery(name=name, title=title, description="What it is about.", text=text)


def test_schemas_are_put_in() -> None:
    """Those of the environment that it is deployed to."""
    schemas = {"silver": "prod.x_silver", "gold": "prod.x_gold", "ops": "prod.x_ops"}
    text = _query("with a as (select * from {gold}.a) select * from a join {ops}.b using (c)").over(schemas)
    assert text == "with a as (select * from prod.x_gold.a) select * from a join prod.x_ops.b using (c)"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"text": "delete from {gold}.a"}, "begins with neither select nor with"),
        ({"text": "select 1 from {bronze}.a"}, r"names \['bronze'\]; in braces stand silver, gold, ops"),
        ({"name": "By month"}, "use lower-case letters"),
        ({"title": " "}, "it needs a title and a description"),
    ],
)
def test_what_it_cannot_be_is_told(wrong: dict[str, str], said: str) -> None:
    """When it is declared."""
    with pytest.raises(ValueError, match=said):
        _query(**wrong)
