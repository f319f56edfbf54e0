"""`mlops release`."""

from datetime import UTC, datetime

import click

from cli.errors import CommandError
from cli.paths import ROOT
from cli.release.check import check_release
from cli.release.cut import cut
from cli.release.errors import ReleaseError


@click.command()
@click.argument("version", required=False)
@click.option("--check", is_flag=True, help="Compare this checkout with the record of its version; change nothing.")
def release(version: str | None, check: bool) -> None:
    """Cut a release: changelog, wheel, record, commit, tag.

    What is unreleased in CHANGELOG.md becomes the version's entry. The record in releases/ has the hashes of the wheel
    and of all stacks' documents, a bill of materials and the provenance. Push the tag to deploy it. Ends with 1 if
    nothing is unreleased or the checkout has uncommitted changes; with --check, if the checkout differs from its
    record or is not the latest release.
    """
    if (version is None) is not check:
        raise CommandError("give either the VERSION to cut, or --check to compare the current one", 2)
    try:
        said = check_release(ROOT) if version is None else cut(ROOT, version, datetime.now(UTC).date())
    except ReleaseError as error:
        raise CommandError(str(error)) from error
    click.echo(said)
