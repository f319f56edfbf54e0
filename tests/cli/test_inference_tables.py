"""Which recorded requests name a person, by the SQL that deletes them."""

import json
from typing import TYPE_CHECKING

import pytest

from cli.inference_tables import names_person
from localcloud.services.sql.reading import parse
from ml.declarations import Column
from ml.people import Request

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_KEY = Column(name="client_id", type="int", comment="Whose request it is.")
_THEIRS = {
    "records": {"dataframe_records": [{"client_id": 7, "age": 1}, {"client_id": 181}]},
    "records, as a double": {"dataframe_records": [{"client_id": 181.0}]},
    "split": {"dataframe_split": {"columns": ["age", "client_id"], "data": [[7, 1], [7, 181]]}},
    "instances": {"instances": [{"client_id": 181}]},
    "inputs": {"inputs": {"client_id": [1, 181], "age": [2, 3]}},
    "text": {"dataframe_records": [{"client_id": " 0181 "}]},
}
_OTHERS = {
    "another value": {"dataframe_records": [{"client_id": 7, "age": 181}]},
    "another column": {"dataframe_split": {"columns": ["age", "client_id"], "data": [[181, 7]]}},
    "no key": {"dataframe_split": {"columns": ["age"], "data": [[181]]}},
    "a longer one": {"dataframe_records": [{"client_id": 1810}]},
    "no records": {"dataframe_records": 181},
}
_CSV = {"csv": "client_id,age\n181,30\n"}


def test_requests_of_every_form_are_found_and_no_others(spark: "SparkSession") -> None:
    """By the value of the key, however it is written; one that cannot be read names nobody."""
    bodies = {name: json.dumps(body) for name, body in (_THEIRS | _OTHERS).items()}
    bodies |= _CSV | {"csv of another": "client_id,age\n7,30\n", "not recorded": None, "no JSON": "{"}
    rows = spark.createDataFrame(list(bodies.items()), "name string, request string")
    found = rows.where(names_person(Request.of("181", _KEY), _KEY)).select("name").collect()
    assert {row["name"] for row in found} == _THEIRS.keys() | _CSV.keys()


@pytest.mark.parametrize("kind", ["int", "string"])
def test_the_statement_holds_no_key_and_changes_one_table(kind: str) -> None:
    """A salt and a hash stand for it."""
    column = Column(name="client_id", type=kind, comment="Whose.")  # type: ignore[arg-type]
    where = names_person(Request.of("29001", column), column)
    assert "29001" not in where
    statement = parse(f"delete from prod.credit_inference.credit_default_risk_payload where {where}")
    assert [(each.name, str(each.use)) for each in statement.references] == [
        ("prod.credit_inference.credit_default_risk_payload", "change")
    ]
