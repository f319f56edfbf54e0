"""Registered models and experiments."""

from localcloud.loader.kinds.kind import Attributes, Call, Kind
from localcloud.loader.session import Session

_MODELS = "/api/2.1/unity-catalog/models"
_EXPERIMENTS = "/api/2.0/mlflow/experiments"
_PLACE = ("name", "catalog_name", "schema_name")


def _create_model(call: Call) -> Attributes:
    found = call.session.post(_MODELS, call.body(*_PLACE, "comment"))
    if "owner" in call.arguments:
        call.session.patch(f"{_MODELS}/{found['full_name']}", call.body("owner"))
    return {"id": found["full_name"], "name": found["name"]}


def _update_model(call: Call, state: Attributes) -> Attributes:
    call.session.patch(f"{_MODELS}/{state['id']}", call.body("comment", "owner"))
    return state


def _create_experiment(call: Call) -> Attributes:
    identifier = call.session.post(f"{_EXPERIMENTS}/create", call.body("name"))["experiment_id"]
    return {"id": identifier, "experiment_id": identifier}


def _delete_experiment(session: Session, state: Attributes) -> None:
    session.post(f"{_EXPERIMENTS}/delete", {"experiment_id": state["id"]})


KINDS = {
    "databricks_registered_model": Kind(
        create=_create_model,
        update=_update_model,
        delete=lambda session, state: session.delete(f"{_MODELS}/{state['id']}"),
        replace_on=_PLACE,
    ),
    "databricks_mlflow_experiment": Kind(create=_create_experiment, delete=_delete_experiment),
}
