"""Loads the stacks of a folder, in order."""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from localcloud.endpoint import Endpoint
from localcloud.loader import azure
from localcloud.loader.apply import LoadReport, StackLoad
from localcloud.loader.documents import Stack, read_stacks
from localcloud.loader.errors import LoadError
from localcloud.loader.session import Session

# Deployed once jobs have created the objects that they refer to.
_PHASE_TWO = ("-masks", "-serving")
# Creates the metastore, which comes before any workspace.
_FIRST = "metastore"
_PRINCIPALS = "/api/2.0/preview/scim/v2/ServicePrincipals"
_LIFETIME_S = 3600


def load(
    endpoint: Endpoint,
    out_dir: Path,
    stacks: Sequence[str] | None = None,
    *,
    apart_from: Sequence[str] = (),
    mend: bool = False,
) -> LoadReport:
    """Load the stacks of `out_dir`: those named, else all but the ones of phase two (`<env>-masks`, `<env>-serving`).

    The stacks of the environments `apart_from` are left for a later load, unless they are named.

    The account's stacks and `<env>-rights` are loaded as the account's admin, every other one as its own deployer, the
    service principal `<env>-deployer`, or as the admin if the account has no such principal. `mend` rewrites everything
    that can be updated in place, which undoes changes made outside the stacks. Raises LoadError with file, address and
    response. Resources applied before an error stay recorded, so the next load continues from there.
    """
    found = read_stacks(out_dir)
    report = LoadReport()
    with ExitStack() as opened:
        opened.enter_context(_one_at_a_time(out_dir))
        account = opened.enter_context(Session(endpoint.account_url, endpoint.admin_token))
        chosen = _chosen(found, stacks, apart_from, out_dir)
        for stack in (each for each in chosen if each.name == _FIRST):
            StackLoad(stack, account, account, report, mend=mend).apply()
        urls = {stack.workspace: _register(account, stack, found, report) for stack in found if stack.in_workspace}
        for stack in (each for each in chosen if each.name != _FIRST):
            if not stack.host:
                report.skipped.append(stack.name)
                continue
            url = endpoint.account_url if stack.is_account else urls[stack.workspace]
            session = opened.enter_context(Session(url, _token(account, stack, endpoint, report)))
            StackLoad(stack, session, account, report, mend=mend).apply()
    return report


def _token(account: Session, stack: Stack, endpoint: Endpoint, report: LoadReport) -> str:
    """The token of the deployer of `stack`."""
    if stack.by_account_admin:
        return endpoint.admin_token
    listed = account.get(_PRINCIPALS, filter=f'displayName eq "{stack.deployer}"')["Resources"]
    if not listed:
        return endpoint.admin_token
    report.deployers[stack.name] = stack.deployer
    asked = {"as": listed[0]["applicationId"], "workspace": stack.workspace, "lifetime_s": _LIFETIME_S}
    return str(account.post("/local/tokens", asked)["token"])


def _chosen(found: list[Stack], named: Sequence[str] | None, apart_from: Sequence[str], out_dir: Path) -> list[Stack]:
    if named is None:
        later = tuple(f"{environment}-" for environment in apart_from)
        return [stack for stack in found if not stack.name.endswith(_PHASE_TWO) and not stack.name.startswith(later)]
    unknown = sorted(set(named) - {stack.name for stack in found})
    if unknown:
        raise LoadError(f"{out_dir} has no stack {', '.join(unknown)}; it has {', '.join(s.name for s in found)}")
    return [stack for stack in found if stack.name in named]


def _register(account: Session, stack: Stack, found: list[Stack], report: LoadReport) -> str:
    about = azure.known(account, stack, found, report.unchecked)
    return str(account.post("/local/workspaces", {"name": stack.workspace, "host": stack.host, **about})["url"])


@contextmanager
def _one_at_a_time(out_dir: Path) -> Iterator[None]:
    """A lock: two concurrent loads of a folder would create everything twice, so the second one waits."""
    folder = os.open(out_dir, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
