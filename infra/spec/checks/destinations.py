"""Rules about the recipients of alerts, and the secrets for sending them."""

from collections.abc import Iterator

from infra.spec.reading.raw import dig, present, table
from infra.spec.reading.read import Read, problem
from ml.declarations import ON_CALL
from ml.declarations.alerting import destinations
from settings.problems import Problem


def alert_secrets_lie_in_the_vault(read: Read) -> Iterator[Problem]:
    """The only secret scope is the environment's key vault."""
    for source, use_case, values in read.use_case_values():
        scope = dig(source.data, "name")
        for name in ("webhook_secret", "mail_secret"):
            given = dig(values, "jobs", "monitoring", name)
            if isinstance(given, str) and "/" in given and given.split("/")[0] != scope:
                location = ("use_cases", use_case, "jobs", "monitoring", name)
                allowed = f"{scope}/<key>, a secret of the environment's key vault"
                yield problem(source, location, given=given, allowed=allowed, fix="correct the scope")


def destinations_have_people(read: Read) -> Iterator[Problem]:
    """The recipients that a use case names for its alerts have addresses in each environment that monitors it."""
    for source, use_case, values in read.use_case_values():
        declared, named = read.use_cases.get(use_case), table(source.data, "destinations")
        if declared is None or "monitoring" not in present(values, "jobs"):
            continue
        for name in destinations(declared.alerts):
            if name != ON_CALL and name not in named:
                allowed = f"{name!r} under destinations, since {use_case} tells it of alerts"
                yield problem(
                    source, ("destinations",), given=sorted(named), allowed=allowed, fix="add it with its addresses"
                )


def destinations_are_told_apart(read: Read) -> Iterator[Problem]:
    """A stack looks up a destination by name, so no other may have the same name."""
    for source in read.environments.values():
        names = [ON_CALL, *table(source.data, "destinations")]
        for place, name in enumerate(names):
            others = [other for at, other in enumerate(names) if at != place and name in other]
            if others:
                allowed = f"names that are not part of another one, such as {others[0]!r}; on-call are those of notify"
                yield problem(source, ("destinations",), given=name, allowed=allowed, fix="rename it")
