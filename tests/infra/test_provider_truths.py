"""Every document is one that the real provider applies, plans without a change, and destroys to the end."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from itertools import product
from shutil import copytree
from typing import Any

import pytest

from infra.main import WORKSPACES, synth
from tests.infra.conftest import Documents, edit, read_documents
from tests.infra.networks import to_ip_allow_list
from tests.infra.provider_truths import (
    Document,
    before_their_binding,
    before_their_location,
    empty_items,
    unsaid_answers,
    unsorted_blocks,
)

Truth = Callable[[Document], Iterator[str]]
TRUTHS: tuple[Truth, ...] = (
    empty_items,
    unsorted_blocks,
    unsaid_answers,
    before_their_binding,
    before_their_location,
)
_SERVING = "    serving: {inference_table: true}\n"
_PREDICTIONS = "      analysts: {predictions: read}\n"


@pytest.fixture(
    scope="module", params=[*product(("private", "ip-allow-list"), ("both phases", "phase one"))], ids="-".join
)
def every_document(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Documents:
    """The documents of one network profile, with and without a phase two."""
    profile, phases = request.param
    folder = tmp_path_factory.mktemp("truths")
    workspaces = copytree(WORKSPACES, folder / "workspaces")
    if profile == "ip-allow-list":
        to_ip_allow_list(workspaces)
    if phases == "phase one":
        edit(workspaces / "prod.yaml", _SERVING, "")
        edit(workspaces / "prod.yaml", _PREDICTIONS, "")
    synth(folder / "out", workspaces)
    return read_documents(folder / "out")


@pytest.mark.parametrize("truth", TRUTHS, ids=lambda truth: truth.__name__)
def test_every_document_is_true_to_the_provider(truth: Truth, every_document: Documents) -> None:
    """No empty item in a list, nothing in an order that the provider changes, nothing that outlives its binding."""
    databricks = {name: document for name, document in every_document.items() if "databricks" in document["provider"]}
    checked = every_document if truth is empty_items else databricks
    assert {stack: list(truth(document)) for stack, document in checked.items()} == {stack: [] for stack in checked}


def _empty_parameter(document: Any) -> None:
    document["resource"]["databricks_job"]["credit-monitoring"]["task"][0]["python_wheel_task"]["parameters"] += [
        "--a",
        "",
    ]


def _null_address(document: Any) -> None:
    document["resource"]["databricks_job"]["credit-ingest"]["email_notifications"]["on_failure"].append(None)


def _unsorted_tasks(document: Any) -> None:
    document["resource"]["databricks_job"]["credit-promotion"]["task"].reverse()


def _unsorted_dependencies(document: Any) -> None:
    tasks = document["resource"]["databricks_job"]["credit-promotion"]["task"]
    next(task for task in tasks if task["task_key"] == "sign_off")["depends_on"].reverse()


def _grants_without_binding(document: Any) -> None:
    del document["resource"]["databricks_grants"]["catalog-grants"]["depends_on"]


def _schema_without_binding(document: Any) -> None:
    del document["resource"]["databricks_schema"]["credit_gold"]["depends_on"]


def _bound_location(document: Any) -> None:
    document["resource"]["databricks_workspace_binding"]["landing"] = {
        "securable_name": "${databricks_external_location.lake-landing-location.name}",
        "securable_type": "external_location",
        "workspace_id": 1000000000000003,
    }


def _policy_without_account(document: Any) -> None:
    del document["resource"]["databricks_account_network_policy"]["prod-egress"]["account_id"]


def _federation_without_claim(document: Any) -> None:
    policies = document["resource"]["databricks_service_principal_federation_policy"]
    del policies["principal-prod-deployer-federation"]["oidc_policy"]["subject_claim"]


def _volume_without_location(document: Any) -> None:
    del document["resource"]["databricks_volume"]["credit_landing"]["depends_on"]


@pytest.mark.parametrize(
    ("stack", "truth", "break_it", "found"),
    [
        (
            "prod-ml",
            empty_items,
            _empty_parameter,
            "resource.databricks_job.credit-monitoring.task[0].python_wheel_task",
        ),
        ("prod-ml", empty_items, _null_address, "credit-ingest.email_notifications.on_failure[1]"),
        ("prod-ml", unsorted_blocks, _unsorted_tasks, "credit-promotion.task: sign_off, serving, promotion"),
        ("prod-ml", unsorted_blocks, _unsorted_dependencies, "credit-promotion.sign_off.depends_on: infrastructure"),
        ("prod-workspace", before_their_binding, _grants_without_binding, "databricks_grants.catalog-grants"),
        ("prod-workspace", before_their_binding, _schema_without_binding, "databricks_grants.credit_gold-grants"),
        (
            "prod-workspace",
            before_their_binding,
            _bound_location,
            "lake-landing-location, which the workspace then cannot",
        ),
        ("account", unsaid_answers, _policy_without_account, "prod-egress.account_id: left out"),
        ("account", unsaid_answers, _federation_without_claim, "oidc_policy.subject_claim: left out"),
        ("prod-workspace", before_their_location, _volume_without_location, "databricks_volume.credit_landing: stored"),
    ],
)
def test_each_fault_is_found(
    stack: str, truth: Truth, break_it: Callable[[Any], None], found: str, documents: Documents
) -> None:
    """What the stacks once did, put back into a document, is named by its address."""
    document = deepcopy(documents[stack])
    break_it(document)
    assert found in "\n".join(truth(document))
