"""Both pipeline systems run the same steps, which are calls of make, and their files are what the systems read."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.delivery.azure_yaml import pipeline
from tests.delivery.steps import AZURE, NAMES, ROOT, WORKFLOWS, azure, github, load

TOOLS = ROOT / ".tools" / "pipelines" / "bin"
# Beside make: how a job finds the deployed release and shows its summary, and the one script that is all of the checks.
OTHER = (
    r"\.ci/run",
    r'git checkout --quiet "\$\(git describe --tags --abbrev=0 --match \'v\*\'\)"',
    r"git checkout --quiet origin/main",
    r'cat dist/reviews/summary\.md >> "\$GITHUB_STEP_SUMMARY"',
    r'test ! -f dist/reviews/summary\.md \|\| echo "##vso\[task\.uploadsummary\]\$\(pwd\)/dist/reviews/summary\.md"',
    r'echo "##vso\[task\.setvariable variable=began\]true"',
)
# Of an extension, which the schema of Azure Pipelines does not know.
_EXTENSION = {"task": "TerraformInstaller@1", "inputs": {"terraformVersion": "1.11.4"}}


def _tool(name: str) -> str:
    found = shutil.which(name, path=str(TOOLS))
    if found is None:
        needs = " with Go" if name == "actionlint" else ""
        pytest.skip(f"needs {name}: run `make pipelines`{needs}")
    return found


@pytest.mark.parametrize("name", NAMES)
def test_both_systems_run_the_same_targets_in_the_same_order(name: str) -> None:
    """Job by job; a change to one alone fails here."""
    one, other = ({job.name: job.made for job in jobs} for jobs in (github(name), azure(name)))
    assert one == other
    assert any(one.values()) or name == "weekly"


def test_a_release_deploys_in_two_phases_and_rolls_back() -> None:
    """Platform and jobs, then a model through its gates, then what refers to it; the smoke test decides. What it passed
    goes to the other places, after the way back: one that cannot be moved does not take the release back.
    """
    [deploy] = [job for job in github("release") if job.name == "deploy"]
    assert deploy.made == (
        "setup",
        "live",
        "deploy",
        "train",
        "score",
        "deploy MASKS=1",
        "deploy SERVING=1",
        "smoke",
        "roll-back",
        "place",
    )
    back, place = deploy.steps[-2:]
    assert back["if"] == "${{ failure() && steps.deploy.outcome != 'skipped' }}"
    assert place == {"run": "make place"}
    [other] = [job for job in azure("release") if job.name == "deploy"]
    assert [step["condition"] for step in other.steps[-2:]] == [
        "and(failed(), eq(variables['began'], 'true'))",
        "succeeded()",
    ]


def test_a_branch_is_integrated_in_staging_and_leaves_it_again() -> None:
    """After its plans; whatever becomes of its jobs, the target branch is deployed to staging again."""
    for jobs in (github("pull-request"), azure("pull-request")):
        [found] = [job for job in jobs if job.name == "integration"]
        assert found.made == ("setup", "deploy", "integrate", "roll-back")
    [job] = [job for job in github("pull-request") if job.name == "integration"]
    assert (job.written["needs"], job.written["environment"]) == ("plan", "staging")
    assert job.written["env"]["TO"] == "${{ github.base_ref }}"
    assert job.steps[-1]["if"] == "${{ always() && steps.deploy.outcome != 'skipped' }}"
    [other] = [job for job in azure("pull-request") if job.name == "integration"]
    assert other.steps[-1]["condition"] == "and(always(), eq(variables['began'], 'true'))"
    assert {"name": "TO", "value": "$(System.PullRequest.TargetBranch)"} in other.written["variables"]


def test_a_release_reaches_production_through_staging() -> None:
    """The recorded checkout, with its wheel and documents: staging first, by the job that what is merged has too."""
    wanted = ("recorded", "staging", "plan", "deploy")
    for jobs in (github("release"), azure("release")):
        assert tuple(job.name for job in jobs if job.name in wanted) == wanted
    assert load(WORKFLOWS / "release.yml")["jobs"]["plan"]["needs"] == "staging"
    assert [job.made for job in github("release") if job.name == "staging"] == [
        job.made for job in github("staging") if job.name == "staging"
    ]
    [plan] = [job for job in pipeline(AZURE / "release.yml")["jobs"] if job.get("job") == "plan_prod"]
    assert plan["dependsOn"] == ["staging"]


def test_what_is_promoted_between_releases_is_placed_every_night_if_there_is_a_place() -> None:
    """By the deployed release's own code, unattended: gates have passed it. Without a place no machine is started."""
    for jobs in (github("place"), azure("place")):
        [job] = jobs
        assert [target for target in job.made if target != "setup"] == ["place"]
        assert any("git describe --tags" in command for command in job.commands)
    [[one], [other]] = github("place"), azure("place")
    assert (one.written["environment"], one.written["if"]) == ("prod-unattended", "vars.OTHER_PLACES == 'true'")
    assert other.written["condition"] == "eq(variables['OTHER_PLACES'], 'true')"


