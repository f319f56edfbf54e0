"""What the jobs of both pipeline systems run, in the same form."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.delivery.azure_yaml import pipeline

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS, AZURE = ROOT / ".github" / "workflows", ROOT / "azure-pipelines"
# The same pipelines in both, by the name of their files; `checks` and `plan` are parts of others.
NAMES = ("drift", "place", "pull-request", "release", "renew", "staging", "weekly")
_MAKE = re.compile(r"^ *make ([\w =.-]+?) *$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Job:
    """One job as it is written, and the workflow or pipeline that it is of. `inputs` are what a caller gives to it."""

    file: str
    name: str
    written: Mapping[str, Any]
    steps: tuple[Mapping[str, Any], ...]
    inputs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def commands(self) -> tuple[str, ...]:
        """What its steps run, in order."""
        return tuple(text for step in self.steps for text in _commands(step))

    @property
    def made(self) -> tuple[str, ...]:
        """The make targets, in order, each with the variables of its command."""
        calls = (words for command in self.commands for words in _MAKE.findall(command))
        return tuple(target for words in calls for target in _split(words))


def _split(words: str) -> Iterator[str]:
    variables = " ".join(word for word in words.split() if "=" in word)
    yield from (f"{word} {variables}".strip() for word in words.split() if "=" not in word)


def _commands(step: Mapping[str, Any]) -> Iterator[str]:
    for text in (step.get("run"), step.get("bash"), step.get("inputs", {}).get("inlineScript")):
        if text:
            yield text


def load(path: Path) -> Any:
    """A YAML file of GitHub's, whose key `on` is no truth value."""
    text = re.sub(r"^on:", '"on":', path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return yaml.safe_load(text)


@cache
def github(name: str) -> list[Job]:
    """The jobs of a workflow, with those of the reusable ones that it calls."""
    return list(_github(WORKFLOWS / f"{name}.yml"))


def _github(path: Path, inputs: Mapping[str, Any] | None = None) -> Iterator[Job]:
    for name, job in load(path)["jobs"].items():
        if "uses" in job:
            yield from _github(ROOT / job["uses"], job.get("with"))
        else:
            steps = tuple(step for each in job["steps"] for step in _composite(each))
            yield Job(file=path.name, name=name, written=job, steps=steps, inputs=inputs or {})


def _composite(step: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if str(step.get("uses", "")).startswith("./"):
        yield from load(ROOT / step["uses"] / "action.yml")["runs"]["steps"]
    else:
        yield step


@cache
def azure(name: str) -> list[Job]:
    """The jobs of a pipeline, with those of its templates. One per environment counts as one, as a matrix does."""
    found: dict[str, Job] = {}
    for job in azure_jobs(name):
        assert found.setdefault(job.name, job).made == job.made, f"{job.name} differs by environment"
    return list(found.values())


@cache
def azure_jobs(name: str) -> list[Job]:
    """All of them: those of several environments have the same name."""
    made = []
    for job in pipeline(AZURE / f"{name}.yml")["jobs"]:
        steps = job["steps"] if "steps" in job else job["strategy"]["runOnce"]["deploy"]["steps"]
        label = (job.get("job") or job["deployment"]).partition("_")[0]
        made.append(Job(file=f"{name}.yml", name=label, written=job, steps=tuple(steps)))
    return made
