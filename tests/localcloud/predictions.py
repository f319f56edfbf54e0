"""A table of predictions in a served cloud, and the schema in which its monitor makes tables."""

from tests.localcloud.core import Core

TABLE = "prod.gold.predictions"


def make_predictions(core: Core) -> None:
    """Make `TABLE` with the column `probability`, and the schema `prod.ops`, as the admin in prod."""
    admin = core.admin()
    admin.catalogs.create("prod")
    for schema in ("gold", "ops"):
        admin.schemas.create(schema, "prod")
    body = {
        "catalog_name": "prod",
        "schema_name": "gold",
        "name": "predictions",
        "table_type": "MANAGED",
        "data_source_format": "DELTA",
        "columns": [{"name": "probability", "type_text": "double", "type_name": "DOUBLE", "position": 0}],
    }
    answer = core.call("POST", f"{core.url('prod')}/api/2.1/unity-catalog/tables", json=body)
    assert answer.status_code == 200, answer.text
