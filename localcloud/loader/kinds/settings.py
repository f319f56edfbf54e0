"""Settings and configuration of a workspace, and Git folders."""

from typing import Any

from localcloud.loader.errors import NotFoundError
from localcloud.loader.kinds.kind import Attributes, Call, Kind
from localcloud.loader.session import Session

_CONFIGURATION = "/api/2.0/workspace-conf"
_REPOS = "/api/2.0/repos"
# The keys that the provider clears when a configuration is destroyed: it keeps all others.
_SWITCHES = ("enable", "enforce")
# By the Terraform type: the setting's name in REST, the block with its value, and the value's name in that block.
_SETTINGS = {
    "databricks_default_namespace_setting": ("default_namespace_ws", "namespace", "value"),
    "databricks_disable_legacy_access_setting": ("disable_legacy_access", "disable_legacy_access", "value"),
    "databricks_disable_legacy_dbfs_setting": ("disable_legacy_dbfs", "disable_legacy_dbfs", "value"),
    "databricks_restrict_workspace_admins_setting": (
        "restrict_workspace_admins",
        "restrict_workspace_admins",
        "status",
    ),
}


def _setting(name: str, block: str, part: str) -> Kind:
    path = f"/api/2.0/settings/types/{name}/names/default"

    def put(call: Call) -> Attributes:
        setting = {block: call.arguments[block], "etag": _etag(call.session, path)}
        call.session.patch(path, {"allow_missing": True, "field_mask": f"{block}.{part}", "setting": setting})
        return {"id": "global"}

    def revert(session: Session, _: Attributes) -> None:
        session.delete(path, etag=_etag(session, path))

    return Kind(create=put, update=lambda call, _: put(call), delete=revert, identity=())


def _etag(session: Session, path: str) -> str:
    """The newest etag; an unset setting returns it with its 404."""
    try:
        return str(session.get(path)["etag"])
    except NotFoundError as error:
        return error.etag


def _configure(call: Call) -> Attributes:
    call.session.patch(_CONFIGURATION, call.arguments["custom_config"])
    return {"id": "_"}


def _unconfigure(session: Session, state: Attributes) -> None:
    config: dict[str, Any] = state["custom_config"]
    session.patch(_CONFIGURATION, {key: "false" for key in config if key.startswith(_SWITCHES)})


def _clone(call: Call) -> Attributes:
    """Like the provider: the parent folder, then the repo on the default branch, then its own branch."""
    url, path = call.arguments["url"], call.arguments.get("path")
    if path:
        call.session.post("/api/2.0/workspace/mkdirs", {"path": path.rstrip("/").rpartition("/")[0]})
    provider = call.arguments.get("git_provider") or _provider(url)
    made = call.session.post(_REPOS, {"url": url, "provider": provider, **call.body("path", "sparse_checkout")})
    return _check_out(call, {"id": str(made["id"])})


def _check_out(call: Call, state: Attributes) -> Attributes:
    wanted = call.body("branch", "tag")
    if wanted:
        call.session.patch(f"{_REPOS}/{state['id']}", wanted)
    found = call.session.get(f"{_REPOS}/{state['id']}")
    return {"id": state["id"], "commit_hash": found.get("head_commit_id", "")}


def _provider(url: str) -> str:
    hosts = {"github.com": "gitHub", "dev.azure.com": "azureDevOpsServices", "gitlab.com": "gitLab"}
    return next((provider for host, provider in hosts.items() if f"//{host}/" in url), "gitHubEnterprise")


def _find_repo(call: Call) -> Attributes | None:
    held = call.session.get(_REPOS, path_prefix=call.arguments.get("path", "/Repos"))["repos"]
    found = [each for each in held if each["path"] == call.arguments.get("path")]
    return {"id": str(found[0]["id"])} if found else None


KINDS = {
    **{type_: _setting(*names) for type_, names in _SETTINGS.items()},
    "databricks_workspace_conf": Kind(
        create=_configure, update=lambda call, _: _configure(call), delete=_unconfigure, identity=()
    ),
    "databricks_repo": Kind(
        create=_clone,
        update=_check_out,
        find=_find_repo,
        delete=lambda session, state: session.delete(f"{_REPOS}/{state['id']}"),
        replace_on=("url", "path", "git_provider"),
        identity=("path",),
    ),
}
