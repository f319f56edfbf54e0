"""`mlops alerts`."""

from collections.abc import Callable
from typing import Any

import click

from cli.alerts import alert_rows, record
from cli.cloud import HOST
from cli.errors import CommandError
from cli.models import models_of, named_model
from cli.output import format_option, show
from cli.removals import by_option
from ml.usecases import USE_CASES

_SHORT = (
    *("model", "key", "status", "since_period", "last_period", "what", "slice"),
    *("handled_by", "handled_at", "snoozed_until"),
)


@click.group()
def alerts() -> None:
    """List, acknowledge, snooze or resolve alerts."""


@alerts.command("list")
@click.argument("model", required=False)
@click.option("--env", help="Environment [prod, or that of the full name].")
@click.option("--all", "ended", is_flag=True, help="Show ended alerts too.")
@format_option
def list_(*, model: str | None, env: str | None, ended: bool, form: str) -> None:
    """List the alerts of MODEL [of all models].

    MODEL is a use case, USECASE/MODEL, or a model's full name.
    """
    if model:
        chosen = [named_model(model, env)]
    else:
        chosen = [each for name in sorted(USE_CASES) for each in models_of(name, env or "prod")]
    rows = [row for each in chosen for row in alert_rows(each, ended=ended)]
    shown = [{name: row[name] for name in _SHORT} for row in rows] if form == "table" else rows
    show(shown, form=form, title="alerts" if ended else "open alerts", columns=_SHORT)


def _about_one(command: Callable[..., None]) -> Callable[..., None]:
    """The arguments and options that all actions share."""
    decorators: tuple[Callable[[Any], Any], ...] = (
        click.argument("model"),
        click.argument("key"),
        by_option,
        click.option("--reason", required=True, help="Why; it is recorded."),
        click.option("--env", help="Environment [prod, or that of the full name]."),
        click.option("--host", help=HOST),
    )
    for decorate in reversed(decorators):
        command = decorate(command)
    return command


@alerts.command()
@_about_one
def ack(*, model: str, key: str, by: str, reason: str, env: str | None, host: str | None) -> None:
    """Acknowledge the alert KEY of MODEL.

    No reminders follow; when the alert ends, that is reported.
    """
    _record("acknowledge", model, key, by=by, reason=reason, env=env, host=host)


@alerts.command()
@_about_one
@click.option("--periods", type=click.IntRange(min=1), help="How many periods to silence it for.")
@click.option("--until", metavar="PERIOD", help="Instead: the first period in which it is sent again, such as 2025-09.")
def snooze(
    *,
    model: str,
    key: str,
    by: str,
    reason: str,
    env: str | None,
    host: str | None,
    periods: int | None,
    until: str | None,
) -> None:
    """Silence the alert KEY of MODEL for some periods, or until a period.

    If it lasts longer, it is sent again.
    """
    if (periods is None) == (until is None):
        given = "both --periods and --until" if until else "neither --periods nor --until"
        raise CommandError(f"snooze has {given}: give one of them, how long to silence it or until when", 2)
    if until:
        _check_period(named_model(model, env).use_case, until)
    _record("snooze", model, key, by=by, reason=reason, env=env, host=host, periods=periods or 0, until=until or "")


@alerts.command()
@_about_one
def resolve(*, model: str, key: str, by: str, reason: str, env: str | None, host: str | None) -> None:
    """Mark the alert KEY of MODEL as settled.

    If its cause persists in a later period, it is sent again.
    """
    _record("resolve", model, key, by=by, reason=reason, env=env, host=host)


def _check_period(use_case: str, name: str) -> None:
    """Refuse what is no period here: the job would refuse it too, but tells its own output only."""
    try:
        USE_CASES[use_case].judging.parse(name)
    except ValueError as error:
        raise CommandError(f"--until {error}", 2) from error


def _record(
    action: str,
    model: str,
    key: str,
    *,
    by: str,
    reason: str,
    env: str | None,
    host: str | None,
    periods: int = 0,
    until: str = "",
) -> None:
    found = named_model(model, env)
    asked = {"key": key, "action": action, "by": by, "reason": reason, "periods": str(periods), "until": until}
    record(found, asked, host)
    click.echo(f"{found.full_name}: {action} of {key} is recorded")
