"""Applies one stack: creates, updates and deletes resources."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from localcloud.loader import conditions
from localcloud.loader.documents import Block, Stack
from localcloud.loader.errors import ExpressionError, LoadError, NotFoundError
from localcloud.loader.expressions import resolve
from localcloud.loader.ignored import without
from localcloud.loader.kinds import DATA, KINDS
from localcloud.loader.kinds.kind import Arguments, Attributes, Call, Kind
from localcloud.loader.order import ordered
from localcloud.loader.provider import as_read, require_items
from localcloud.loader.session import Session

T = TypeVar("T")
# The digest of an operation that began and was not seen to end.
_UNFINISHED = ""


@dataclass(kw_only=True)
class LoadReport:
    """How many resources were created, updated (or replaced), left as they were, and deleted.

    `skipped` names the stacks without Databricks resources: Azure's own resources exist only on Azure. `unsettled`
    names resources that the provider reads back in another order than the document's: each plan, and each load, updates
    them. `deployers` is the service principal that loaded each stack; the account's admin loaded all others.
    `unchecked` names the adopted workspaces that were not checked, because nothing is known of them here.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    skipped: list[str] = field(default_factory=list)
    unsettled: list[str] = field(default_factory=list)
    deployers: dict[str, str] = field(default_factory=dict)
    unchecked: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Record:
    """The local cloud's record of an applied resource. `attributes` are empty while it is being created."""

    type: str
    digest: str
    arguments: dict[str, Any]
    attributes: dict[str, Any]
    order: int = 0

    @property
    def values(self) -> dict[str, Any]:
        """The values that other blocks may refer to."""
        return self.arguments | self.attributes


