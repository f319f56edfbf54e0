"""The names defined in a notebook: `dbutils`, `display` and `spark`. Runs in the task's own process."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_SHOWN_ROWS = 20


class NotebookExit(BaseException):
    """The notebook ended itself with `dbutils.notebook.exit`; `value` is its result."""

    def __init__(self, value: str) -> None:
        self.value = value
        super().__init__(value)


class Widgets:
    """The notebook's parameters. A widget's default is used if the task gives no value."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = dict(given)
        self._defaults: dict[str, str] = {}

    def text(self, name: str, defaultValue: str = "", label: str = "") -> None:  # noqa: N803, ARG002 - Databricks' names
        """Declare a parameter."""
        self._defaults[name] = defaultValue

    def dropdown(self, name: str, defaultValue: str, choices: list[str], label: str = "") -> None:  # noqa: N803, ARG002
        """Declare a parameter with choices."""
        self._defaults[name] = defaultValue

    combobox = multiselect = dropdown

    def get(self, name: str) -> str:
        """A parameter's value. Raises LookupError for one that is neither passed nor declared."""
        known = self.getAll()
        if name not in known:
            raise LookupError(f"InputWidgetNotDefined: no widget named {name} is defined; there are: {sorted(known)}")
        return known[name]

    def getAll(self) -> dict[str, str]:  # noqa: N802 - Databricks' name
        """Every parameter."""
        return {**self._defaults, **self._given}

    def remove(self, name: str) -> None:
        """Remove a declaration."""
        self._defaults.pop(name, None)

    def removeAll(self) -> None:  # noqa: N802 - Databricks' name
        """Remove every declaration."""
        self._defaults.clear()


class _Notebook:
    @staticmethod
    def exit(value: object) -> None:
        raise NotebookExit(str(value))


class _TaskValues:
    @staticmethod
    def set(key: str, value: Any) -> None:
        """Set a value for later tasks."""
        file = Path(os.environ["MLOPS_TASK_VALUES"])
        held = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        file.write_text(json.dumps(held | {key: value}), encoding="utf-8")


class _Jobs:
    taskValues = _TaskValues()  # noqa: N815 - Databricks' name


class Dbutils:
    """`widgets`, `notebook.exit` and `jobs.taskValues.set`; `secrets` and `fs` are the Databricks SDK's."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self.widgets, self.notebook, self.jobs = Widgets(given), _Notebook(), _Jobs()

    def __getattr__(self, name: str) -> Any:
        if name not in ("secrets", "fs"):
            raise AttributeError(f"dbutils.{name} is not offered by the local cloud")
        from databricks.sdk import WorkspaceClient  # noqa: PLC0415 - asked by few notebooks

        return getattr(WorkspaceClient().dbutils, name)


def display(shown: Any) -> None:
    """Print what a notebook would show; for a table its first rows."""
    table = shown.limit(_SHOWN_ROWS).toPandas() if hasattr(shown, "toPandas") else shown
    print(table.head(_SHOWN_ROWS).to_string() if hasattr(table, "to_string") else table)


class Spark:
    """The session, made when it is first used: a notebook that needs none connects to none."""

    def __getattr__(self, name: str) -> Any:
        from pyspark.sql import SparkSession  # noqa: PLC0415 - the template has it loaded

        return getattr(SparkSession.builder.getOrCreate(), name)
