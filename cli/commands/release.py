"""`mlops smoke`, `mlops live`, `mlops live-again`: check a release, record the live versions, and restore them."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.cloud import HOST, deployed
from cli.errors import CommandError
from cli.models import named_model
from cli.output import format_option, show
from cli.specification import declared

if TYPE_CHECKING:
    from cli.doctor.deployed_environment import DeployedEnvironment

_COLUMNS = ("check", "result", "subject", "what", "fix")


def _deployed_environment(env: str, host: str | None) -> "DeployedEnvironment":
    from cli.doctor.deployed_environment import DeployedEnvironment  # noqa: PLC0415 - other commands do not need it

    spec, environment = declared(env)
    return DeployedEnvironment(spec=spec, environment=environment, workspace=deployed(env, host))


@click.command()
@click.option("--env", required=True, help="The environment that was deployed.")
@click.option("--host", help=HOST)
@format_option
def smoke(env: str, host: str | None, form: str) -> None:
    """Check that a fresh deployment works.

    Checks the jobs, their wheel, the live version and its endpoint. Ends with 1 if something is wrong or could not be
    checked.
    """
    from cli.doctor.check import Result  # noqa: PLC0415 - other commands do not need it
    from cli.doctor.examine import examine  # noqa: PLC0415
    from cli.smoke import CHECKS  # noqa: PLC0415

    lines = examine(_deployed_environment(env, host), CHECKS)
    show([asdict(line) for line in lines], form=form, columns=_COLUMNS, title=f"{env} after its deployment")
    failed = sorted({line.check for line in lines if line.result in (Result.WRONG, Result.UNKNOWN)})
    if failed:
        raise CommandError(f"{env} does not work: {'; '.join(failed)}. Each line names the fix")


@click.command()
@click.option("--env", required=True, help="Environment to ask.")
@click.option("--host", help=HOST)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write JSON here, for `mlops live-again`.")
@format_option
def live(env: str, host: str | None, out: Path | None, form: str) -> None:
    """Show which version of each model is live.

    A model is named by its use case, or USECASE/MODEL if that has several.
    """
    from cli.smoke import live as versions  # noqa: PLC0415 - other commands do not need it

    found = versions(_deployed_environment(env, host))
    if out:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    show([{"model": name, "live": version} for name, version in found.items()], form=form, title=f"live in {env}")


@click.command()
@click.argument("before", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--env", required=True, help="Environment of the versions.")
@click.option("--host", help=HOST)
@click.option("--by", required=True, metavar="NAME", help="Who asked for it.")
@click.option("--reason", required=True, help="Why; it is recorded.")
def live_again(*, before: Path, env: str, host: str | None, by: str, reason: str) -> None:
    """Make versions live again, as recorded by `mlops live`.

    BEFORE is the file that `mlops live` wrote. A version that is still live is left alone, so the command can be run
    again after a failure.
    """
    from cli.job_runs import run_job  # noqa: PLC0415 - other commands do not need it
    from cli.smoke import live as versions  # noqa: PLC0415

    now = versions(_deployed_environment(env, host))
    failed = []
    for name, version in _read(before).items():
        job, asked = named_model(name, env).job("rollback"), {"to_version": version or "", "by": by, "reason": reason}
        if now.get(name) == version:
            click.echo(f"{name}: version {version or 'none'} is live, as before")
        elif version is None:
            # Nothing was ever live, so there is nothing to roll back to, and the new version passed its gates.
            click.echo(f"{name}: version {now.get(name)} is the first live version, and stays")
        elif not run_job(env, job, asked, host).succeeded:
            failed.append(f"{name} to version {version}")
    if failed:
        raise CommandError(f"not live again: {', '.join(failed)}; read the rollback job's run, then run this again")


def _read(path: Path) -> dict[str, str | None]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise CommandError(f"{path}: is not JSON ({error}); write it with mlops live --out", 2) from error
    if not isinstance(found, dict) or not all(value is None or isinstance(value, str) for value in found.values()):
        raise CommandError(f"{path}: expected a JSON object of version by model; write it with mlops live --out", 2)
    return found
