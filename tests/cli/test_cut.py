"""A release is cut once: version, changelog, one wheel by its hash, its bill of materials, a commit and a tag."""

import json
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from cli.main import mlops
from cli.release.check import check_release
from cli.release.cut import cut
from cli.release.errors import ReleaseError
from cli.release.git import alone
from cli.release.version import later, with_entry, with_version

# Stands for the synthesis: one document that says what `stack.txt` says, and which commit it is of.
SYNTH = """import json, os, pathlib
folder = pathlib.Path(os.environ["CDKTF_OUTDIR"], "stacks", "prod-ml")
folder.mkdir(parents=True)
found = {"says": pathlib.Path("stack.txt").read_text(), "commit": os.environ["MLOPS_GIT_COMMIT"]}
(folder / "cdk.tf.json").write_text(json.dumps(found))
"""
DAY = date(2027, 1, 15)
CHANGELOG = "# Changelog\n\n## Unreleased\n\n### Added\n- A thing.\n\n## 0.1.0, 2026-10-01\n- The first.\n"


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def checkout(root: Path, tmp_path: Path) -> Path:
    """A small checkout with this repository's package, lock and changelog, and a stack."""
    for name in ("pyproject.toml", "LICENSE", "Pipfile.lock"):
        shutil.copy(root / name, tmp_path / name)
    (tmp_path / "ml" / "runtimes").mkdir(parents=True)
    (tmp_path / "ml" / "__init__.py").write_text('"""A package."""\n')
    for lock in (root / "ml" / "runtimes").glob("*.lock"):
        shutil.copy(lock, tmp_path / "ml" / "runtimes" / lock.name)
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "main.py").write_text(SYNTH)
    (tmp_path / "stack.txt").write_text("a schema")
    (tmp_path / ".gitignore").write_text("dist/\n")
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    _git(tmp_path, "init", "-q")
    for name, value in (("user.name", "t"), ("user.email", "t@example.com")):
        _git(tmp_path, "config", name, value)
    _git(tmp_path, "add", ".")
    _git(tmp_path, "commit", "-qm", "first")
    return tmp_path


def test_a_release_is_cut_whole(checkout: Path) -> None:
    """Committed and tagged, with the hash of the one wheel that is built; the checkout is then what was recorded."""
    assert "v9.1.0 is committed and tagged" in cut(checkout, "9.1.0", DAY)
    record = json.loads((checkout / "releases" / "v9.1.0" / "release.json").read_text())
    assert (record["version"], record["date"]) == ("9.1.0", "2027-01-15")
    assert record["commit"] == _git(checkout, "rev-parse", "HEAD^")
    assert record["wheel"] == "mlops_ml-9.1.0-py3-none-any.whl"
    assert 'version = "9.1.0"' in (checkout / "pyproject.toml").read_text()
    assert "## Unreleased\n\n## 9.1.0, 2027-01-15\n\n### Added\n- A thing.\n" in (checkout / "CHANGELOG.md").read_text()
    assert (_git(checkout, "status", "--porcelain"), _git(checkout, "tag")) == ("", "v9.1.0")
    assert _git(checkout, "log", "-1", "--format=%s") == "Release 9.1.0"
    assert check_release(checkout) == "this is the release 9.1.0, as it was cut on 2027-01-15"


def test_its_bill_of_materials_is_cyclonedx(checkout: Path, root: Path) -> None:
    """By the format's own schema: each locked package with its version, and what travels to each runtime."""
    cut(checkout, "9.1.0", DAY)
    text = (checkout / "releases" / "v9.1.0" / "sbom.cdx.json").read_text()
    assert JsonStrictValidator(SchemaVersion.V1_5).validate_str(text) is None
    found = json.loads(text)
    locked = json.loads((root / "Pipfile.lock").read_text())["default"]
    where = {(each["name"], each["properties"][0]["value"]): each["version"] for each in found["components"]}
    assert {name for name, place in where if place == "environment"} == locked.keys()
    assert where["mlflow", "environment"] == locked["mlflow"]["version"].removeprefix("==")
    assert ("optuna", "runtime serverless-5") in where
    assert (
        found["metadata"]["component"]["hashes"][0]["content"]
        == json.loads((checkout / "releases" / "v9.1.0" / "release.json").read_text())["sha256"]
    )


