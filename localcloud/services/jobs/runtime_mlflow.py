"""The one relevant difference of the runtime's build of MLflow: it registers models packed with feature look-up.

MLflow's own build refuses them in Unity Catalog ("can only be registered on a Databricks cluster"). A task here stands
for one on a cluster, so the template that tasks are forked from replaces that refusal, as the runtime does.
"""

from importlib import import_module
from pathlib import Path
from typing import Any

from localcloud.services.mlflow import model_files
from localcloud.services.mlflow.model_files import FEATURE_STORE, FeatureSpecification

_MODULE = "mlflow.store._unity_catalog.registry.rest_store"
_SPECIFICATION = Path("data") / "feature_store" / "feature_spec.yaml"


def install() -> None:
    """Remove the refusal in this process and its children."""
    store: Any = import_module(_MODULE)
    store.get_feature_dependencies = feature_dependencies


def feature_dependencies(model_dir: str) -> str:
    """The features that the model in `model_dir` looks up, as comma-separated `table.feature`; empty for none."""
    path = Path(model_dir) / _SPECIFICATION
    if not path.is_file():
        return ""
    columns = model_files.read(path, FeatureSpecification).columns
    looked_up = [column for _, column in columns if column.source == FEATURE_STORE]
    return ",".join(f"{column.table_name}.{column.feature_name}" for column in looked_up)
