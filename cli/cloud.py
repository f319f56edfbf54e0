"""Clients of the running local cloud, or of a real workspace. The SDK is Databricks' own; only the host differs."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cli.errors import CommandError
from cli.paths import current_home

if TYPE_CHECKING:
    from databricks.sdk import AccountClient, WorkspaceClient

    from localcloud.endpoint import Endpoint

_GONE_AFTER_S = 15
HOST = "URL of a real workspace; sign in as for any Databricks tool [the local cloud]."


def endpoint() -> "Endpoint":
    """The running local cloud. Raises CommandError if none is running."""
    from localcloud.lifecycle import status  # noqa: PLC0415 - only commands that talk to the cloud pay for it

    found = status(current_home())
    if not found.running or found.endpoint is None:
        raise CommandError("the local cloud is not running. Start it: mlops up")
    return found.endpoint


def workspace(env: str, *, as_principal: str | None = None) -> "WorkspaceClient":
    """A client of the workspace `env`, as its administrator or as another principal.

    Raises CommandError if there is no such workspace.
    """
    from databricks.sdk import WorkspaceClient  # noqa: PLC0415 - takes half a second
    from databricks.sdk.core import Config  # noqa: PLC0415

    cloud = endpoint()
    if env not in cloud.workspaces:
        known = ", ".join(sorted(cloud.workspaces)) or "none; load the stacks with: mlops up"
        raise CommandError(f"environment {env!r} is not deployed; deployed are: {known}")
    token = cloud.admin_token if as_principal is None else local_call("POST", "tokens", {"as": as_principal})["token"]
    # Otherwise the SDK would retry a server that has stopped for five minutes.
    config = Config(host=cloud.workspaces[env], token=token, auth_type="pat", retry_timeout_seconds=_GONE_AFTER_S)
    return WorkspaceClient(config=config)


def deployed(env: str, host: str | None, *, retry_s: int | None = None) -> "WorkspaceClient":
    """The workspace at `host`, signed in as the environment variables say; without `host`, the local cloud's `env`.

    `retry_s` is the time for which an unanswered call is retried, in seconds [the SDK's default].
    """
    from databricks.sdk import WorkspaceClient  # noqa: PLC0415 - takes half a second
    from databricks.sdk.core import Config  # noqa: PLC0415

    from cli.pipeline_sign_in import PipelineSignIn  # noqa: PLC0415
    from infra.pipeline_token import in_azure_pipelines  # noqa: PLC0415

    if host is None:
        return workspace(env)
    own = PipelineSignIn() if in_azure_pipelines(os.environ) else None
    try:
        return WorkspaceClient(config=Config(host=host, retry_timeout_seconds=retry_s, credentials_strategy=own))
    except ValueError as error:
        raise CommandError(f"no sign-in for {host}: {error}. az login, or set DATABRICKS_TOKEN", 2) from error


def account() -> "AccountClient":
    """A client of the account, as its administrator."""
    from databricks.sdk import AccountClient  # noqa: PLC0415 - takes half a second
    from databricks.sdk.core import Config  # noqa: PLC0415

    from localcloud.kernel.cloud import ACCOUNT_ID  # noqa: PLC0415

    cloud = endpoint()
    config = Config(
        host=cloud.account_url,
        account_id=ACCOUNT_ID,
        token=cloud.admin_token,
        auth_type="pat",
        retry_timeout_seconds=_GONE_AFTER_S,
    )
    return AccountClient(config=config)


def local_call(method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The response of a route under `/local`, which only a local cloud has. Raises CommandError if it is refused."""
    from localcloud.kernel import loopback  # noqa: PLC0415 - few commands need it

    cloud = endpoint()
    answer = loopback.request(
        method,
        f"{cloud.account_url}/local/{path}",
        json=body,
        headers={"Authorization": f"Bearer {cloud.admin_token}"},
        timeout=30,
    )
    if answer.is_error:
        raise CommandError(answer.json().get("message", answer.text))
    return dict(answer.json())
