"""The one thing in which the runtime's build of MLflow differs for a task: it registers models packed for look-up.

MLflow's own build refuses them in Unity Catalog ("can only be registered on a Databricks cluster"). A task here stands
for one on a cluster, so the template that tasks are forked from replaces that refusal, as the runtime does.
"""

from importlib import import_module
from pathlib import Path
from typing import Any

import yaml

_MODULE = "mlflow.store._unity_catalog.registry.rest_store"
_SPECIFICATION = Path("data") / "feature_store" / "feature_spec.yaml"


def install() -> None:
    """Replace the refusal in this process, and so in its children."""
    store: Any = import_module(_MODULE)
    store.get_feature_dependencies = feature_dependencies


def feature_dependencies(model_dir: str) -> str:
    """The features that the model in `model_dir` looks up, `table.feature` each, comma-separated; empty for none."""
    path = Path(model_dir) / _SPECIFICATION
    if not path.is_file():
        return ""
    columns = yaml.safe_load(path.read_text(encoding="utf-8"))["input_columns"]
    described = [next(iter(column.values())) for column in columns]
    looked_up = [fields for fields in described if fields["source"] == "feature_store"]
    return ",".join(f"{fields['table_name']}.{fields['feature_name']}" for fields in looked_up)
