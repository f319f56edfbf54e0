"""People in the account's directory, through SCIM."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cli.errors import CommandError
from cli.output import Row

if TYPE_CHECKING:
    from databricks.sdk import AccountClient

# Characters that a SCIM filter can carry safely, and that the jobs accept in a person's name.
_NAME = re.compile(r"[\w.@+-]+")


def add_user(client: "AccountClient", name: str, groups: Sequence[str]) -> list[Row]:
    """Make sure that the user exists and is in those groups: one row per user or membership, and the action taken.

    Raises CommandError, before any change, for an invalid name and for groups that do not exist.
    """
    if not _NAME.fullmatch(name):
        raise CommandError(f"user name {name!r}: allowed are letters, digits and . @ + - _", exit_code=2)
    ids = _ids_of(client, groups)
    number, rows = _ensured(client, name)
    for group in dict.fromkeys(groups):
        rows.append({"user": name, "what": f"member of {group}", "done": _join(client, ids[group], number)})
    return rows


def _ids_of(client: "AccountClient", groups: Sequence[str]) -> dict[str, str]:
    there = {str(group.display_name): str(group.id) for group in client.groups_v2.list(attributes="id,displayName")}
    absent = [group for group in groups if group not in there]
    if absent:
        known = ", ".join(sorted(there))
        raise CommandError(
            f"group {', '.join(map(repr, absent))} does not exist; choose from: {known}. "
            "Groups are declared in workspaces/platform.yaml and created by: mlops up"
        )
    return there


def _ensured(client: "AccountClient", name: str) -> tuple[str, list[Row]]:
    found = next(iter(client.users_v2.list(filter=f'userName eq "{name}"')), None)
    done = "was there" if found else "added"
    user = found or client.users_v2.create(user_name=name, active=True)
    return str(user.id), [{"user": name, "what": "user of the account", "done": done}]


def _join(client: "AccountClient", group: str, user: str) -> str:
    from databricks.sdk.service.iam import Patch, PatchOp, PatchSchema  # noqa: PLC0415 - takes half a second

    if any(member.value == user for member in client.groups_v2.get(group).members or []):
        return "was there"
    client.groups_v2.patch(
        group,
        operations=[Patch(op=PatchOp.ADD, path="members", value=[{"value": user}])],
        schemas=[PatchSchema.URN_IETF_PARAMS_SCIM_API_MESSAGES_2_0_PATCH_OP],
    )
    return "added"
