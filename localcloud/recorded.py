"""Requests of the real providers that were refused when they were recorded, and their answers now.

`docs/parity.md` lists them; `tests/localcloud/replay/` replays the recordings and checks every row.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase

_DATABRICKS = "https://docs.databricks.com/api/azure"
_ISOLATED = "https://learn.microsoft.com/azure/databricks/catalogs/binding"


@dataclass(frozen=True, kw_only=True)
class Refused:
    """`route` is a method and a path with `*` for names and ids; `requests` how many of them were recorded.

    `answered` lists today's statuses; after a 409 the provider repeats the request with the etag in the answer.
    """

    route: str
    requests: int
    recorded: int
    answered: tuple[int, ...]
    why: str
    follows: str
    # Whether requests with a body alone are meant, or those without; None: both.
    with_body: bool | None = None

    def is_of(self, route: str) -> bool:
        """Whether a method and a path are meant."""
        return fnmatchcase(route, self.route)


def _made(route: str, requests: int, follows: str) -> Refused:
    return Refused(
        route=route,
        requests=requests,
        recorded=501,
        answered=(200,),
        why="had no route",
        follows=f"{_DATABRICKS}/{follows}",
    )


def _unbound(route: str, requests: int, recorded: int = 403) -> Refused:
    return Refused(
        route=route,
        requests=requests,
        recorded=recorded,
        answered=(403,),
        why="the binding of an isolated securable was destroyed first, so this workspace cannot reach it",
        follows=_ISOLATED,
    )


_ACCOUNT = "/api/2.0/accounts/*"
_SETTING = "/api/2.0/settings/types"
_UNITY = "/api/2.1/unity-catalog"

REFUSED = (
    _made("GET /api/2.0/preview/accounts/*/access-control/rule-sets", 14, "account/accountaccesscontrol/getruleset"),
    _made("POST /api/2.1/accounts/*/budgets", 3, "account/budgets/create"),
    _made("POST /api/2.1/accounts/*/budget-policies", 3, "account/budgetpolicy/create"),
    _made(f"POST {_ACCOUNT}/network-policies", 3, "account/networkpolicies/createnetworkpolicyrpc"),
    _made(f"POST {_ACCOUNT}/network-connectivity-configs", 1, "account/networkconnectivity"),
    _made(
        f"POST {_ACCOUNT}/servicePrincipals/*/federationPolicies", 3, "account/serviceprincipalfederationpolicy/create"
    ),
    Refused(
        route=f"POST {_ACCOUNT}/metastores",
        requests=1,
        recorded=501,
        answered=(400,),
        why="the region got its only metastore with its first workspace",
        follows="https://learn.microsoft.com/azure/databricks/data-governance/unity-catalog/create-metastore",
    ),
    _made(f"PUT {_UNITY}/metastores/*/systemschemas/*", 5, "workspace/systemschemas/enable"),
    Refused(
        route="PATCH /api/2.0/workspace-conf",
        requests=3,
        recorded=501,
        answered=(204,),
        why="had no route",
        follows=f"{_DATABRICKS}/workspace/workspaceconf/setstatus",
    ),
    _made(f"PATCH {_SETTING}/disable_legacy_*/names/default", 6, "workspace/settings"),
    *(
        Refused(
            route=f"PATCH {_SETTING}/{name}/names/default",
            requests=3,
            recorded=501,
            answered=(409, 200),
            why="had no route; a change needs the newest etag",
            follows=f"{_DATABRICKS}/workspace/settings",
        )
        for name in ("default_namespace_ws", "restrict_workspace_admins")
    ),
    _made("POST /api/2.0/repos", 1, "workspace/repos/create"),
    Refused(
        route="POST /api/2.0/secrets/scopes/create",
        requests=3,
        recorded=400,
        answered=(200,),
        why="scopes of a key vault were refused",
        follows=f"{_DATABRICKS}/workspace/secrets/createscope",
    ),
    Refused(
        route="PUT /api/2.0/permissions/authorization/tokens",
        requests=3,
        recorded=400,
        answered=(200,),
        why="CAN_MANAGE of the group `admins` was refused",
        follows="https://learn.microsoft.com/azure/databricks/security/auth/api-access-permissions",
    ),
    _unbound(f"PATCH {_UNITY}/permissions/schema/staging.*", 1),
    _unbound(f"GET {_UNITY}/permissions/*/staging*", 10),
    _unbound("DELETE /api/2.0/fs/files/Volumes/staging/*", 1),
    _unbound(f"DELETE {_UNITY}/external-locations/staging-lake-*", 1, recorded=200),
)

_VAULTS = "https://learn.microsoft.com/rest/api/keyvault/keys/create-key/create-key"

# The stub in front of which azurerm was recorded had gaps: other statuses than these were its own.
REFUSED_BY_AZURE = (
    Refused(
        route="POST /keys/*/create",
        requests=4,
        recorded=404,
        answered=(401,),
        why="without a body, the client asks which authority issues tokens",
        follows="https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses",
        with_body=False,
    ),
    Refused(
        route="POST /keys/*/create",
        requests=4,
        recorded=404,
        answered=(200,),
        why="the stub had no keys",
        follows=_VAULTS,
        with_body=True,
    ),
    Refused(
        route="GET */providers/Microsoft.Network/networkInterfaces/*",
        requests=2,
        recorded=404,
        answered=(200,),
        why="the stub created no network interfaces for private endpoints",
        follows="https://learn.microsoft.com/azure/private-link/private-endpoint-overview",
    ),
    Refused(
        route="GET */resourceGroups/mlops-hub/providers/Microsoft.Authorization/roleDefinitions/*",
        requests=1,
        recorded=200,
        answered=(404,),
        why="the stub knew every role; this one does not exist yet",
        follows="https://learn.microsoft.com/rest/api/authorization/role-definitions/get",
    ),
)

_LATER = "its folder was created later: requests ran in parallel, and the stub had no folders"

REFUSED_BY_PLATFORM = (
    Refused(
        route="POST /api/2.0/mlflow/experiments/create",
        requests=1,
        recorded=200,
        answered=(404,),
        why=_LATER,
        follows=f"{_DATABRICKS}/workspace/experiments/createexperiment",
    ),
    Refused(
        route="GET /api/2.0/mlflow/experiments/get",
        requests=3,
        recorded=200,
        answered=(404,),
        why=_LATER,
        follows=f"{_DATABRICKS}/workspace/experiments/getexperiment",
    ),
    Refused(
        route="POST /api/2.1/clusters/edit",
        requests=1,
        recorded=200,
        answered=(400,),
        why="its policy, edited before, requires another runtime; the stub had no policies",
        follows="https://learn.microsoft.com/azure/databricks/admin/clusters/policy-definition",
    ),
    Refused(
        route="GET /api/2.1/unity-catalog/current-metastore-assignment",
        requests=8,
        recorded=200,
        answered=(404,),
        why="the workspace's metastore had been removed; the stub kept it",
        follows=f"{_DATABRICKS}/workspace/metastores/current",
    ),
    Refused(
        route="PUT /secrets/*",
        requests=1,
        recorded=200,
        answered=(401,),
        why="without a body, the client asks which authority issues tokens",
        follows="https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses",
        with_body=False,
    ),
)


def section() -> list[str]:
    """Their table in Markdown, line by line."""
    return [
        *_table("Requests that were refused when the real databricks provider was recorded", REFUSED),
        *_table("Requests that the stub answered differently when the real azurerm was recorded", REFUSED_BY_AZURE),
        *_table("Requests that the stub answered differently when a small platform was recorded", REFUSED_BY_PLATFORM),
    ]


def _table(title: str, listed: tuple[Refused, ...]) -> list[str]:
    head = ["", f"## {title}", "", "| requests | route | then | now | why | follows |", "|---|---|---|---|---|---|"]
    return [*head, *(_line(each) for each in listed)]


def _line(each: Refused) -> str:
    now = ", then ".join(str(status) for status in each.answered)
    return f"| {each.requests} | `{each.route}` | {each.recorded} | {now} | {each.why} | {each.follows} |"
