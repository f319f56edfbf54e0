"""Our `feature_spec.yaml`, read by Databricks' own feature engineering client, in the oldest and a new version of it.

Neither client fits this project's environment, so each has one of its own: `make feature-clients`.
"""

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from ml.training.feature_spec import Source, feature_spec
from ml.usecases import use_case
from ml.versions import contract

ROOT = Path(__file__).resolve().parents[3]
MODEL = replace(use_case("credit").models[0], defaults={"limit_bal": 0.5})
TABLE = "prod.credit_gold.client_features"
WRITTEN = dict(feature_spec(MODEL, Source(table=TABLE, table_id="t-1", workspace_id=7)))
# What the client makes of the file, and what it writes itself.
_READ = """
import json, sys
from databricks.ml_features_common.entities.feature_spec import FeatureSpec
spec = FeatureSpec.load(sys.argv[1])
spec.save(sys.argv[2])
keys = [one.output_name for one in spec.source_data_column_infos]
looked_up = [[one.output_name, one.table_name, one.feature_name, one.lookup_key, one.timestamp_lookup_key,
              one.default_value_str] for one in spec.feature_column_infos]
given = [one.output_name for one in spec.column_infos if one.include]
print(json.dumps([keys, looked_up, given, spec.workspace_id, spec.serialization_version,
                  [[one.table_name, one.table_id] for one in spec.table_infos]]))
"""
# The signature that it would log the model with.
_SIGNATURE = """
import json, sys
from databricks.ml_features.utils.signature_utils import get_input_schema_from_feature_spec
from databricks.ml_features_common.entities.feature_spec import FeatureSpec
schema = get_input_schema_from_feature_spec(FeatureSpec.load(sys.argv[1]))
print(json.dumps({one.name: one.required for one in schema.inputs}))
"""


def _client(version: str, script: str, *arguments: Path) -> Any:
    """What `script` prints last, run with a version of the client; skips if its environment is not there."""
    environment = ROOT / f".venv-fe-{version}"
    if not (environment / ".installed").exists():
        pytest.skip("no environment with Databricks' feature engineering client: make feature-clients sets it up")
    command = [str(environment / "bin" / "python"), "-c", script, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    """A folder with our specification of the credit model, one feature with a default."""
    folder = tmp_path / "ours"
    folder.mkdir()
    (folder / "feature_spec.yaml").write_text(yaml.safe_dump(WRITTEN, sort_keys=False))
    return folder


@pytest.mark.parametrize("version", ["0.12.1", "0.18.2"])
def test_databricks_client_reads_our_specification(version: str, ours: Path, tmp_path: Path) -> None:
    """It finds key, table, features, default and types, and writes the same file that we wrote."""
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    keys, looked_up, given, workspace_id, serialization, tables = _client(version, _READ, ours, theirs)
    assert keys == ["client_id"]
    assert looked_up == [
        [name, TABLE, name, ["client_id"], ["application_month"], "0.5" if name == "limit_bal" else None]
        for name in MODEL.features
    ]
    assert given == list(MODEL.features)
    assert (workspace_id, serialization, tables) == (7, 9, [[TABLE, "t-1"]])
    assert yaml.safe_load((theirs / "feature_spec.yaml").read_text()) == WRITTEN


def test_databricks_client_would_log_the_model_with_our_signature(ours: Path) -> None:
    """A request must give the key, and may bring each feature. (Later clients need Spark to say so.)"""
    inputs = contract.serving_signature(MODEL).inputs
    assert inputs is not None
    assert _client("0.12.1", _SIGNATURE, ours) == {column.name: column.required for column in inputs.inputs}
