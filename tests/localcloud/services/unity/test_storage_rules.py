"""Storage credentials and external locations that cannot be."""

from typing import Any

import pytest

from tests.localcloud.core import Core

CONNECTOR = {"access_connector_id": "/subscriptions/s/accessConnectors/lake"}
CREDENTIAL: dict[str, Any] = {"name": "lake", "azure_managed_identity": CONNECTOR}
LOCATION = {"name": "gold", "credential_name": "lake", "url": "abfss://gold@lake.dfs.core.windows.net/"}


def _ask(core: Core, method: str, path: str, body: dict[str, Any]) -> Any:
    return core.call(method, f"{core.url('prod')}/api/2.1/unity-catalog/{path}", json=body)


@pytest.mark.parametrize(
    ("path", "body", "problem"),
    [
        ("storage-credentials", {"azure_managed_identity": None}, "no identity given: give one of"),
        (
            "storage-credentials",
            {"azure_service_principal": {"application_id": "a"}},
            "azure_managed_identity and azure_service_principal given",
        ),
        ("storage-credentials", {"azure_managed_identity": {"x": 1}}, "names neither an access_connector_id nor"),
        ("storage-credentials", {"isolation_mode": "OPEN"}, "use one of ISOLATION_MODE_OPEN, ISOLATION_MODE_ISOLATED"),
        ("storage-credentials", {"colour": "red"}, "colour is not understood"),
        ("external-locations", {"url": "s3://gold"}, "url is 's3://gold': give one that begins with abfss://"),
        ("external-locations", {"url": ""}, "url is missing"),
    ],
)
def test_what_cannot_be_is_refused(core: Core, path: str, body: dict[str, Any], problem: str) -> None:
    """400 that says what was given, and what may be."""
    whole = {"storage-credentials": CREDENTIAL, "external-locations": LOCATION}[path] | body
    answer = _ask(core, "POST", path, whole)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert problem in answer.json()["message"]


def test_a_location_needs_its_credential(core: Core) -> None:
    """404 until the credential is there."""
    refused = _ask(core, "POST", "external-locations", LOCATION)
    assert (refused.status_code, refused.json()["error_code"]) == (404, "STORAGE_CREDENTIAL_DOES_NOT_EXIST")
    _ask(core, "POST", "storage-credentials", CREDENTIAL).raise_for_status()
    _ask(core, "POST", "external-locations", LOCATION).raise_for_status()


def test_a_change_is_held_against_the_same_rules(core: Core) -> None:
    """The identity's id stays over a change, and what was read may be sent back."""
    made = _ask(core, "POST", "storage-credentials", CREDENTIAL).json()
    identity = made["azure_managed_identity"]
    assert identity.keys() == {"access_connector_id", "credential_id"}
    changed = {"azure_managed_identity": {"access_connector_id": "/subscriptions/s/accessConnectors/other"}}
    after = _ask(core, "PATCH", "storage-credentials/lake", {**made, **changed, "comment": "the lake's"}).json()
    assert after["azure_managed_identity"]["credential_id"] == identity["credential_id"]
    assert after["comment"] == "the lake's"
    refused = _ask(core, "PATCH", "storage-credentials/lake", {"isolation_mode": "OPEN"})
    assert refused.status_code == 400
