"""The drift of a local cloud with the values before it: a file in the cloud's directory, so that it can be undone."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.drift.kinds import DRIFTS, Drift
from cli.errors import CommandError
from cli.output import Row

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

_FILE = "drift.json"


class Drifted:
    """The drifts of one environment that were made and not undone."""

    def __init__(self, home: Path, env: str) -> None:
        self._path, self._env = home / _FILE, env

    def names(self) -> dict[str, str]:
        """Subjects by the name of their drift."""
        return {name: known["subject"] for name, known in self._all().get(self._env, {}).items()}

    def make(self, drift: Drift, client: "WorkspaceClient", catalog: str) -> Row:
        """Change the first object of the kind. Raises CommandError if it has drifted already."""
        if drift.name in self.names():
            raise CommandError(
                f"{self.names()[drift.name]} already has the drift {drift.name!r}. "
                f"Put it back: mlops drift {drift.name} --env {self._env} --undo"
            )
        subject = drift.subject(client, catalog)
        before = drift.read(client, subject)
        after = drift.change(before)
        # Recorded first: however this command ends, the previous value is known.
        self._note(drift.name, {"subject": subject, "before": before})
        drift.write(client, subject, after)
        return {"drift": drift.name, "subject": subject, "was": before, "is": after, "noticed by": drift.noticed_by}

    def undo(self, drift: Drift, client: "WorkspaceClient") -> Row:
        """Restore the previous value. Raises CommandError if it did not drift."""
        known = self._all().get(self._env, {}).get(drift.name)
        if known is None:
            on = ", ".join(sorted(self.names())) or "none"
            raise CommandError(f"{self._env} has no drift {drift.name!r}; it has: {on}")
        subject, found = known["subject"], drift.read(client, known["subject"])
        drift.write(client, subject, known["before"])
        self._note(drift.name, None)
        return {"drift": drift.name, "subject": subject, "was": found, "is": known["before"], "noticed by": ""}

    def _all(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = json.loads(self._path.read_text()) if self._path.exists() else {}
        return found

    def _note(self, name: str, known: dict[str, Any] | None) -> None:
        noted = self._all()
        here = {key: value for key, value in noted.get(self._env, {}).items() if key != name}
        noted[self._env] = here if known is None else here | {name: known}
        self._path.write_text(json.dumps(noted, indent=1) + "\n", encoding="utf-8")


def named(name: str) -> Drift:
    """The drift of that name. Raises CommandError that lists the existing ones."""
    found = next((each for each in DRIFTS if each.name == name), None)
    if found is None:
        raise CommandError(f"drift {name!r} is unknown; there are {', '.join(each.name for each in DRIFTS)}", 2)
    return found
