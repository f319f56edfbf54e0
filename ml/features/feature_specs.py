"""Feature specifications in Unity Catalog, which endpoints without a model serve; through Databricks' REST.

The requests are those of Databricks' feature engineering client (`create_feature_spec` of 0.14), which needs a cluster.
"""

from contextlib import suppress
from urllib.parse import quote

from databricks.sdk.core import ApiClient
from databricks.sdk.errors import NotFound, ResourceAlreadyExists, ResourceConflict

from ml.declarations import FeatureServing
from ml.parameters import Common

_API = "/api/2.0/feature-store/feature-spec/create"
_FUNCTIONS = "/api/2.1/unity-catalog/functions"


def ensure(client: ApiClient, task: Common, declared: FeatureServing) -> str:
    """Create the specification of `declared` if it does not exist. Returns its full name, which encodes its content."""
    name = declared.full_name(task.catalog, task.use_case.name)
    try:
        client.do("GET", f"{_FUNCTIONS}/{quote(name)}")
    except NotFound:
        # Another run may be faster; of one name there is one content.
        with suppress(ResourceConflict, ResourceAlreadyExists):
            client.do("POST", _API, body=request(task, declared))
    return name


def request(task: Common, declared: FeatureServing) -> dict[str, object]:
    """The request body: the newest value of each feature, by the key of its table."""
    table = next(table for table in task.use_case.feature_tables if table.name == declared.table)
    look_up = {
        "table_name": table.table.full_name(task.catalog, task.use_case.name),
        "lookup_keys": [table.key],
        "feature_names": list(declared.features),
    }
    name = declared.full_name(task.catalog, task.use_case.name)
    return {"name": name, "features": [{"feature_lookup": look_up}]}
