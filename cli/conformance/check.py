"""The steps for each stack: apply, a second plan that is empty, updates in place, an empty plan, and destroy."""

import json
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from cli.conformance.plans import Updated, updates
from cli.conformance.stacks import DOCUMENT, Stack
from cli.conformance.updates import edited

_NO_CHANGES, _CHANGES = 0, 2
_TAIL_LINES = 20
_TIMEOUT_S = 1800
_PLAN = "update.tfplan"
_OK, _FAILED, _NOT_TRIED = "ok", "failed", "-"


class UnavailableError(RuntimeError):
    """The providers are unavailable here; the message is Terraform's own."""


@dataclass
class Row:
    """The outcome for a stack: `ok`, `failed`, `changes` for a plan that is not empty, or `-` for not tried."""

    stack: Stack
    applied: str = _NOT_TRIED
    planned: str = _NOT_TRIED
    # `ok` if every change was an update in place, and no other resource was touched.
    updated: str = _NOT_TRIED
    replanned: str = _NOT_TRIED
    destroyed: str = _NOT_TRIED
    # The planned updates, resource by resource.
    updates: list[Updated] = field(default_factory=list)
    # The end of Terraform's output if it failed.
    said: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether every step passed."""
        results = (self.applied, self.planned, self.updated, self.replanned, self.destroyed)
        return all(result == _OK for result in results)


@dataclass(frozen=True, kw_only=True)
class Terraform:
    """The program, and the environment in which it reaches the local cloud instead of the real ones."""

    program: str
    environment: Mapping[str, str]

    def run(self, stack: Stack, *words: str) -> tuple[int, str]:
        """Exit code and output of one command in the stack's folder."""
        command = [self.program, f"-chdir={stack.folder}", *words]
        done = subprocess.run(
            command,
            env=dict(self.environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=_TIMEOUT_S,
        )
        return done.returncode, done.stdout


def initialize(terraform: Terraform, stacks: Sequence[Stack]) -> None:
    """Fetch the providers from the source in Terraform's own configuration. Raises UnavailableError."""
    for stack in stacks:
        code, output = terraform.run(stack, "init", "-input=false", "-no-color")
        if code != 0:
            raise UnavailableError(f"terraform init of {stack.name}:\n{_tail(output)}")


def conform(terraform: Terraform, stacks: Sequence[Stack], progress: Callable[[str], None]) -> list[Row]:
    """One row per stack. A stack after a failed one is still tried, because it may not depend on it."""
    rows = [Row(stack) for stack in stacks]
    for row in rows:
        progress(f"{row.stack.name}: apply, then plan")
        row.applied = _did(terraform, row, "apply", "-auto-approve")
        if row.applied == _OK:
            row.planned = _planned(terraform, row)
    for row in rows:
        if row.planned == _OK:
            progress(f"{row.stack.name}: update in place, then plan")
            row.updated = _update(terraform, row)
        if row.updated == _OK:
            row.replanned = _planned(terraform, row)
    for row in reversed(rows):
        progress(f"{row.stack.name}: destroy")
        row.destroyed = _did(terraform, row, "destroy", "-auto-approve")
    return rows


def _update(terraform: Terraform, row: Row) -> str:
    """Change the stack's document, and apply the result."""
    path = row.stack.folder / DOCUMENT
    document, changed = edited(json.loads(path.read_text(encoding="utf-8")))
    path.write_text(json.dumps(document, indent=1), encoding="utf-8")
    if _did(terraform, row, "plan", f"-out={_PLAN}") == _FAILED:
        return _FAILED
    code, shown = terraform.run(row.stack, "show", "-json", _PLAN)
    if code:
        row.said.append(_tail(shown))
        return _FAILED
    row.updates = updates(shown, changed)
    other = [each for each in row.updates if not each.passed]
    row.said += [f"{each.address}: {each.outcome}, changed {', '.join(each.arguments) or 'nothing'}" for each in other]
    applied = _did(terraform, row, "apply", _PLAN)
    return _FAILED if other else applied


def _planned(terraform: Terraform, row: Row) -> str:
    code, output = terraform.run(row.stack, "plan", "-detailed-exitcode", "-input=false", "-no-color")
    result = {_NO_CHANGES: _OK, _CHANGES: "changes"}.get(code, _FAILED)
    row.said += [_tail(output)] if result != _OK else []
    return result


def _did(terraform: Terraform, row: Row, verb: str, *words: str) -> str:
    code, output = terraform.run(row.stack, verb, "-input=false", "-no-color", *words)
    row.said += [_tail(output)] if code else []
    return _FAILED if code else _OK


def _tail(output: str) -> str:
    return "\n".join(output.strip().splitlines()[-_TAIL_LINES:])
