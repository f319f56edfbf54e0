"""`mlops secrets`."""

from datetime import UTC, datetime
from pathlib import Path

import click

from cli.errors import CommandError
from cli.output import format_option, progress, show
from cli.paths import ROOT

ALLOWED = ROOT / "policies" / "secrets.yaml"


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@format_option
def secrets(paths: tuple[Path, ...], form: str) -> None:
    """Search for secrets in clear text.

    Searches PATHS, or by default repository, stacks, plans, logs and reports. Ends with 1 if it finds one that
    policies/secrets.yaml does not explain. Prints places, never secrets.
    """
    from policies.exceptions import UnreadableExceptions  # noqa: PLC0415 - other commands do not need them
    from policies.secrets.allowed import judge, read_allowed  # noqa: PLC0415
    from policies.secrets.places import (  # noqa: PLC0415
        NoRepository,
        files_under,
        generated_files,
        repository_files,
        unsearchable,
    )
    from policies.secrets.search import search  # noqa: PLC0415

    try:
        files = files_under(path.resolve() for path in paths) or repository_files(ROOT) + generated_files(ROOT)
        found = search(files, ROOT)
        outcome = judge(found, read_allowed(ALLOWED), datetime.now(UTC).date(), whole=not paths)
    except (NoRepository, UnreadableExceptions) as error:
        raise CommandError(str(error), exit_code=2) from error
    rows = [{"place": f"{one.path}:{one.line}", "kind": one.kind} for one in outcome.findings]
    show(rows, form=form, columns=("place", "kind"), title="Secrets in clear text")
    for problem in outcome.problems:
        progress.print(problem, markup=False, soft_wrap=True)
    skipped = len(unsearchable(files))
    searched = f"{len(files) - skipped:,} files searched, {skipped:,} skipped because they are not text"
    progress.print(f"{searched}: {len(rows)} places look like a secret, {outcome.allowed} are explained exceptions")
    if not outcome.clean:
        raise CommandError("remove the secret and revoke it; explain a false alarm in policies/secrets.yaml")
