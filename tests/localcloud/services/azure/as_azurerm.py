"""Resources of a synthesized stack as azurerm and azapi ask Azure Resource Manager for them, in their order.

Only what Azure, or the local one, judges is carried over: names, places, parents, references, and the properties that
are checked. By the providers' documentation of each type.
"""

import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from localcloud.services.azure.roles import BUILT_IN
from tests.localcloud.declared_types import AZURE
from tests.localcloud.services.azure.client import SUBSCRIPTION, Azure

Args = dict[str, Any]
_REFERENCE = re.compile(r"\$\{(?:data\.)?(\w+\.[\w-]+)\.([\w.\[\]]+)\}")
_ROLES = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions"
# Attributes of the providers, by where Azure shows them.
_SHOWN = {
    "client_id": ("properties", "clientId"),
    "principal_id": ("properties", "principalId"),
    "identity[0].principal_id": ("identity", "principalId"),
    "oidc_issuer_url": ("properties", "oidcIssuerProfile", "issuerURL"),
    "versionless_id": ("kid",),
    "resource_versionless_id": ("id",),
}


class Asked:
    """What a provider has made so far, by its address without `data`."""

    def __init__(self, azure: Azure) -> None:
        self.azure = azure
        self.made: dict[str, Any] = {}
        self._roles = dict(BUILT_IN)

    def apply(self, document: Mapping[str, Any]) -> list[str]:
        """Make the stack's resources, read its data sources; the addresses in their order."""
        for type_, named in document.get("data", {}).items():
            for name, arguments in named.items():
                self.made[f"{type_}.{name}"] = self.azure.get(_place(AZURE[type_], arguments))
        asked = list(_ordered(document["resource"]))
        for address, arguments in asked:
            self.made[address] = self._make(address.partition(".")[0], self._resolved(arguments))
        return [address for address, _ in asked]

    def _make(self, type_: str, given: Args) -> Any:
        if type_ == "azurerm_key_vault_key":
            host = f"{given['key_vault_id'].rpartition('/')[2]}.vault.azure.net"
            key = {"kty": given["key_type"], "key_size": given["key_size"], "key_ops": given["key_opts"]}
            made = self.azure.vault("POST", host, f"/keys/{given['name']}/create", key)
            assert made.is_success, made.text
            # Without its version.
            kid = made.json()["key"]["kid"].rpartition("/")[0]
            return {"kid": kid, "id": f"{given['key_vault_id']}/keys/{given['name']}"}
        if type_ == "azapi_update_resource":
            answer = self.azure.ask("PATCH", _versioned(given["resource_id"], given), given["body"])
            assert answer.is_success, answer.text
            return answer.json()
        if type_ == "azurerm_role_assignment":
            given["role"] = self._roles[given["role_definition_name"]]
        path, body = _PATHS.get(type_, _in_group)(type_, given), _BODIES.get(type_, _located)(given)
        if type_ == "azurerm_role_definition":
            self._roles[given["name"]] = path.rpartition("/")[2]
        return self.azure.put(path, body)

    def _resolved(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._resolved(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self._resolved(each) for each in value]
        return _REFERENCE.sub(self._attribute, value) if isinstance(value, str) else value

    def _attribute(self, found: re.Match[str]) -> str:
        shown = self.made[found[1]]
        for part in _SHOWN.get(found[2], (found[2],)):
            shown = shown[part]
        return str(shown)


def _ordered(resources: Mapping[str, Mapping[str, Args]]) -> Iterator[tuple[str, Args]]:
    """Every resource after those that it refers to or depends on."""
    left = {f"{type_}.{name}": given for type_, named in resources.items() for name, given in named.items()}
    while left:
        ready = [address for address, given in left.items() if not _needs(given) & (set(left) - {address})]
        assert ready, f"{sorted(left)} wait for each other"
        for address in ready:
            yield address, left.pop(address)


def _needs(given: Args) -> set[str]:
    return {found[1] for found in _REFERENCE.finditer(str(given))} | set(given.get("depends_on", ()))


def _place(type_: str, given: Args) -> str:
    return f"{SUBSCRIPTION}/resourceGroups/{given['resource_group_name']}/providers/{type_}/{given['name']}"


def _in_group(type_: str, given: Args) -> str:
    return _place(AZURE[type_], given)


def _below(parent: str, kind: str) -> Callable[[str, Args], str]:
    return lambda _, given: f"{given[parent]}/{kind}/{given['name']}"


def _named_by_a_uuid(kind: str) -> Callable[[str, Args], str]:
    def path(_: str, given: Args) -> str:
        name = uuid.uuid5(uuid.NAMESPACE_URL, str(sorted(given.items(), key=str)))
        return f"{given['scope']}/providers/Microsoft.Authorization/{kind}/{name}"

    return path


def _versioned(path: str, given: Args) -> str:
    return f"{path}?api-version={given['type'].partition('@')[2]}"


def _azapi(_: str, given: Args) -> str:
    kind = given["type"].partition("@")[0].rpartition("/")[2]
    return _versioned(f"{given['parent_id']}/{kind}/{given['name']}", given)


_PATHS: Mapping[str, Callable[[str, Args], str]] = {
    "azapi_resource": _azapi,
    "azurerm_federated_identity_credential": _below("parent_id", "federatedIdentityCredentials"),
    "azurerm_kubernetes_cluster_node_pool": _below("kubernetes_cluster_id", "agentPools"),
    "azurerm_monitor_diagnostic_setting": _below(
        "target_resource_id", "providers/Microsoft.Insights/diagnosticSettings"
    ),
    "azurerm_role_assignment": _named_by_a_uuid("roleAssignments"),
    "azurerm_role_definition": _named_by_a_uuid("roleDefinitions"),
    "azurerm_storage_container": _below("storage_account_id", "blobServices/default/containers"),
}


def _identity(given: Args) -> Args:
    """The field `identity`; none without one."""
    said = given.get("identity") or {}
    said = said[0] if isinstance(said, list) else said
    own = {"userAssignedIdentities": {each: {} for each in said["identity_ids"]}} if "identity_ids" in said else {}
    return {"identity": {"type": said["type"], **own}} if said else {}


def _located(given: Args, **properties: Any) -> Args:
    sku = {"sku": {"name": given["sku"]}} if "sku" in given else {}
    return {"location": given["location"], **_identity(given), **sku, "properties": properties}


def _cluster(given: Args) -> Args:
    signs_in, network = given["azure_active_directory_role_based_access_control"], given["network_profile"]
    return _located(
        given,
        kubernetesVersion=given["kubernetes_version"],
        dnsPrefix=given["dns_prefix"],
        disableLocalAccounts=given["local_account_disabled"],
        aadProfile={"managed": True, "enableAzureRBAC": signs_in["azure_rbac_enabled"]},
        oidcIssuerProfile={"enabled": given["oidc_issuer_enabled"]},
        securityProfile={"workloadIdentity": {"enabled": given["workload_identity_enabled"]}},
        apiServerAccessProfile={"enablePrivateCluster": given["private_cluster_enabled"]},
        diskEncryptionSetID=given["disk_encryption_set_id"],
        networkProfile={"networkPolicy": network["network_policy"], "outboundType": network["outbound_type"]},
        agentPoolProfiles=[{"name": given["default_node_pool"]["name"], "mode": "System"}],
    )


def _endpoint(given: Args) -> Args:
    joined = given["private_service_connection"]
    leads = {"privateLinkServiceId": joined["private_connection_resource_id"], "groupIds": joined["subresource_names"]}
    return _located(
        given,
        subnet={"id": given["subnet_id"]},
        customNetworkInterfaceName=given["custom_network_interface_name"],
        privateLinkServiceConnections=[{"name": joined["name"], "properties": leads}],
    )


_BODIES: Mapping[str, Callable[[Args], Args]] = {
    "azapi_resource": lambda given: {
        "location": given["location"],
        **_identity({"identity": given["identity"]}),
        **given["body"],
    },
    "azurerm_application_insights": lambda given: {**_located(given), "kind": given["application_type"]},
    "azurerm_disk_encryption_set": lambda given: _located(given, activeKey={"keyUrl": given["key_vault_key_id"]}),
    "azurerm_federated_identity_credential": lambda given: {
        "properties": {"issuer": given["issuer"], "subject": given["subject"], "audiences": given["audience"]}
    },
    "azurerm_kubernetes_cluster": _cluster,
    "azurerm_kubernetes_cluster_node_pool": lambda given: {
        "properties": {"mode": given["mode"], "minCount": given["min_count"], "maxCount": given["max_count"]}
    },
    "azurerm_machine_learning_workspace": lambda given: _located(
        given,
        applicationInsights=given["application_insights_id"],
        containerRegistry=given["container_registry_id"],
        keyVault=given["key_vault_id"],
        storageAccount=given["storage_account_id"],
    ),
    "azurerm_monitor_diagnostic_setting": lambda given: {
        "properties": {"workspaceId": given["log_analytics_workspace_id"], "logs": given["enabled_log"]}
    },
    "azurerm_private_endpoint": _endpoint,
    "azurerm_role_assignment": lambda given: {
        "properties": {"roleDefinitionId": f"{_ROLES}/{given['role']}", "principalId": given["principal_id"]}
    },
    "azurerm_role_definition": lambda given: {
        "properties": {"roleName": given["name"], "assignableScopes": given["assignable_scopes"]}
    },
    "azurerm_storage_container": lambda _: {"properties": {"publicAccess": "None"}},
}
