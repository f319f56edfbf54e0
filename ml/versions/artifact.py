"""The artifact of a version: a model packed with the specification of its feature look-ups on Databricks.

    MLmodel                                    takes keys, and features that a request supplies
    data/feature_store/feature_spec.yaml       the table and the key of each looked-up feature
    data/feature_store/raw_model/              a complete MLflow model that takes the features

Serving loads the outer model. Jobs read the features themselves, so they load `raw_model`, through `load` or
`raw_model`; MLflow cannot load the outer model without Databricks' feature look-up.
"""

from pathlib import Path

import mlflow
import yaml
from mlflow.models import Model
from mlflow.pyfunc import PyFuncModel

from ml.versions import pyfunc_model, reason_codes, scorer

# Databricks' names, by which serving finds the files.
LOADER_MODULE = "databricks.feature_store.mlflow_model"
DATA_FOLDER = "feature_store"
SPEC_FILE = "feature_spec.yaml"
RAW_MODEL_FOLDER = "raw_model"
# The client that serving installs for feature look-ups.
LOOK_UP_REQUIREMENT = "databricks-feature-lookup==1.*"


class NoRawModelError(ValueError):
    """An artifact with feature look-up that lacks the specification or the raw model."""


def fetch(model_uri: str, into: Path) -> Path:
    """Copy the artifact of a version under `into`, with the permissions of this task; returns its folder."""
    return Path(mlflow.artifacts.download_artifacts(model_uri, dst_path=str(into)))


def look_up_folder(artifact: Path) -> Path | None:
    """The folder of the specification and the raw model; None for a plain model. Raises NoRawModelError."""
    flavour = Model.load(str(artifact)).flavors.get(mlflow.pyfunc.FLAVOR_NAME, {})
    if flavour.get(mlflow.pyfunc.MAIN) != LOADER_MODULE:
        return None
    folder = artifact / "data" / DATA_FOLDER
    absent = [name for name in (SPEC_FILE, f"{RAW_MODEL_FOLDER}/MLmodel") if not (folder / name).is_file()]
    if absent:
        raise NoRawModelError(f"the artifact is packed for feature look-up but lacks {', '.join(absent)}: train again")
    return folder


def looked_up_table(folder: Path) -> str:
    """Full name of the feature table that the specification in a `look_up_folder` names."""
    specification = yaml.safe_load((folder / SPEC_FILE).read_text())
    return str(next(iter(specification["input_tables"][0])))


def raw_model(artifact: Path) -> Path:
    """The folder of the model that takes features: within the artifact, or the plain model itself."""
    folder = look_up_folder(artifact)
    return artifact if folder is None else folder / RAW_MODEL_FOLDER


def raw_contents(fitted: Path) -> dict[str, str]:
    """The files that MLflow copies into a raw model, by the names in `pyfunc_model.py`: fitted parameters, and code."""
    return {
        pyfunc_model.FITTED: str(fitted),
        pyfunc_model.SCORER: str(scorer.__file__),
        pyfunc_model.REASONS: str(reason_codes.__file__),
    }


def packed(artifact: Path) -> Path:
    """The folder of the fitted parameters, as `scorer.Scorer` reads it."""
    raw = raw_model(artifact)
    saved = Model.load(str(raw)).flavors[mlflow.pyfunc.FLAVOR_NAME]["artifacts"][pyfunc_model.FITTED]["path"]
    return raw / str(saved)


def log_again(fetched: Path, name: str) -> tuple[str, str]:
    """Log the packed model in the folder `fetched` to the active run, as `name`. Returns its URI and MLflow's id.

    Signature, requirements and provenance stay the same. Raises NoRawModelError for a model that is not packed.
    """
    folder = look_up_folder(fetched)
    if folder is None:
        raise NoRawModelError("the version has no feature specification: train again, then roll back a part")
    saved = Model.load(str(fetched))
    info = mlflow.pyfunc.log_model(
        name=name,
        loader_module=LOADER_MODULE,
        data_path=str(folder),
        signature=saved.signature,
        pip_requirements=[each for each in (fetched / "requirements.txt").read_text().splitlines() if each],
        metadata=saved.metadata,
    )
    return info.model_uri, info.model_id


def load(artifact: Path) -> PyFuncModel:
    """The model that takes features. The infrastructure gate checks whether its pinned packages are installed."""
    model: PyFuncModel = mlflow.pyfunc.load_model(str(raw_model(artifact)), suppress_warnings=True)
    return model
