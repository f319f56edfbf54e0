"""The search for secrets, on files written here: nothing that has the form of a secret stands in this file."""

import base64
import json
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from detect_secrets.util import inject

from cli.main import mlops
from policies.exceptions import UnreadableExceptions
from policies.secrets.allowed import AllowedSecret, judge, read_allowed
from policies.secrets.places import files_under, generated_files, repository_files, unsearchable
from policies.secrets.search import SecretFinding, search

TODAY = date(2026, 11, 21)


def _letters(count: int, alphabet: str) -> str:
    return "".join(random.Random(7).choices(alphabet, k=count))


_HEX = "0123456789abcdef"
_WORDS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
# By kind: what such a secret looks like, made from random letters.
SECRETS = {
    "Databricks Token": "dapi" + _letters(32, _HEX),
    "Azure Secret": "Ab1" + "8Q~" + _letters(34, _WORDS),
    "Azure Storage Account access key": "AccountKey=" + base64.b64encode(_letters(64, _WORDS).encode()).decode(),
    "GitHub Token": "ghp_" + _letters(36, _WORDS),
    "Private Key Header": "-----BEGIN RSA " + "PRIVATE KEY-----",
}


def _written(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


@pytest.mark.parametrize("kind", SECRETS)
@pytest.mark.parametrize("name", ["notes.md", "logs/server.log", "report.html", "job.py"])
def test_a_secret_of_known_form_is_found_wherever_it_stands(tmp_path: Path, kind: str, name: str) -> None:
    """In prose, in a log, in a report and in code; by file and line."""
    file = _written(tmp_path, name, f"first line\nuse {SECRETS[kind]} here\n")
    assert SecretFinding(name, 2, kind) in search([file], tmp_path)


def test_a_password_is_found_by_the_name_it_is_given(tmp_path: Path) -> None:
    """Whatever it looks like."""
    file = _written(tmp_path, "settings.py", 'db_password = "correct-horse-battery"\n')
    assert search([file], tmp_path) == [SecretFinding("settings.py", 1, "Secret Keyword")]


def test_a_plan_of_one_long_line_is_searched(tmp_path: Path) -> None:
    """detect-secrets passes over lines of more than 100,000 letters without a word."""
    filler = [{"address": f"databricks_job.j{number}", "name": "x" * 900} for number in range(115)]
    plan = {"resource_changes": filler, "variables": {"token": {"value": SECRETS["Databricks Token"]}}}
    file = _written(tmp_path, "plan.json", json.dumps(plan))
    assert len(file.read_text()) > 100_000
    assert {one.kind for one in search([file], tmp_path)} == {"Databricks Token"}
    assert {one.path for one in search([file], tmp_path)} == {"plan.json"}


def test_a_long_line_that_is_no_json_is_searched_to_its_end(tmp_path: Path) -> None:
    """A secret on the seam of two pieces is found too."""
    for place in (150_000, 19_990, 20_000):
        file = _written(tmp_path, "page.html", "x" * (place - 1) + " " + SECRETS["GitHub Token"] + " end")
        assert {one.kind for one in search([file], tmp_path)} == {"GitHub Token"}, place


def test_a_comment_does_not_wave_a_secret_through(tmp_path: Path) -> None:
    """Exceptions stand in one file, with a reason; a comment of detect-secrets has none."""
    file = _written(tmp_path, "a.py", f'x = "{SECRETS["Databricks Token"]}"  # pragma: allowlist secret\n')
    assert [one.kind for one in search([file], tmp_path)] == ["Databricks Token"]


def test_what_refers_to_a_secret_is_none(tmp_path: Path) -> None:
    """A reference to a scope, an expression, a digest."""
    text = 'env = {"DB_PASSWORD": "{{secrets/prod/db}}"}\nowner: ${var.owner}\nsha256: ' + _letters(64, _HEX) + "\n"
    assert search([_written(tmp_path, "a.txt", text)], tmp_path) == []


def test_binary_files_are_passed_over_and_counted(tmp_path: Path) -> None:
    """A wheel or a model is no text, and is not said to be searched."""
    file = tmp_path / "model.bin"
    file.write_bytes(b"\x89PNG\x01\x00\x00\xff" + SECRETS["GitHub Token"].encode())
    text = _written(tmp_path, "a.txt", "nothing\n")
    assert search([file], tmp_path) == []
    assert unsearchable([file, text]) == [file]
    done = CliRunner().invoke(mlops, ["secrets", str(file), str(text)])
    assert "1 files searched, 1 skipped because they are not text" in done.output


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "latin-1", "utf-8-sig"])
def test_text_in_other_encodings_is_searched(tmp_path: Path, encoding: str) -> None:
    """What PowerShell and old editors write; by file and line."""
    file = tmp_path / "a.ps1"
    file.write_bytes(f"# f\u00fcr\ntoken = {SECRETS['Databricks Token']}\n".encode(encoding))
    assert SecretFinding("a.ps1", 2, "Databricks Token") in search([file], tmp_path)