@pytest.mark.parametrize(
    ("file", "was", "now"),
    [("ml/__init__.py", "A package", "Another"), ("pyproject.toml", '"numpy>=2.1,<3"', '"numpy>=2.2,<3"')],
)
def test_code_that_was_changed_since_is_another_release(checkout: Path, file: str, was: str, now: str) -> None:
    """So a branch that moved on, or asks for other libraries, cannot be deployed under its version."""
    cut(checkout, "9.1.0", DAY)
    text = (checkout / file).read_text()
    assert was in text
    (checkout / file).write_text(text.replace(was, now))
    with pytest.raises(ReleaseError, match=r"this is not the release 9\.1\.0: wheel's content: recorded"):
        check_release(checkout)


def test_a_stack_that_was_changed_since_is_another_release(checkout: Path) -> None:
    """What was reviewed as documents is what is deployed, in every environment."""
    cut(checkout, "9.1.0", DAY)
    (checkout / "stack.txt").write_text("a schema, and a grant")
    with pytest.raises(ReleaseError, match=r"this is not the release 9\.1\.0: documents of the stacks: recorded"):
        check_release(checkout)


@pytest.mark.parametrize(
    ("file", "what"), [("sbom.cdx.json", "bill of materials"), ("provenance.intoto.json", "provenance")]
)
def test_a_paper_that_was_changed_is_found(checkout: Path, file: str, what: str) -> None:
    """Each is recorded by its hash; one that is gone counts as changed."""
    cut(checkout, "9.1.0", DAY)
    paper = checkout / "releases" / "v9.1.0" / file
    paper.write_text(paper.read_text() + " ")
    with pytest.raises(ReleaseError, match=f"{what}: recorded"):
        check_release(checkout)
    paper.unlink()
    with pytest.raises(ReleaseError, match=f"{what}: recorded .* is nothing"):
        check_release(checkout)


def test_its_provenance_is_an_in_toto_statement(checkout: Path) -> None:
    """About the wheel, the documents and the bill, from a commit and the locks: every digest is that of the record."""
    cut(checkout, "9.1.0", DAY)
    folder = checkout / "releases" / "v9.1.0"
    record = json.loads((folder / "release.json").read_text())
    found = json.loads((folder / "provenance.intoto.json").read_text())
    kinds = (found["_type"], found["predicateType"])
    assert kinds == ("https://in-toto.io/Statement/v1", "https://slsa.dev/provenance/v1")
    assert {each["name"]: each["digest"]["sha256"] for each in found["subject"]} == {
        record["wheel"]: record["sha256"],
        "cdktf.out": record["documents_sha256"],
        "sbom.cdx.json": record["sbom_sha256"],
    }
    definition = found["predicate"]["buildDefinition"]
    assert definition["externalParameters"] == {"version": "9.1.0"}
    commit, *inputs = definition["resolvedDependencies"]
    assert commit["digest"] == {"gitCommit": record["commit"]}
    assert "Pipfile.lock" in {each["name"] for each in inputs}


def test_what_fails_half_way_leaves_nothing_and_the_rerun_cuts_it(checkout: Path) -> None:
    """A synthesis that breaks: no file is changed, no commit made, no worktree left; mended, it is cut."""
    before = _git(checkout, "rev-parse", "HEAD")
    (checkout / "infra" / "main.py").write_text("raise SystemExit('node is missing')")
    _git(checkout, "commit", "-qam", "break it")
    with pytest.raises(ReleaseError, match="the stacks cannot be synthesized: node is missing"):
        cut(checkout, "9.1.0", DAY)
    assert (_git(checkout, "status", "--porcelain"), _git(checkout, "tag")) == ("", "")
    assert len(_git(checkout, "worktree", "list").splitlines()) == 1
    _git(checkout, "reset", "-q", "--hard", before)
    assert "v9.1.0 is committed and tagged" in cut(checkout, "9.1.0", DAY)


def test_one_that_was_stopped_before_its_tag_is_tagged(checkout: Path) -> None:
    """The rerun makes no second commit."""
    cut(checkout, "9.1.0", DAY)
    commit = _git(checkout, "rev-parse", "HEAD")
    _git(checkout, "tag", "-d", "v9.1.0")
    assert "v9.1.0 is committed and tagged" in cut(checkout, "9.1.0", DAY)
    assert _git(checkout, "rev-parse", "HEAD", "v9.1.0^{commit}").splitlines() == [commit, commit]


def test_two_at_once_do_not_interleave(checkout: Path) -> None:
    """While one is being cut, another one of the repository is refused, and changes nothing."""
    with alone(checkout), pytest.raises(ReleaseError, match="another release is being cut in this repository"):
        cut(checkout, "9.1.0", DAY)
    assert _git(checkout, "tag") == ""
    assert "v9.1.0" in cut(checkout, "9.1.0", DAY)


