"""`mlops scan`."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.errors import CommandError
from cli.output import Row, format_option, progress, show
from cli.paths import ROOT, STACKS, WAIVERS

if TYPE_CHECKING:
    from policies.scan.result import Judged, Outcome

_OF_MANIFESTS = ("rule", "place", "reason", "fix")
_COLUMNS = ("severity", "rule", "stack", "resource", "result", "reason", "fix")


def scan_rows(judged: Sequence["Judged"]) -> list[Row]:
    """One row per finding."""
    return [
        {
            "severity": one.finding.severity,
            "rule": one.finding.rule,
            "stack": one.finding.stack,
            "resource": one.finding.address,
            "result": "waived" if one.waiver else one.finding.result.value,
            "reason": one.waiver.reason if one.waiver else one.finding.reason,
            "fix": f"{one.waiver.owner}, until {one.waiver.expires}" if one.waiver else one.finding.fix,
        }
        for one in judged
    ]


def _write(path: Path | None, text: str) -> None:
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def _scan(paths: Sequence[Path], waivers: Sequence[Path]) -> "Outcome":
    from policies.exceptions import UnreadableExceptions  # noqa: PLC0415
    from policies.scan.built_in import UnparsedStack  # noqa: PLC0415
    from policies.scan.run import files_in, scan  # noqa: PLC0415
    from policies.scan.waivers import read_waivers  # noqa: PLC0415
    from policies.terraform.synthesized import UnreadableDocument  # noqa: PLC0415 - checkov behind it takes seconds

    try:
        return scan(files_in(paths), read_waivers(waivers), datetime.now(UTC).date())
    except (UnreadableDocument, UnparsedStack, UnreadableExceptions) as error:
        raise CommandError(str(error), exit_code=2) from error


def _manifests(paths: Sequence[Path], form: str) -> None:
    """Show the findings in Kubernetes manifests. Raises CommandError if there are any; they cannot be waived."""
    from policies.manifests.judge import judge  # noqa: PLC0415 - other commands do not need it
    from policies.manifests.manifest import UnreadableManifestError, read  # noqa: PLC0415

    try:
        found = judge(read(paths))
    except UnreadableManifestError as error:
        raise CommandError(str(error), exit_code=2) from error
    show([asdict(one) for one in found], form=form, columns=_OF_MANIFESTS, title="Findings in the manifests")
    if found:
        raise CommandError(f"{len(found)} findings in the manifests: each line names the fix")


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--waivers", "-w", multiple=True, type=click.Path(path_type=Path), help="File [policies/waivers.yaml].")
@click.option("--sarif", "sarif_file", type=click.Path(path_type=Path), help="Write SARIF to this file.")
@click.option("--junit", "junit_file", type=click.Path(path_type=Path), help="Write JUnit XML to this file.")
@click.option(
    "--manifests",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="Kubernetes manifests to check instead of stacks: a file or a folder.",
)
@click.option("--waived", is_flag=True, help="Also show waived findings.")
@format_option
def scan(
    *,
    paths: tuple[Path, ...],
    waivers: tuple[Path, ...],
    sarif_file: Path | None,
    junit_file: Path | None,
    manifests: tuple[Path, ...],
    waived: bool,
    form: str,
) -> None:
    """Check stacks or plans against the policies.

    Runs this platform's checks and checkov's. Without paths, checks the stacks in cdktf.out. Ends with 1 if a finding
    has no waiver, or a waiver is expired or unused; with 2 if a file cannot be read.
    """
    if manifests:
        _manifests(manifests, form)
    if manifests and not paths:
        return
    from policies.scan.junit import junit  # noqa: PLC0415 - as above
    from policies.scan.sarif import sarif  # noqa: PLC0415

    outcome = _scan(paths or (STACKS,), waivers or (WAIVERS,))
    _write(sarif_file, sarif(outcome, ROOT))
    _write(junit_file, junit(outcome))
    shown = outcome.failures + (outcome.waived if waived else [])
    show(scan_rows(shown), form=form, columns=_COLUMNS, title="Findings without a waiver" if not waived else "Findings")
    for problem in outcome.waiver_problems:
        progress.print(problem, markup=False, soft_wrap=True)
    progress.print(_summary(outcome), soft_wrap=True)
    if not outcome.clean:
        raise CommandError("the scan failed: fix the findings, or waive them in policies/waivers.yaml with a reason")


def _summary(outcome: "Outcome") -> str:
    rules = len({one.finding.rule for one in outcome.judged})
    return (
        f"{len(outcome.judged):,} verdicts of {rules} checks on {len(outcome.stacks)} stacks: "
        f"{len(outcome.failures)} findings without a waiver, {len(outcome.waived)} waived, "
        f"{len(outcome.waiver_problems)} mistakes in waivers"
    )
