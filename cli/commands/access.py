"""`mlops access`."""

import json
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.errors import CommandError
from cli.output import progress, show
from cli.paths import STACKS
from cli.synthesis import synthesize

if TYPE_CHECKING:
    from policies.access.answers import Holding
    from policies.access.compute import Access
    from policies.access.invariants import Violation

_COLUMNS = ("principal", "securable_kind", "securable", "privileges", "workspaces", "through")
_BROKEN_INPUT = 2


@click.command()
@click.option(
    "--stacks", "stacks_dir", type=click.Path(file_okay=False, path_type=Path), help="Stacks to read [synth]."
)
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "csv", "html"]), default="table", show_default=True
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write instead of printing.")
@click.option("--principal", default="*", help="Only these principals (a glob).")
@click.option("--securable", default="*", help="Only these securables (a glob), such as 'prod.*'.")
@click.option("--why", "question", nargs=2, metavar="PRINCIPAL SECURABLE", help="Show the grants behind an access.")
@click.option("--privilege", default="", help="With --why: only this privilege, even if it is not held.")
def access(  # noqa: PLR0917 - click passes the options by name
    stacks_dir: Path | None,
    form: str,
    out: Path | None,
    principal: str,
    securable: str,
    question: tuple[str, str] | None,
    privilege: str,
) -> None:
    """Report who may do what, computed from the synthesized stacks.

    Lists every principal, securable and privilege. Ends with 1 if an invariant of policies/access/invariants.yaml does
    not hold, or if two resources set the grants of one securable.
    """
    from policies.errors import PolicyError  # noqa: PLC0415 - other commands do not need it

    try:
        computed = _access(stacks_dir)
        if question:
            _answer(computed, *question, privilege)
            return
        matrix = list(computed.matrix())
        broken = _broken(computed, matrix)
    except PolicyError as error:
        raise CommandError(str(error), _BROKEN_INPUT) from error
    chosen = [
        item
        for item in matrix
        if fnmatchcase(item.principal.casefold(), principal.casefold()) and fnmatchcase(item.key.name, securable)
    ]
    _print(chosen, broken, form, out)
    if broken:
        raise CommandError("\n  ".join([f"{len(broken)} violations of invariants:", *map(_told, broken)]))


def _access(stacks_dir: Path | None) -> "Access":
    from policies.access.build import estate_of  # noqa: PLC0415 - other commands do not need it
    from policies.access.compute import Access  # noqa: PLC0415
    from policies.access.stacks import read_stacks  # noqa: PLC0415

    if stacks_dir is None:
        # cdktf.out may be older than the workspaces in question.
        synthesize()
    return Access(estate_of(read_stacks(stacks_dir or STACKS)))


def _broken(computed: "Access", matrix: "Sequence[Holding]") -> "list[Violation]":
    from policies.access.conflicts import conflicts  # noqa: PLC0415 - other commands do not need it
    from policies.access.invariants import read_invariants, violations  # noqa: PLC0415

    broken = violations(read_invariants(), matrix, computed.estate.securables)
    return [*broken, *conflicts(computed.estate.claims)]


def _answer(computed: "Access", principal: str, securable: str, privilege: str) -> None:
    from policies.access.why import why  # noqa: PLC0415 - other commands do not need it

    for line in why(computed, principal, securable, privilege):
        click.echo(line)


def _told(violation: "Violation") -> str:
    return f"{violation.invariant}: {violation.what}" + (f" ({violation.why[-1]})" if violation.why else "")


def _print(matrix: "Sequence[Holding]", broken: "Sequence[Violation]", form: str, out: Path | None) -> None:
    if form == "table" and out is None:
        show(_grouped(matrix), form=form, columns=_COLUMNS, title="Who may do what")
        return
    text = _text(matrix, broken, form)
    if out is None:
        click.echo(text, nl=False)
    else:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
        progress.print(f"wrote {out}: {len(matrix):,} privileges", markup=False)


def _text(matrix: "Sequence[Holding]", broken: "Sequence[Violation]", form: str) -> str:
    from policies.access.show import as_csv, as_html, as_row  # noqa: PLC0415 - other commands do not need it

    if form == "html":
        return as_html(matrix, broken)
    if form == "json":
        return json.dumps([as_row(item) for item in matrix], indent=2) + "\n"
    if form == "csv":
        return as_csv(matrix)
    raise CommandError("--out needs --format csv, json or html: a table can only be printed", _BROKEN_INPUT)


def _grouped(matrix: "Sequence[Holding]") -> list[dict[str, str]]:
    """One row per principal and securable; for jobs and endpoints, whose levels build on each other, all levels."""
    found: dict[tuple[str, str, str, str, str], list[str]] = {}
    for item in matrix:
        place = (item.principal, item.key.kind, item.key.name, " ".join(item.workspaces), item.through)
        found.setdefault(place, []).append(item.privilege)
    return [
        {
            "principal": principal,
            "securable_kind": kind,
            "securable": name,
            "privileges": ", ".join(privileges),
            "workspaces": workspaces,
            "through": through,
        }
        for (principal, kind, name, workspaces, through), privileges in found.items()
    ]