def test_two_clones_cannot_both_push(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The second release was not cut from the first: git refuses it whole, tag and branch."""
    shared = tmp_path_factory.mktemp("shared")
    _git(shared, "init", "-q", "--bare")
    other = tmp_path_factory.mktemp("other")
    _git(other, "clone", "-q", str(checkout), ".")
    for name, value in (("user.name", "o"), ("user.email", "o@example.com")):
        _git(other, "config", name, value)
    branch = _git(checkout, "branch", "--show-current")
    push = ("push", "-q", "--atomic", "--follow-tags", str(shared), branch)
    cut(checkout, "9.1.0", DAY)
    cut(other, "9.2.0", DAY)
    _git(checkout, *push)
    with pytest.raises(subprocess.CalledProcessError):
        _git(other, *push)
    assert _git(shared, "tag") == "v9.1.0"


def test_an_older_release_is_not_deployed_after_a_later_one(checkout: Path) -> None:
    """A rerun of an old pipeline would take production back: that is what a roll-back is for."""
    cut(checkout, "9.1.0", DAY)
    _git(checkout, "tag", "v10.0.0")
    with pytest.raises(ReleaseError, match=r"v10\.0\.0 was cut after 9\.1\.0: deploy that one"):
        check_release(checkout)
    assert later("9.1.0", ["v9.0.9", "vendor", "v9.1.0"]) is None


def test_git_has_to_know_who_cuts_it(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a fresh machine it does not, and the message says how to tell it."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    _git(checkout, "config", "--unset", "user.name")
    _git(checkout, "config", "--unset", "user.email")
    _git(checkout, "config", "user.useConfigOnly", "true")
    with pytest.raises(ReleaseError, match=r"git does not know who you are.*git config user\.name"):
        cut(checkout, "9.1.0", DAY)


def test_a_record_is_read_strictly(checkout: Path) -> None:
    """One with other fields is none."""
    cut(checkout, "9.1.0", DAY)
    (checkout / "releases" / "v9.1.0" / "release.json").write_text('{"version": "9.1.0"}')
    with pytest.raises(ReleaseError, match=r"is not a release record .*expected version, date, commit, wheel"):
        check_release(checkout)


def test_a_version_that_was_not_cut_has_no_record(checkout: Path) -> None:
    """The message says how to cut it."""
    with pytest.raises(ReleaseError, match=r"releases/v[\d.]+/release.json does not exist: cut the release"):
        check_release(checkout)


@pytest.mark.parametrize(
    ("version", "problem"),
    [
        ("9.1", "allowed is MAJOR.MINOR.PATCH"),
        ("09.1.0", "allowed is MAJOR.MINOR.PATCH"),
        ("0.0.1", "is not later than"),
    ],
)
def test_a_version_is_a_later_one(root: Path, version: str, problem: str) -> None:
    """Of three numbers, without leading zeros."""
    with pytest.raises(ReleaseError, match=problem):
        with_version((root / "pyproject.toml").read_text(), version)


def test_numbers_are_compared_as_numbers() -> None:
    """10 comes after 9."""
    assert with_version('version = "0.9.0"\n', "0.10.0") == 'version = "0.10.0"\n'


@pytest.mark.parametrize(
    ("changelog", "problem"),
    [
        ("# Changelog\n", "has no heading"),
        ("## Unreleased\n\n### Added\n\n## 0.1.0, 2026-10-01\n- The first.\n", "has nothing under"),
        ("## Unreleased\n- New.\n\n## 9.1.0, 2026-10-01\n- Old.\n", "has 9.1.0 already"),
    ],
)
def test_a_release_says_what_changed(changelog: str, problem: str) -> None:
    """What nobody wrote down is not released."""
    with pytest.raises(ReleaseError, match=problem):
        with_entry(changelog, "9.1.0", DAY)


def test_changes_that_are_not_committed_stop_it(checkout: Path) -> None:
    """And a tag that exists; nothing is written by either."""
    _git(checkout, "tag", "v9.1.0")
    with pytest.raises(ReleaseError, match=r"the tag v9\.1\.0 exists"):
        cut(checkout, "9.1.0", DAY)
    (checkout / "new").write_text("x")
    with pytest.raises(ReleaseError, match="has uncommitted changes"):
        cut(checkout, "9.2.0", DAY)
    assert (checkout / "CHANGELOG.md").read_text() == CHANGELOG
    assert not (checkout / "releases").exists()


@pytest.mark.parametrize("arguments", [[], ["1.0.0", "--check"]])
def test_a_version_or_a_check_is_named(arguments: list[str]) -> None:
    """Neither and both are refused."""
    result = CliRunner().invoke(mlops, ["release", *arguments])
    assert result.exit_code == 2
    assert "give either the VERSION to cut, or --check" in result.stderr
