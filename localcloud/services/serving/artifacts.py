"""Served artifacts on disk: the folder that a scoring server loads, and the tables in which it looks up features."""

from dataclasses import dataclass
from pathlib import Path

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import bad_request
from localcloud.services.mlflow import model_files
from localcloud.services.mlflow.model_files import FeatureSpecification, Flavour, MLmodel, ModelFileError
from localcloud.services.serving import feature_specs
from localcloud.services.unity import versions

LOADER_MODULE = "databricks.feature_store.mlflow_model"
SPECIFICATION = Path("data") / "feature_store" / "feature_spec.yaml"


@dataclass(frozen=True, kw_only=True)
class Served:
    """One model version: its `folder` (never changed once registered), and the feature `tables` of its specification.

    A plain model has no tables: it is given what the request holds. A feature specification is no `model` of any
    `version` (''): it is named by its own full name, and has nothing but tables.
    """

    model: str
    version: str
    folder: Path
    tables: tuple[str, ...]

    @property
    def specification(self) -> Path:
        """The file that defines look-ups, if there is one."""
        return self.folder / (SPECIFICATION if self.version else SPECIFICATION.name)


def find(cloud: Cloud, model: str, version: str) -> Served:
    """The registered version, or the feature specification `model` if the version is empty ('').

    Raises `ApiError` 404 for nothing of that name and version, 400 for a version without a model.
    """
    if not version:
        specified = feature_specs.require(cloud.store, model)
        folder, tables = feature_specs.folder(cloud.home, specified), feature_specs.tables(specified)
        return Served(model=model, version=version, folder=folder, tables=tables)
    path = Path(versions.ready(cloud.store, model, int(version))["storage_location"])
    description = path / "MLmodel"
    if not description.is_file():
        raise bad_request(
            f"Version {version} of '{model}' holds no MLflow model: log it with mlflow.<flavour>.log_model."
        )
    try:
        flavours = model_files.read(description, MLmodel).flavors
        packed = flavours.get("python_function", Flavour()).loader_module == LOADER_MODULE
        return Served(model=model, version=version, folder=path, tables=_tables(path / SPECIFICATION) if packed else ())
    except ModelFileError as error:
        raise bad_request(f"Version {version} of '{model}' cannot be served: {error}.") from error


def _tables(specification: Path) -> tuple[str, ...]:
    """The feature tables in a specification; the server validates the rest when it loads the version."""
    if not specification.is_file():
        raise bad_request(f"A model that {LOADER_MODULE} loads needs {SPECIFICATION}.")
    return model_files.read(specification, FeatureSpecification).tables
