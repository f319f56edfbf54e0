"""Task `approval` of job `<usecase>-approval`: a named person signs a model version off.

The job runs as the promotion principal, which may write the record. The person behind the run is its creator, as the
jobs API reports it; no parameter can change that. The creator must be the named person, or an admin who acts for them,
and the named person must belong to the group that signs off.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import PermissionDenied

from ml import parameters, runtime
from ml.records.appending import append_record
from ml.records.approvals import APPROVALS
from ml.versions import version_task
from ml.versions.version_task import Subject, version_number

APPROVERS = "model-risk"
ADMINS = frozenset({"admins", "platform-admins"})
# Only these characters may enter a SCIM filter; no user name contains a quote.
_PERSON = re.compile(r"[\w.@+ -]+")


class NotApprovedError(PermissionError):
    """The person who asked may not approve, or not in this name."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """A user of the workspace. `groups` is None if the directory does not say, which is not the same as no group."""

    name: str
    groups: frozenset[str] | None


def main(arguments: Sequence[str] | None = None) -> None:
    """Record a person's approval; run by job `<usecase>-approval`."""
    flags = parameters.of_model("approval")
    flags.add_argument("--version", required=True, type=version_number)
    flags.add_argument("--by", required=True, type=parameters.told)
    parsed = flags.parse_args(arguments)
    subject = version_task.opened(parameters.common(parsed), parsed.version)
    approve(subject, parsed.by, WorkspaceClient())


def approve(subject: Subject, by: str, workspace: WorkspaceClient) -> None:
    """Append the approval once the approver's identity is certain. Raises NotApprovedError otherwise."""
    problem = version_task.missing_version(subject)
    if problem:
        raise NotApprovedError(f"{problem}, so there is nothing to approve")
    creator = creator_of(workspace, int(subject.common.run_id))
    require_approver(person(workspace, by), person(workspace, creator))
    row = {
        "model": subject.name,
        "version": subject.version,
        "approved_by": by,
        "reason": f"approved in run {subject.common.run_id}",
        "recorded_by": creator,
        "run_id": subject.common.run_id,
        "approved_at": datetime.now(UTC),
    }
    append_record(subject.tables, APPROVALS, f"{subject.ops_schema}.{APPROVALS.name}", [row])
    runtime.report(
        task="approval",
        rows_in=1,
        rows_kept=1,
        rows_quarantined=0,
        model=subject.name,
        version=subject.version,
        approved_by=by,
        recorded_by=creator,
    )


def require_approver(named: Person, creator: Person) -> None:
    """Raise NotApprovedError unless the named person approves, or an admin does so for them. Pure.

    If a person's groups cannot be read, they count as unknown, and the person cannot approve.
    """
    if named.groups is None:
        raise NotApprovedError(
            f"the groups of {named.name} are unknown: the directory does not show them to this job's principal, so "
            f"their membership in {APPROVERS} cannot be checked. Let the promotion principal read groups; see "
            "docs/guides/first-deployment.md, Sandbox checklist"
        )
    if APPROVERS not in named.groups:
        raise NotApprovedError(
            f"{named.name} may not approve: only members of {APPROVERS} may. Add them to the group, or name a member"
        )
    require_own_name(named, creator, "approve")


def require_own_name(named: Person, creator: Person, deed: str) -> None:
    """Raise NotApprovedError unless the named person started the run, or an admin did so for them. Pure.

    `deed`: the verb that the error uses for the run's action, such as "approve".
    """
    acts_for = creator.groups is not None and bool(ADMINS & creator.groups)
    if creator.name != named.name and not acts_for:
        raise NotApprovedError(
            f"the run was started by {creator.name}, who may not {deed} in the name of {named.name}: "
            f"{named.name} must start it, or an admin ({', '.join(sorted(ADMINS))}) for them"
        )


def creator_of(workspace: WorkspaceClient, run_id: int) -> str:
    """The person who started the run. Raises NotApprovedError if the run has no creator."""
    creator = workspace.jobs.get_run(run_id).creator_user_name
    if not creator:
        raise NotApprovedError(f"run {run_id} has no creator: start the job by hand, a schedule cannot approve")
    return creator


def person(workspace: WorkspaceClient, name: str) -> Person:
    """The user called `name`, with their groups. Raises NotApprovedError if the directory has no such user."""
    if not _PERSON.fullmatch(name):
        raise NotApprovedError(f"{name!r} is not a user name: use only letters, digits, spaces and . @ + - _")
    try:
        asked = {"filter": f'userName eq "{name}"', "attributes": "id,userName,groups,active"}
        # Not `users.list`: it returns the same empty list for no groups and for groups that it does not show.
        answer = workspace.api_client.do("GET", "/api/2.0/preview/scim/v2/Users", query=asked)
    except PermissionDenied:
        return Person(name=name, groups=None)
    found = answer.get("Resources", []) if isinstance(answer, dict) else []
    active = [user for user in found if user.get("active") is not False]
    if not active:
        raise NotApprovedError(f"{name} is not an active user of this workspace: give the user name of a person")
    groups = active[0].get("groups")
    return Person(name=name, groups=None if groups is None else _named(group.get("display") for group in groups))


def _named(groups: Iterable[str | None]) -> frozenset[str]:
    return frozenset(name for name in groups if name)
