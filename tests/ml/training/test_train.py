"""Training on real Spark, Delta and MLflow."""

import json
import subprocess
import sys
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest

from ml.training import contract, dataset
from ml.training.lineage import read_lineage
from tests.ml.conftest import COMMIT, MODEL_NAME, World


def test_a_version_carries_its_evidence(world: World, trained: dict[str, object]) -> None:
    """Tables and versions, windows, commit, licence, owner and personal data are tags; a description says the rest."""
    version = world.client.get_model_version(MODEL_NAME, str(trained["model_version"]))
    lineage = read_lineage("the version", version.tags)
    assert lineage.feature_table == "prod.credit_gold.client_features"
    assert lineage.outcome_table == "prod.credit_gold.client_outcomes"
    assert (lineage.feature_table_version, lineage.outcome_table_version) == (1, 1)
    assert (str(lineage.fitted_first_month), str(lineage.fitted_last_month)) == ("2023-01-01", "2023-10-01")
    assert (str(lineage.holdout_first_month), str(lineage.holdout_last_month)) == ("2023-11-01", "2023-12-01")
    assert (lineage.git_commit, lineage.reason, lineage.job_run_id) == (COMMIT, "test", "run-1")
    assert version.tags["owner"] == "ml-engineers"
    assert version.tags["licence"] == "CC BY 4.0"
    assert version.tags["contains_personal_data"] == "true"
    assert "Hold-out 2023-11-01..2023-12-01: 1000 rows" in version.description


def test_the_run_records_parameters_metrics_and_the_tables_as_inputs(world: World, trained: dict[str, object]) -> None:
    """Everything about the run is in MLflow."""
    run = world.client.get_run(str(trained["run_id"]))
    assert run.info.status == "FINISHED"
    assert 0.65 < run.data.metrics["holdout_roc_auc"] < 0.95
    assert run.data.metrics["holdout_rows"] == 1000
    assert {"max_depth", "rounds", "calibration"} <= set(run.data.params)
    inputs = {item.dataset.name: item.dataset.source_type for item in run.inputs.dataset_inputs}
    assert inputs == {
        "prod.credit_gold.client_features@1": "delta_table",
        "prod.credit_gold.client_outcomes@1": "delta_table",
    }
    assert world.client.get_experiment(run.info.experiment_id).name == "/Shared/prod/credit-training"