def test_many_files_are_searched_in_two_processes_with_the_same_result(tmp_path: Path) -> None:
    """Our detectors and the switched-off filter reach the other processes."""
    text = f'x = "{SECRETS["Databricks Token"]}"  # pragma: allowlist secret\n'
    files = [_written(tmp_path, f"{number:03}.py", text) for number in range(120)]
    assert search(files, tmp_path) == [SecretFinding(file.name, 1, "Databricks Token") for file in files]


def _allowed(path: str = "tests/*", *, expires: date = TODAY) -> AllowedSecret:
    return AllowedSecret(
        path=path, kind="Secret Keyword", reason="made up for a test of masking", owner="platform", expires=expires
    )


def test_an_exception_covers_its_kind_in_its_place_only() -> None:
    """Another kind in the same file is still found."""
    found = [SecretFinding("tests/a.py", 3, "Secret Keyword"), SecretFinding("tests/a.py", 4, "Databricks Token")]
    outcome = judge(found, [_allowed()], TODAY, whole=True)
    assert (outcome.findings, outcome.allowed, outcome.problems) == ((found[1],), 1, ())


def test_exceptions_end_and_are_used() -> None:
    """Past its date it fails; unused it fails where all was searched, and for what a fresh checkout lacks never."""
    found = [SecretFinding("tests/a.py", 3, "Secret Keyword")]
    (expired,) = judge(found, [_allowed()], TODAY + timedelta(days=1), whole=True).problems
    assert "expired on 2026-11-21" in expired
    assert judge([], [_allowed()], TODAY, whole=True).problems == (
        "allowed Secret Keyword in tests/*: nothing was found there; remove it",
    )
    assert judge([], [_allowed()], TODAY, whole=False).problems == ()
    assert judge([], [_allowed("cdktf.out/stacks/*")], TODAY, whole=True).problems == ()


def test_an_exception_without_a_reason_is_refused(tmp_path: Path) -> None:
    """Every mistake of the file is named."""
    file = _written(tmp_path, "secrets.yaml", "allowed:\n  - {path: tests/*, kind: Secret Keyword}\n")
    with pytest.raises(UnreadableExceptions, match=r"allowed.1.reason is missing; allowed.1 needs it"):
        read_allowed(file)


def test_the_places_are_repository_stacks_plans_logs_and_reports(root: Path, tmp_path: Path) -> None:
    """What git ignores is searched where runs leave it."""
    assert {"README.md", "policies/secrets.yaml"} <= {str(one.relative_to(root)) for one in repository_files(root)}
    names = ["cdktf.out/stacks/dev-ml/plan.json", "dist/scan.sarif", ".mlops/generated/logs/server.log"]
    for name in [*names, ".mlops/generated/state.db"]:
        _written(tmp_path, name, "{}")
    assert [str(one.relative_to(tmp_path)) for one in generated_files(tmp_path)] == names
    assert [one.name for one in files_under([tmp_path / "dist"])] == ["scan.sarif"]


def test_the_command_fails_and_does_not_print_the_secret(tmp_path: Path) -> None:
    """The log of a pipeline is read by many."""
    file = _written(tmp_path, "a.env", f"TOKEN={SECRETS['Databricks Token']}\n")
    done = CliRunner().invoke(mlops, ["secrets", str(file), "--format", "json"])
    assert done.exit_code == 1
    assert {"place": f"{file}:1", "kind": "Databricks Token"} in json.loads(done.stdout)
    assert SECRETS["Databricks Token"] not in done.output


def test_a_permission_of_a_job_is_no_secret(tmp_path: Path) -> None:
    """`id-token: write` is a right; any other value under that name is a secret still."""
    right = _written(tmp_path, "right.yml", "permissions:\n  id-token: write # the sign-in\n  id-token: none\n")
    wrong = _written(tmp_path, "wrong.yml", "settings:\n  id-token: correct-horse-battery\n")
    assert search([right, wrong], tmp_path) == [SecretFinding("wrong.yml", 2, "Secret Keyword")]


class _OfAnotherSearch(dict[int, tuple[set[str], bool]]):
    """What detect-secrets remembers by address, as it is after filters of another search stood at each of them."""

    def get(self, key: int, default: Any = None) -> Any:
        return ({"filename", "secret"}, False) if not self.cleared else super().get(key, default)

    cleared = False

    def clear(self) -> None:
        self.cleared = True
        super().clear()


def test_what_is_remembered_of_another_searchs_filters_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each search loads its filters anew; one that is taken for another takes no such arguments and is passed over."""
    monkeypatch.setattr(inject, "_plan_cache", _OfAnotherSearch())
    right = _written(tmp_path, "right.yml", "permissions:\n  id-token: none\n")
    wrong = _written(tmp_path, "wrong.yml", "settings:\n  id-token: correct-horse-battery\n")
    assert search([right, wrong], tmp_path) == [SecretFinding("wrong.yml", 2, "Secret Keyword")]
