"""Parameters of a task: `--name value` pairs, each required unless it is declared with a default."""

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn
from urllib.parse import urlsplit

from ml.declarations import Calendar, Layer, Model, UseCase
from ml.usecases import USE_CASES

# The parameters that decide a model are in the fingerprint.
RETRAINS = False

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")


class _Parser(argparse.ArgumentParser):
    """argparse with an error that also lists the allowed flags."""

    def error(self, message: str) -> NoReturn:
        """Print the error and the allowed flags; exit 2."""
        self.exit(2, f"{self.prog}: {message}\nallowed: {self.format_usage().removeprefix('usage: ')}")

    def parse_known_args(self, *given: Any, **more: Any) -> Any:
        """As argparse's; an unknown model, or none where the use case has several, is an error."""
        parsed, unknown = super().parse_known_args(*given, **more)
        if hasattr(parsed, "model"):
            try:
                USE_CASES[parsed.use_case].model_named(parsed.model)
            except LookupError as error:
                self.error(f"--model: {error.args[0]}")
        return parsed, unknown


@dataclass(frozen=True, kw_only=True)
class Common:
    """The parameters of every task: the use case, the catalog and the job run.

    `named` is the model that the task works on; None for the only model, and in tasks that work on all models.
    """

    use_case: UseCase
    catalog: str
    run_id: str
    named: str | None = None

    @property
    def model(self) -> Model:
        """The declared model that the task works on. Raises LookupError if several are declared and none is named."""
        return self.use_case.model_named(self.named)

    @property
    def model_name(self) -> str:
        """Full name of the registered model."""
        return self.model.full_name(self.catalog, self.use_case.name)

    @property
    def judging(self) -> Calendar:
        """The periods that split, judge and monitor the use case's models."""
        return self.use_case.judging

    def schema(self, layer: Layer) -> str:
        """`<catalog>.<usecase>_<layer>`."""
        return f"{self.catalog}.{self.use_case.schema(layer)}"


def name(text: str) -> str:
    """`text` if it is a plain catalog or schema name; names reach SQL, so anything else is refused."""
    if not _NAME.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a name: use letters, digits, '_' and '-'")
    return text


def index_url(text: str) -> str:
    """`text` if it is a package index URL that an artifact may contain: over TLS, without user, token or query."""
    parts = urlsplit(text)
    if not (parts.scheme == "https" and parts.hostname) or {"@", "?", "#", " "} & set(text):
        # The given URL may contain a token, so the message does not repeat it.
        raise argparse.ArgumentTypeError("it is not a package index: give https://HOST/PATH without a user or a token")
    return text


def told(text: str) -> str:
    """`text` unless it is blank: the requester of a change and the reason must not be left out."""
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty: give a value, because it is recorded")
    return text.strip()


def parser(task: str) -> argparse.ArgumentParser:
    """A parser with the flags of every task. A task adds its own flags, then calls `common`."""
    flags = _Parser(prog=task, allow_abbrev=False)
    flags.add_argument("--use-case", required=True, choices=sorted(USE_CASES))
    flags.add_argument("--catalog", required=True, type=name)
    flags.add_argument("--run-id", required=True)
    return flags


def of_model(task: str) -> argparse.ArgumentParser:
    """A parser for tasks that work on one model of the use case; a single model needs no name."""
    flags = parser(task)
    flags.add_argument("--model", type=name, help="one of the use case's models; required if it has several")
    return flags


def with_unmasked_table(task: str) -> argparse.ArgumentParser:
    """A parser for tasks that store the models' features a second time, for readers whom masks would keep out."""
    flags = parser(task)
    flags.add_argument("--unmasked-table", type=name, help="table of features without sensitive columns; default: none")
    return flags


def with_requests(task: str) -> argparse.ArgumentParser:
    """A parser for a task that can also withdraw a delivery, forget a person or restore a table; empty flags: none."""
    flags = parser(task)
    flags.add_argument("--withdraw", default="", type=_delivery, help="FEED/DELIVERY; default or empty: none")
    flags.add_argument("--forget", default="", help="a person, as SALT:HASH; default or empty: nobody")
    flags.add_argument("--trained", default="", help="JSON: models to search for the person, with tables and versions")
    flags.add_argument("--restore", default="", type=_version, help="TABLE@VERSION; default or empty: none")
    flags.add_argument("--reason", default="", help="why")
    flags.add_argument("--by", default="", help="who asks for it")
    return flags


def first_day(flags: argparse.ArgumentParser, task: Common, period: str, flag: str = "--holdout-start") -> date | None:
    """The first day of the period given as `flag`; None for empty text, by which a job leaves a parameter out.

    Prints an error and exits with code 2 if the value is not a period of the use case.
    """
    if not period:
        return None
    try:
        return task.judging.first_day(task.judging.parse(period))
    except ValueError as error:
        flags.error(f"argument {flag}: {error}, or nothing")


def _delivery(text: str) -> str:
    feed, _, delivery = text.partition("/")
    if text and not (feed and delivery):
        raise argparse.ArgumentTypeError(f"{text!r} is not a delivery: give FEED/DELIVERY, such as labels/2024-01.csv")
    return text


def _version(text: str) -> str:
    if text and not re.fullmatch(r"[^@]+\.[^@]+\.[^@]+@\d+", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a table version: give catalog.schema.table@VERSION")
    return text


def common(parsed: argparse.Namespace) -> Common:
    """The common parameters among `parsed`."""
    return Common(
        use_case=USE_CASES[parsed.use_case],
        catalog=parsed.catalog,
        run_id=parsed.run_id,
        named=getattr(parsed, "model", None),
    )


def parse(task: str, arguments: Sequence[str] | None = None) -> Common:
    """The parameters of a task without flags of its own. Unknown or missing flags print an error and exit 2."""
    return common(parser(task).parse_args(arguments))
