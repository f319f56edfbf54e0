"""Runs every check. A check that cannot query is unknown, so that one refusal hides no other finding."""

from collections.abc import Iterable, Iterator

from cli.doctor.check import Check, Fault, Line, NotAskedError, Result, UnknownAnswerError
from cli.doctor.deployed_environment import DeployedEnvironment


def examine(deployed: DeployedEnvironment, checks: Iterable[Check]) -> list[Line]:
    """The report: a line per fault, and one per check that found none or could not finish, after its faults if any."""
    return [line for check in checks for line in _lines(deployed, check)]


def _lines(deployed: DeployedEnvironment, check: Check) -> Iterator[Line]:
    from databricks.sdk.errors.base import DatabricksError  # noqa: PLC0415 - takes half a second

    faults: list[Fault] = []
    try:
        faults.extend(check.ask(deployed))  # faults found before a refusal stay in the report
    except NotAskedError as error:
        yield Line(check=check.name, result=Result.NOT_ASKED, what=str(error))
        return
    except (DatabricksError, UnknownAnswerError, OSError, TimeoutError, ValueError) as error:
        fix = "fix the findings above, or run as a principal that may read this, then run it again"
        yield Line(check=check.name, result=Result.UNKNOWN, what=f"{type(error).__name__}: {error}", fix=fix)
    else:
        if not faults:
            yield Line(check=check.name, result=Result.OK)
    for each in faults:
        yield Line(check=check.name, result=Result.WRONG, subject=each.subject, what=each.wrong, fix=each.fix)
