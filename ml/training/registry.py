"""MLflow: the run of a training, its model, and the registered version."""

import json
import tempfile
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import mlflow
import pandas as pd
import yaml
from mlflow.entities import Run
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID

from ml.declarations import Model, TrainingCause
from ml.examples.dataset import Pinned
from ml.training.feature_spec import Source, feature_spec
from ml.training.learn import Learned
from ml.versions import artifact, contract, listing, pyfunc_model, scorer
from ml.versions.lineage import CAUSE, Lineage

MODEL = "model"


class ModelNotDeployedError(RuntimeError):
    """The registered model does not exist. Terraform owns it, so training does not create it."""


@dataclass(frozen=True, kw_only=True)
class Registered:
    """A model version and the run that made it."""

    version: int
    run_id: str


def require_model(client: mlflow.MlflowClient, name: str) -> None:
    """Raise ModelNotDeployedError if `name` is not a registered model."""
    try:
        client.get_registered_model(name)
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
        raise ModelNotDeployedError(f"registered model {name!r} does not exist: deploy the <env>-ml stack") from error


def trained_already(
    client: mlflow.MlflowClient, experiment: str, name: str, fingerprint: str
) -> tuple[Registered | None, list[Run]]:
    """The newest version with `fingerprint`, if any, and the runs of that fingerprint that never finished.

    These include the runs below them, of the fits that were under way.
    """
    found = client.get_experiment_by_name(experiment)
    if found is None:
        return None, []
    runs = client.search_runs([found.experiment_id], f"tags.fingerprint = '{fingerprint}'")
    finished = {run.info.run_id for run in runs if run.info.status == "FINISHED"}
    versions = [
        Registered(version=int(version.version), run_id=version.run_id)
        for version in listing.versions(client, name)
        if version.run_id and version.run_id in finished and version.status == listing.READY
    ]
    newest = max(versions, key=lambda version: version.version, default=None)
    unfinished = [run for run in runs if run.info.status == "RUNNING"]
    return newest, [*unfinished, *(below for run in unfinished for below in _unfinished_below(client, run))]


def _unfinished_below(client: mlflow.MlflowClient, run: Run) -> list[Run]:
    below = f"tags.`{MLFLOW_PARENT_RUN_ID}` = '{run.info.run_id}' and attributes.status = 'RUNNING'"
    return list(client.search_runs([run.info.experiment_id], below))


def log_lineage(lineage: Lineage) -> None:
    """Set the active run's tags: its lineage and its cause."""
    mlflow.set_tags({**lineage.as_tags(), "mlflow.source.git.commit": lineage.git_commit})


def log_search(learned: Learned) -> None:
    """Log the chosen learner, the number of trials and the calibration. The fit's own log has its parameters."""
    mlflow.log_params({**learned.calibration.as_params, "learner": learned.chosen, "trials": learned.trials})


def pack(learned: Learned, model: Model, directory: Path) -> None:
    """Write the fitted model and its description into `directory`, for `scorer.Scorer`."""
    learned.fitted.save(directory)
    description = contract.describe(
        model,
        categories=learned.fitted.categories,
        readers=learned.fitted.readers,
        calibration=learned.calibration.description,
    )
    (directory / scorer.DESCRIPTION_FILE).write_text(json.dumps(description, indent=1))


def log_model(
    directory: Path, model: Model, pinned: Pinned, example: pd.DataFrame, source: Source, *, package_index: str = ""
) -> tuple[str, str]:
    """Log the model, packed with its feature look-up, to the active run. Returns its URI and MLflow's id.

    The requirements of the packed model, from which serving builds its image, name `package_index`. Those of the raw
    model inside do not, because jobs bring its libraries.
    """
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as temporary:
        warnings.filterwarnings("ignore", message=".*type hints.*")
        data = Path(temporary) / artifact.DATA_FOLDER
        data.mkdir()
        save_raw_model(directory, model, example, data / artifact.RAW_MODEL_FOLDER)
        specification = yaml.safe_dump(dict(feature_spec(model, source)), sort_keys=False)
        (data / artifact.SPEC_FILE).write_text(specification)
        info = mlflow.pyfunc.log_model(
            name=MODEL,
            loader_module=artifact.LOADER_MODULE,
            data_path=str(data),
            signature=contract.serving_signature(model),
            pip_requirements=contract.serving_requirements(model.algorithms, package_index, model.problem.packages),
            metadata=dict(contract.provenance(model, pinned)),
        )
    return info.model_uri, info.model_id


def save_raw_model(directory: Path, model: Model, example: pd.DataFrame, into: Path) -> None:
    """The model that takes features, with its own code, as an MLflow model in the folder `into`."""
    with tempfile.TemporaryDirectory() as temporary:
        code = Path(temporary) / "pyfunc_model.py"
        code.write_text(Path(pyfunc_model.__file__).read_text())
        mlflow.pyfunc.save_model(
            path=str(into),
            python_model=str(code),
            artifacts=artifact.raw_contents(directory),
            signature=contract.signature(model),
            input_example=example,
            pip_requirements=contract.requirements(model.algorithms, model.problem.packages),
        )


def register(
    client: mlflow.MlflowClient,
    name: str,
    *,
    model_uri: str,
    model_id: str,
    run_id: str,
    description: str,
    tags: Mapping[str, str],
) -> ModelVersion:
    """Create the version with all its evidence in one request, so that no version is ever visible without it.

    In Unity Catalog only the runtime's build of MLflow registers a model that is packed for feature look-up.
    """
    return client.create_model_version(
        name, source=model_uri, run_id=run_id, tags=dict(tags), description=description, model_id=model_id
    )


def version_tags(model: Model, lineage: Lineage, learned: Learned, cause: TrainingCause) -> dict[str, str]:
    """Lineage, cause, ownership, licence and personal data: the tags that the compliance gate checks.

    `search_cut` is only set if a time limit ended a search, so that retraining could give another model.
    """
    return {
        **lineage.as_tags(),
        CAUSE: str(cause),
        "owner": model.owner,
        "licence": model.licence,
        "contains_personal_data": str(model.contains_personal_data).lower(),
        "requirements": " ".join(contract.requirements(model.algorithms, model.problem.packages)),
        **({"search_cut": learned.cut} if learned.cut else {}),
    }
