"""Alerts of a use case: recipients, advice, and the time until reminders."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ml.declarations.errors import require

# The people that an environment's file names under `notify`.
ON_CALL = "on-call"
_NAME = re.compile(r"[a-z][a-z0-9-]*")


class AlertSubject(StrEnum):
    """The subject of an alert; `unknown` covers what should be measurable but is not."""

    DATA_QUALITY = "data_quality"
    DRIFT = "drift"
    PERFORMANCE = "performance"
    FAIRNESS = "fairness"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class AlertRule:
    """How alerts about one subject are handled.

    Attributes:
        about: the subject.
        tell: the destination, `on-call` or a name under `destinations` of each environment that monitors the use case.
        what_to_do: replaces the general advice.
        remind_after_periods: an unacknowledged alert is sent again after this many periods; 0: never.
    """

    about: AlertSubject
    tell: str = ON_CALL
    what_to_do: str = ""
    remind_after_periods: int = 6

    def __post_init__(self) -> None:
        after = self.remind_after_periods
        require(
            f"alert rule about {self.about}",
            [
                None
                if _NAME.fullmatch(self.tell)
                else f"tell is {self.tell!r}: give a name of lower-case letters, digits and '-'",
                None if after >= 0 else f"remind_after_periods is {after}: give 0 (never) or more",
            ],
        )


def rule_about(subject: str, rules: Sequence[AlertRule]) -> AlertRule:
    """The declared rule about `subject`, or the default. Raises ValueError for an unknown subject."""
    about = AlertSubject(subject)
    return next((rule for rule in rules if rule.about is about), AlertRule(about=about))


def destinations(rules: Sequence[AlertRule]) -> tuple[str, ...]:
    """The destinations of all alerts, in the order of the subjects; each once."""
    return tuple(dict.fromkeys(rule_about(subject, rules).tell for subject in AlertSubject))


def subjects_of(destination: str, rules: Sequence[AlertRule]) -> tuple[AlertSubject, ...]:
    """The subjects that `destination` gets alerts about."""
    return tuple(subject for subject in AlertSubject if rule_about(subject, rules).tell == destination)


def repeated(rules: Sequence[AlertRule]) -> Iterator[str]:
    """Subjects with more than one rule."""
    about = [rule.about for rule in rules]
    for subject in dict.fromkeys(each for each in about if about.count(each) > 1):
        yield f"alerts has several rules about {subject}: keep one"
