"""The shipped invariants hold for the shipped stacks, and each breaks when the stacks do."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from policies.access.build import estate_of
from policies.access.compute import Access
from policies.access.invariants import read_invariants, violations
from policies.access.stacks import stack_of
from policies.errors import RulesError

Documents = dict[str, dict[str, Any]]


def _documents(stacks_dir: Path) -> Documents:
    return {path.parent.name: json.loads(path.read_text()) for path in stacks_dir.glob("stacks/*/cdk.tf.json")}


def _broken(documents: Documents) -> dict[str, list[str]]:
    estate = estate_of([stack_of(name, document) for name, document in documents.items()])
    found: dict[str, list[str]] = {}
    for item in violations(read_invariants(), Access(estate).matrix(), estate.securables):
        found.setdefault(item.invariant, []).append(item.what)
    return found


def _grant(documents: Documents, stack: str, name: str, principal: str, *privileges: str) -> None:
    entry = documents[stack]["resource"]["databricks_grants"][name]
    entry["grant"].append({"principal": principal, "privileges": list(privileges)})


def _permit(documents: Documents, stack: str, name: str, principal: str, level: str) -> None:
    entry = documents[stack]["resource"]["databricks_permissions"][name]
    entry["access_control"].append({"service_principal_name": principal, "permission_level": level})


def _let_dev_write_prod(documents: Documents) -> None:
    documents["prod-workspace"]["resource"]["databricks_workspace_binding"]["catalog-binding-dev"]["binding_type"] = (
        "BINDING_TYPE_READ_WRITE"
    )
    _grant(documents, "prod-workspace", "credit_gold-grants", "dev-credit-source-readers", "MODIFY")


def _let_dev_read_prods_model(documents: Documents) -> None:
    _grant(documents, "prod-workspace", "credit_ops-grants", "dev-credit-training", "USE_SCHEMA")
    _grant(documents, "prod-ml", "credit-model-grants", "dev-credit-training", "EXECUTE")
    _grant(documents, "prod-workspace", "catalog-grants", "dev-credit-training", "USE_CATALOG")


def _let_a_person_change_staging(documents: Documents) -> None:
    _grant(documents, "staging-workspace", "credit_gold-grants", "ml-engineers", "MODIFY")


def _let_analysts_query(documents: Documents) -> None:
    _permit(documents, "prod-serving", "credit-endpoint-permissions", "analysts", "CAN_QUERY")


def _let_training_own_the_model(documents: Documents) -> None:
    model = documents["prod-ml"]["resource"]["databricks_registered_model"]["credit-model"]
    model["owner"] = "${data.databricks_service_principal.principal-prod-credit-training.application_id}"


def _let_training_manage_promotion(documents: Documents) -> None:
    _permit(documents, "prod-ml", "credit-promotion-permissions", "prod-credit-training", "CAN_MANAGE")


def _let_analysts_read_bronze(documents: Documents) -> None:
    _grant(documents, "prod-workspace", "credit_bronze-grants", "analysts", "USE_SCHEMA", "SELECT")


def _let_people_read_secrets(documents: Documents) -> None:
    acl = {"principal": "ml-engineers", "permission": "READ", "scope": "prod"}
    documents["prod-workspace"]["resource"]["databricks_secret_acl"]["x"] = acl


def _role(documents: Documents, stack: str, scope: str, role: str) -> None:
    given = {"scope": scope, "principal_id": "mlops-dev", "role_definition_name": role}
    documents[stack]["resource"]["azurerm_role_assignment"]["x"] = given


def _let_devs_connector_read_prods_lake(documents: Documents) -> None:
    _role(documents, "prod-platform", "${azurerm_storage_account.lake.id}", "Storage Blob Data Reader")


def _let_devs_connector_read_served_features(documents: Documents) -> None:
    lake = "/subscriptions/s/resourceGroups/mlops-prod/providers/Microsoft.Storage/storageAccounts/mlopsprodlake"
    _role(
        documents, "prod-platform", f"{lake}/blobServices/default/containers/served-credit", "Storage Blob Data Reader"
    )


def _let_a_connector_own_a_subscription(documents: Documents) -> None:
    _role(documents, "bootstrap", "/subscriptions/00000000-0000-0000-0000-000000000001", "Owner")


MUTATIONS: dict[str, Callable[[Documents], None]] = {
    "only production and the platform's admins write production": _let_dev_write_prod,
    "other environments do not reach production's models": _let_dev_read_prods_model,
    "no principal changes data that another one recorded": _let_a_person_change_staging,
    "only the serving principal and declared callers query an endpoint": _let_analysts_query,
    "only promotion moves an alias": _let_training_own_the_model,
    "training cannot promote": _let_training_manage_promotion,
    "analysts read gold and nothing else": _let_analysts_read_bronze,
    "secrets are read by jobs": _let_people_read_secrets,
    "only production's connector reaches production's lake past Unity Catalog": _let_devs_connector_read_prods_lake,
    "production's lake is reached past Unity Catalog in containers of served features alone": (
        _let_devs_connector_read_served_features
    ),
    "only pipelines hold wide roles on a subscription": _let_a_connector_own_a_subscription,
}


def test_the_shipped_stacks_keep_every_invariant(stacks_dir: Path) -> None:
    """Phase two included."""
    assert _broken(_documents(stacks_dir)) == {}


def test_every_invariant_has_a_mutation() -> None:
    """A new one comes with the change that it catches."""
    assert sorted(item.name for item in read_invariants()) == sorted(MUTATIONS)


@pytest.mark.parametrize("name", sorted(MUTATIONS))
def test_breaking_the_stacks_breaks_the_invariant(stacks_dir: Path, name: str) -> None:
    """The one change that it is there for is caught by it."""
    documents = _documents(stacks_dir)
    MUTATIONS[name](documents)
    assert name in _broken(documents)


def test_an_invariant_about_nothing_is_a_violation(stacks_dir: Path) -> None:
    """Where prod's endpoint goes, the invariant on endpoints says that it protects nothing."""
    documents = _documents(stacks_dir)
    del documents["prod-serving"]
    (told,) = _broken(documents)["only the serving principal and declared callers query an endpoint"]
    assert told == "no securable in the stacks fits it: it protects nothing"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"never": ["a"]}, "give exactly one of `nobody_but` and `never`"),
        ({"nobody_but": None}, r"invariants.1 \(i\).nobody_but is None; it should be a list"),
        ({"privileges": []}, r"privileges is \[\]; name at least one, if need be '\*'"),
        ({"securables": {"kinds": ["schema"]}}, r"securables.names is missing; invariants.1 \(i\).securables needs it"),
        ({"securable": {}}, "has securable; allowed are name, securables"),
    ],
)
def test_a_wrong_invariant_is_refused(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    """A mistyped invariant is an error, not one that always holds."""
    whole = {"name": "i", "securables": {"kinds": ["schema"], "names": ["*"]}, "privileges": ["*"], "nobody_but": []}
    (tmp_path / "i.yaml").write_text(yaml.safe_dump({"invariants": [whole | change]}))
    with pytest.raises(RulesError, match=message):
        read_invariants(tmp_path / "i.yaml")


def test_every_mistake_of_a_file_of_invariants_is_named(tmp_path: Path) -> None:
    """Together, one a line, each with the place and the name of its invariant."""
    path = tmp_path / "i.yaml"
    first = {"name": "i", "securables": {"kinds": "schema", "names": [1]}, "privileges": ["*"], "never": ["a"]}
    second = {"name": "j", "securables": ["schema"], "privileges": [], "nobody_but": []}
    third = {"name": "k", "securables": {"kinds": ["schema"], "names": ["*"]}, "privileges": ["*"], "never": []}
    path.write_text(yaml.safe_dump({"invariants": [first, second, third]}))
    with pytest.raises(RulesError) as error:
        read_invariants(path)
    assert str(error.value).splitlines() == [
        f"{path}: invariants.1 (i).securables.kinds is 'schema'; it should be a list",
        f"{path}: invariants.1 (i).securables.names.1 is 1; it should be a valid string",
        f"{path}: invariants.2 (j).securables is ['schema']; it should be a mapping of kinds, names",
        f"{path}: invariants.2 (j).privileges is []; name at least one, if need be '*'",
        f"{path}: invariants.3 (k) has never; give exactly one of `nobody_but` and `never`, the latter not empty",
    ]


def test_a_file_without_invariants_is_refused(tmp_path: Path) -> None:
    """Without invariants nothing would be enforced."""
    (tmp_path / "i.yaml").write_text("invariants: []\n")
    with pytest.raises(RulesError, match="or nothing would be enforced"):
        read_invariants(tmp_path / "i.yaml")