class StackLoad:
    """One stack being applied."""

    def __init__(
        self, stack: Stack, session: Session, account: Session, report: LoadReport, *, mend: bool = False
    ) -> None:
        """`mend`: also rewrite resources that did not change since the last load."""
        self._mend = mend
        self._stack = stack
        self._session = session
        self._account = account
        self._report = report
        self._path = f"/local/stacks/{stack.name}"
        self._known = {address: _record(body) for address, body in account.get(self._path)["resources"].items()}
        self._values: dict[str, dict[str, Any]] = {}
        self._unsent: dict[str, dict[str, Any]] = {}

    def apply(self) -> None:
        """Create, update and delete until the cloud matches the document. Raises LoadError."""
        try:
            self._apply_all(ordered(self._stack.blocks, self._stack.file))
        finally:
            self._send()

    def _apply_all(self, blocks: Sequence[Block]) -> None:
        gone = self._known.keys() - {block.address for block in blocks}
        for block in blocks:
            try:
                values = self._read(block) if block.is_data else self._apply(block, gone)
            except (LoadError, ExpressionError, KeyError, OSError) as error:
                what = f"argument {error} is missing" if isinstance(error, KeyError) else error
                raise LoadError(f"{self._stack.file}: {block.address}: {what}") from error
            self._values[block.address] = values
            conditions.require(block, self._stack.file, self._values.__getitem__)
        for address in sorted(gone & self._known.keys(), key=lambda each: -self._known[each].order):
            self._forget(address) if address in self._stack.forgotten else self._delete(address)

    def _read(self, block: Block) -> dict[str, Any]:
        call = self._call(resolve(block.arguments, self._values.__getitem__))
        return dict(call.arguments) | _known_type(DATA, block.type)(call)

    def _apply(self, block: Block, gone: set[str]) -> dict[str, Any]:
        kind = _known_type(KINDS, block.type)
        given = resolve(block.arguments, self._values.__getitem__)
        require_items(given)
        arguments = as_read(block.type, given)
        counted = without(arguments, block.ignore_changes)
        digest = _digest(self._call(without(given, block.ignore_changes)))
        settled = _digest(self._call(counted))
        if digest != settled:
            self._report.unsettled.append(block.address)
        before = self._known.get(block.address) or self._moved(block, kind, arguments, gone)
        if before is not None and before.digest == digest and not (self._mend and kind.update):
            self._report.unchanged += 1
            return before.values
        if before is None or not before.attributes:
            self._begin(block, arguments, {})
            resumed = before is not None or block.import_id is not None
            attributes = self._make(kind, self._call(arguments), resumed=resumed)
            self._report.created += 1
        else:
            self._begin(block, before.arguments, before.attributes)
            attributes = self._change(kind, block, before, arguments, counted)
            self._report.updated += 1
        return self._remember(block, settled, arguments, attributes).values

    def _moved(self, block: Block, kind: Kind, arguments: Arguments, gone: set[str]) -> Record | None:
        """The record of the same resource under an address that the document no longer has."""
        for address in sorted(gone & self._known.keys()):
            record = self._known[address]
            if record.type == block.type and _same(record.arguments, arguments, kind.identity):
                self._remember(block, record.digest, record.arguments, record.attributes)
                self._forget(address)
                return record
        return None

    @staticmethod
    def _make(kind: Kind, call: Call, *, resumed: bool) -> Attributes:
        """Create the resource, or finish an interrupted load's creation."""
        found = kind.find(call) if resumed else None
        if found is None:
            return kind.create(call)
        return kind.update(call, found) if kind.update else found

    def _change(self, kind: Kind, block: Block, before: Record, arguments: Arguments, counted: Arguments) -> Attributes:
        replaced = any(before.arguments.get(name) != arguments.get(name) for name in kind.replace_on if name in counted)
        if kind.update is not None and not replaced:
            return kind.update(self._call(counted), before.attributes)
        if block.prevent_destroy:
            raise LoadError("this change replaces it, which its lifecycle.prevent_destroy forbids. Undo the change")
        made = kind.create(self._call(arguments)) if block.create_before_destroy else None
        if made is None or made != before.attributes:
            _end(kind, self._session, before)
        if made is None:
            self._begin(block, arguments, {})
        return made or kind.create(self._call(arguments))

    def _delete(self, address: str) -> None:
        record = self._known[address]
        try:
            _end(_known_type(KINDS, record.type), self._session, record)
        except LoadError as error:
            raise LoadError(f"{address}, which {self._stack.file} no longer has, cannot be deleted: {error}") from error
        self._forget(address)
        self._report.deleted += 1

    def _begin(self, block: Block, arguments: Arguments, attributes: Attributes) -> None:
        """Record that a create or update begins, before the call."""
        self._remember(block, _UNFINISHED, arguments, attributes)
        self._send()

    def _remember(self, block: Block, digest: str, arguments: Arguments, attributes: Attributes) -> Record:
        """Queue a record, to be sent when the next resource begins: one call records an end and a beginning."""
        body = {"type": block.type, "digest": digest, "arguments": dict(arguments), "attributes": attributes}
        self._unsent[block.address] = body
        return _record(body)

    def _send(self) -> None:
        if self._unsent:
            self._account.put(self._path, {"resources": self._unsent})
            self._unsent = {}

    def _forget(self, address: str) -> None:
        self._send()
        self._account.delete(f"{self._path}/{address}")
        del self._known[address]

    def _call(self, arguments: Arguments) -> Call:
        return Call(session=self._session, folder=self._stack.file.parent, arguments=arguments)


def _record(body: Mapping[str, Any]) -> Record:
    return Record(**{name: body[name] for name in Record.__dataclass_fields__ if name in body})


def _known_type(known: Mapping[str, T], name: str) -> T:
    if name not in known:
        raise LoadError(f"type {name} cannot be loaded into the local cloud; these can: {', '.join(sorted(known))}")
    return known[name]


def _same(one: Arguments, other: Arguments, names: tuple[str, ...]) -> bool:
    return any(name in one for name in names) and all(one.get(name) == other.get(name) for name in names)


def _end(kind: Kind, session: Session, record: Record) -> None:
    """Delete; no error if the resource is already gone, or was never created."""
    try:
        if record.attributes:
            kind.delete(session, record.values)
    except NotFoundError:
        return


def _digest(call: Call) -> str:
    """A digest of the arguments. For a file, its content counts as well as its path."""
    digest = hashlib.sha256(json.dumps(call.arguments, sort_keys=True).encode())
    if "source" in call.arguments:
        digest.update((call.folder / call.arguments["source"]).read_bytes())
    return digest.hexdigest()
