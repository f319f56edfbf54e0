"""What a pipeline runs, step by step, as its YAML says: commands with their variables, and when each runs."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.delivery.steps import Job, azure_jobs, github

SYSTEMS = ("github", "azure")
# What the systems put in; ids of sign-ins and of the repository, which no step here looks up.
_GIVEN = {
    "vars.AZURE_CLIENT_ID": "local",
    "vars.AZURE_TENANT_ID": "local",
    "vars.DATABRICKS_CLIENT_ID": "local",
    "github.repository_owner": "example-org",
    "github.token": "",
    "github.base_ref": "main",
    "System.PullRequest.TargetBranch": "main",
    "System.AccessToken": "",
}
# Azure Pipelines' task gives them to its script.
_OF_A_CONNECTION = {"servicePrincipalId": "local", "tenantId": "local", "idToken": "local"}
_EXPRESSION = re.compile(r"\$\{\{ *([\w.-]+) *\}\}|\$\((System\.[\w.]+)\)")
_BEGUN = re.compile(r"steps\.(\w+)\.outcome != 'skipped'|variables\['(\w+)'\], 'true'")
_SETS = re.compile(r"##vso\[task\.setvariable variable=(\w+)\]true")


@dataclass(frozen=True, kw_only=True)
class Step:
    """One command of a job. `mends` runs only if something failed once the step `after` had begun, `always` whether it
    failed or not; `marks` is what later steps know this one by.
    """

    job: str
    command: str
    env: Mapping[str, str]
    mends: bool = False
    always: bool = False
    after: str = ""
    marks: str = ""

    @property
    def made(self) -> str:
        """Its call of make, without the sign-in around it; empty if it makes nothing."""
        found = re.search(r"^ *(make [\w =.-]+?) *$", self.command, re.MULTILINE)
        return found[1] if found else ""


def steps(system: str, pipeline: str, **matrix: str) -> list[Step]:
    """Those of every job, in the order in which the jobs wait for each other. `matrix` chooses one of several."""
    jobs = github(pipeline) if system == "github" else _chosen(azure_jobs(pipeline), matrix)
    return [step for job in jobs for step in _steps(job, matrix)]


def _chosen(jobs: Sequence[Job], matrix: Mapping[str, str]) -> list[Job]:
    """Of jobs that have the same name, the one of the matrix' environment."""
    names = [job.name for job in jobs]
    return [job for job in jobs if names.count(job.name) == 1 or _variables(job.written).get("ENV") == matrix["env"]]


def _steps(job: Job, matrix: Mapping[str, str]) -> Iterator[Step]:
    given = _GIVEN | {f"matrix.{key}": value for key, value in matrix.items()}
    given |= {f"inputs.{key}": _filled(str(value), given) for key, value in job.inputs.items()}
    env = {key: _filled(str(value), given) for key, value in _variables(job.written).items()}
    for step in job.steps:
        command = step.get("run") or step.get("bash") or step.get("inputs", {}).get("inlineScript")
        if not command:
            continue
        condition = str(step.get("if") or step.get("condition") or "")
        begun = _BEGUN.search(condition)
        sets = _SETS.search(command)
        yield Step(
            job=job.name,
            command=_filled(command, given),
            env=env | _OF_A_CONNECTION,
            mends="fail" in condition,
            always="always" in condition,
            after=next((name for name in begun.groups() if name), "") if begun else "",
            marks=sets[1] if sets else str(step.get("id", "")),
        )


def _variables(written: Mapping[str, Any]) -> dict[str, Any]:
    listed = written.get("variables", [])
    return {**written.get("env", {}), **{each["name"]: each["value"] for each in listed if "name" in each}}


def _filled(text: str, given: Mapping[str, str]) -> str:
    return _EXPRESSION.sub(lambda found: given[found[1] or found[2]], text)
