"""Runs the steps of a pipeline in a checkout, as the systems do: until one fails, and then what mends it."""

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.rehearsal.steps import Step


@dataclass(frozen=True, kw_only=True)
class Done:
    """A step that was run: its exit code, and all that it said."""

    step: Step
    code: int
    said: str


def play(
    planned: Sequence[Step],
    checkout: Path,
    env: Mapping[str, str],
    *,
    leaves_out: Callable[[str], str] = lambda command: command,
    lost_after: str = "",
) -> list[Done]:
    """Run `planned` one after the other.

    `leaves_out` takes from a command what is not rehearsed; an empty one is passed over. `lost_after` names the call of
    make after which the machine is lost: nothing runs any more, not even what mends.
    """
    done: list[Done] = []
    failed = False
    for step in planned:
        command = leaves_out(step.command)
        if not command or not _is_due(step, done, failed=failed):
            continue
        done.append(_run(step, command, checkout, env))
        failed = failed or done[-1].code != 0
        if lost_after and step.made == lost_after:
            return done
    return done


def made(done: Sequence[Done]) -> list[tuple[str, str]]:
    """Which calls of make ran, by job; every step has to have succeeded."""
    failed = [f"{each.step.command}\n{each.said[-3000:]}" for each in done if each.code]
    assert not failed, "\n".join(failed)
    return [(each.step.job, each.step.made) for each in done if each.step.made]


def _is_due(step: Step, done: Sequence[Done], *, failed: bool) -> bool:
    if step.mends or step.always:
        return (step.always or failed) and _begun(step, done)
    return not failed


def _begun(step: Step, done: Sequence[Done]) -> bool:
    return any(each.step.job == step.job and each.step.marks == step.after for each in done)


def _run(step: Step, command: str, checkout: Path, env: Mapping[str, str]) -> Done:
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=checkout,
        env={**env, **step.env, "GITHUB_STEP_SUMMARY": os.devnull},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Done(step=step, code=ran.returncode, said=ran.stdout)
