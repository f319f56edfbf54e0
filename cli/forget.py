"""The result of forgetting a person, as rows. Pure."""

from collections.abc import Iterator, Sequence

from cli.history import Version
from cli.output import Row
from cli.runs import RunResult
from ml.versions.aliases import CHAMPION, PREVIOUS


def readers(model: str, versions: Sequence[Version], catalog: str) -> Iterator[dict[str, object]]:
    """Live and previous versions trained on tables of `catalog`, with the version of their features."""
    for version in versions:
        roles = [alias for alias in version.aliases if alias in (CHAMPION, PREVIOUS)]
        table = version.tags.get("feature_table", "")
        if roles and table.startswith(f"{catalog}."):
            yield {
                "model": model,
                "version": version.number,
                "is": ", ".join(roles),
                "table": table,
                "table_version": int(version.tags.get("feature_table_version", "0")),
            }


def told(result: RunResult, env: str, use_case: str) -> list[Row]:
    """One row per place that the person was removed from, and per file, model or fact that needs attention."""
    said = {task.task: task.accounting for task in result.tasks}
    rows = list(_of_ingest(said, env, use_case)) if said.keys() & {"bronze", "requests"} else []
    if "scoring" in said:
        rows.append(_row(f"{env}.{use_case}_gold.predictions", said["scoring"].get("rows_forgotten", 0)))
    return rows


def _of_ingest(said: dict[str, dict[str, object]], env: str, use_case: str) -> Iterator[Row]:
    asked = "requests" in said
    bronze = said["requests" if asked else "bronze"]
    later = "in the next round of the continuous ingest" if asked else ""
    known = later if bronze.get("person_found") else "neither bronze nor a landing file contains the person"
    yield _row(f"{env}.{use_case}_bronze", "" if asked else bronze.get("rows_removed", 0), known)
    left = "" if asked else said.get("silver", {}).get("rows_left", 0)
    yield _row(f"{env}.{use_case}_silver", left, later or "quarantine included")
    yield _row(f"{env}.{use_case}_gold", "", "built from silver, by difference")
    online = said.get("publish", {}).get("online_table")
    yield _row("online store", "", f"{online} is a copy of gold" if online else "there is none")
    for file in _listed(bronze, "landing_files"):
        yield _row(str(file), "yes", "landing: the sender must remove it; ingest no longer accepts this record")
    for file in _listed(bronze, "unread_files"):
        yield _row(str(file), "unknown", "landing: it cannot be read, so check it by hand")
    needed = [dict(model) for model in _listed(bronze, "trained_on")]  # type: ignore[call-overload]
    for model in needed:
        yield _of_model(model)
    until = "; before that, neither the live nor the previous model may be trained on them"
    what, after = (
        "old files of these tables",
        f"are removed by the first maintenance after {bronze.get('old_files_go_after')}",
    )
    yield _row(what, "", after + (until if any(model["had"] is not False for model in needed) else ""))


def _of_model(model: dict[str, object]) -> Row:
    had = {True: "yes", False: "no", None: "unknown"}[model["had"]]  # type: ignore[index]
    trained = f"trained on {model['table']}@{model['table_version']}"
    advice = "; train again, so that it is replaced" if model["had"] is not False else ""
    return _row(f"{model['model']} version {model['version']} ({model['is']})", had, trained + advice)


def _listed(said: dict[str, object], name: str) -> list[object]:
    found = said.get(name, [])
    return list(found) if isinstance(found, list) else []


def _row(what: str, found: object, details: str = "") -> Row:
    return {"what": what, "found": found, "details": details}