@pytest.mark.parametrize("name", NAMES)
def test_steps_are_calls_of_make(name: str) -> None:
    """What a pipeline does can be done by hand, and is tested as such."""
    allowed = re.compile("|".join((r"make [\w =.-]+", *OTHER)))
    for job in (*github(name), *azure(name)):
        for command in job.commands:
            lines = [line for line in command.strip().splitlines() if not line.startswith(("set -euo", "export "))]
            assert [line for line in lines if not allowed.fullmatch(line.strip())] == [], f"{job.file}: {job.name}"


def test_every_target_is_one_of_the_makefile() -> None:
    """A typing error would be seen at the first run only."""
    known = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    called = {target.split()[0] for name in NAMES for job in github(name) for target in job.made}
    assert called <= known
    assert {"lint", "types", "test", "synth-check", "scan", "secrets", "plan", "review", "comment"} <= called


def test_every_environment_is_planned_and_watched() -> None:
    """Those of workspaces/, in both systems: a new one has to be added to both."""
    declared = {path.stem for path in (ROOT / "workspaces").glob("*.yaml")} - {"platform"}
    for name, job in (("pull-request", "plan"), ("drift", "drift"), ("drift", "ticket")):
        written = load(WORKFLOWS / f"{name}.yml")["jobs"][job]
        assert set(written["strategy"]["matrix"]["env"]) == declared
        jobs = [each.get("job", "") for each in pipeline(AZURE / f"{name}.yml")["jobs"]]
        made = {each for each in jobs if each.startswith(f"{job}_")}
        assert made == {f"{job}_{environment}" for environment in declared}


def test_two_deployments_of_an_environment_wait_for_each_other() -> None:
    """And the search for drift waits for them: it would see what is half done."""
    groups = {name: load(WORKFLOWS / f"{name}.yml")["concurrency"] for name in ("release", "place")}
    groups["staging"] = load(WORKFLOWS / "deploy-staging.yml")["jobs"]["staging"]["concurrency"]
    groups["pull-request"] = load(WORKFLOWS / "pull-request.yml")["jobs"]["integration"]["concurrency"]
    groups["drift"] = load(WORKFLOWS / "drift.yml")["jobs"]["drift"]["concurrency"]
    assert {name: (each["group"], each["cancel-in-progress"]) for name, each in groups.items()} == {
        "staging": ("deploy-staging", False),
        "pull-request": ("deploy-staging", False),
        "release": ("deploy-prod", False),
        "place": ("deploy-prod", False),
        "drift": ("deploy-${{ matrix.env }}", False),
    }
    assert {
        pipeline(AZURE / f"{name}.yml")["lockBehavior"] for name in ("staging", "release", "place", "pull-request")
    } == {"sequential"}


def test_actionlint_finds_nothing() -> None:
    """Every workflow, with the expressions and the shell in it."""
    done = subprocess.run([_tool("actionlint")], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_githubs_schemas_hold() -> None:
    """Those inside check-jsonschema, for workflows and for actions."""
    tool = _tool("check-jsonschema")
    for schema, paths in (
        ("vendor.github-workflows", sorted(WORKFLOWS.glob("*.yml"))),
        ("vendor.github-actions", [ROOT / ".github" / "actions" / "set-up" / "action.yml"]),
    ):
        command = [tool, "--builtin-schema", schema, *map(str, paths)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


def test_azures_schema_holds(tmp_path: Path) -> None:
    """For each whole pipeline, with its templates put in. A task of an extension stands for a step of its own."""
    files = [tmp_path / f"{name}.json" for name in NAMES]
    for file in files:
        written = json.dumps(pipeline(AZURE / f"{file.stem}.yml"))
        file.write_text(written.replace(json.dumps(_EXTENSION), '{"bash": "terraform"}'))
    options = ["--builtin-schema", "vendor.azure-pipelines", "--regex-variant", "python"]
    command = [_tool("check-jsonschema"), *options, *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[:2000]
