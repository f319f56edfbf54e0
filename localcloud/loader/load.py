"""Applies documents: what is new, what changed, what is gone."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud.endpoint import Endpoint
from localcloud.loader.documents import Block, Stack, read_stacks
from localcloud.loader.errors import LoadError
from localcloud.loader.expressions import ExpressionError, resolve
from localcloud.loader.kinds import DATA, KINDS, Kind
from localcloud.loader.kinds.kind import Call
from localcloud.loader.order import ordered
from localcloud.loader.session import Session

# Deployed once jobs have made what it refers to.
_PHASE_TWO = "-serving"


@dataclass(kw_only=True)
class LoadReport:
    """How many resources were created, updated (or replaced), left as they were, and deleted."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0


def load(endpoint: Endpoint, out_dir: Path, stacks: Sequence[str] | None = None) -> LoadReport:
    """Load the stacks of `out_dir`: those named, else all but the ones of phase two (`<env>-serving`).

    Raises LoadError naming file, address and answer. What was applied before an error stays recorded, so the
    next load goes on from there.
    """
    found = read_stacks(out_dir)
    unknown = sorted(set(stacks or ()) - {stack.name for stack in found})
    if unknown:
        raise LoadError(f"{out_dir} has no stack {', '.join(unknown)}; it has {', '.join(s.name for s in found)}")
    chosen = [s for s in found if s.name in stacks] if stacks else [s for s in found if _PHASE_TWO not in s.name]
    report = LoadReport()
    with ExitStack() as opened:
        account = opened.enter_context(Session(endpoint.account_url, endpoint.admin_token))
        urls = {stack.workspace: _register(account, stack) for stack in found if stack.host and not stack.is_account}
        for stack in chosen:
            url = endpoint.account_url if stack.is_account else urls[stack.workspace]
            session = opened.enter_context(Session(url, endpoint.admin_token))
            _Load(stack, session, account, report).apply()
    return report


def _register(account: Session, stack: Stack) -> str:
    return str(account.post("/local/workspaces", {"name": stack.workspace, "host": stack.host})["url"])


class _Load:
    """One stack being applied."""

    def __init__(self, stack: Stack, session: Session, account: Session, report: LoadReport) -> None:
        self._stack = stack
        self._session = session
        self._account = account
        self._report = report
        self._records_path = f"/local/stacks/{stack.name}"
        self._known: dict[str, dict[str, Any]] = account.get(self._records_path)["resources"]
        self._values: dict[str, dict[str, Any]] = {}

    def apply(self) -> None:
        """Create, update and delete until the cloud is as the document says."""
        blocks = ordered(self._stack.blocks, self._stack.file)
        for block in blocks:
            try:
                self._values[block.address] = self._read(block) if block.is_data else self._apply(block)
            except (LoadError, ExpressionError, KeyError, OSError) as error:
                raise LoadError(f"{self._stack.file}: {block.address}: {error}") from error
        gone = [address for address in self._known if address not in self._values]
        for address in sorted(gone, key=lambda each: -self._known[each]["order"]):
            self._delete(address)

    def _read(self, block: Block) -> dict[str, Any]:
        if block.type not in DATA:
            raise LoadError(f"data source {block.type} cannot be loaded; these can: {', '.join(sorted(DATA))}")
        call = self._call(block)
        return dict(call.arguments) | DATA[block.type](call)

    def _apply(self, block: Block) -> dict[str, Any]:
        if block.type not in KINDS:
            raise LoadError(f"type {block.type} cannot be loaded; these can: {', '.join(sorted(KINDS))}")
        kind, call, before = KINDS[block.type], self._call(block), self._known.get(block.address)
        digest = _digest(call, block.ignore_changes)
        if before is not None and before["digest"] == digest:
            self._report.unchanged += 1
            kept: dict[str, Any] = before["arguments"] | before["attributes"]
            return kept
        if before is None:
            attributes = kind.create(call)
            self._report.created += 1
        else:
            attributes = self._change(kind, call, before)
            self._report.updated += 1
        record = {"type": block.type, "digest": digest, "arguments": dict(call.arguments), "attributes": attributes}
        self._account.put(f"{self._records_path}/{block.address}", record)
        return dict(call.arguments) | attributes

    @staticmethod
    def _change(kind: Kind, call: Call, before: Mapping[str, Any]) -> dict[str, Any]:
        moved = any(before["arguments"].get(name) != call.arguments.get(name) for name in kind.replace_on)
        if kind.update is not None and not moved:
            return kind.update(call, before["attributes"])
        made = kind.create(call)
        if made != before["attributes"]:
            kind.delete(call.session, before["attributes"])
        return made

    def _delete(self, address: str) -> None:
        record = self._known[address]
        try:
            KINDS[record["type"]].delete(self._session, record["attributes"])
        except LoadError as error:
            raise LoadError(f"{address}, which {self._stack.file} no longer has, cannot be deleted: {error}") from error
        self._account.delete(f"{self._records_path}/{address}")
        self._report.deleted += 1

    def _call(self, block: Block) -> Call:
        arguments = resolve(block.arguments, self._attributes)
        return Call(session=self._session, folder=self._stack.file.parent, arguments=arguments)

    def _attributes(self, address: str) -> dict[str, Any]:
        return self._values[address]


def _digest(call: Call, ignored: Sequence[str]) -> str:
    """A fingerprint of the arguments that count. A file's content counts with its path."""
    counted = {} if "all" in ignored else {k: v for k, v in call.arguments.items() if k not in ignored}
    digest = hashlib.sha256(json.dumps(counted, sort_keys=True).encode())
    if "source" in counted:
        digest.update((call.folder / counted["source"]).read_bytes())
    return digest.hexdigest()
