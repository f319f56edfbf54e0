"""Every small input on which the product was once wrong is a test with its right value; here is which."""

import re
from pathlib import Path

import pytest
import yaml

from tests.named import named_tests

_CSV = "ml/ingest/formats/test_csv_text.py"
_SQL, _JOBS = "localcloud/services/sql", "localcloud/services/jobs/test_job_routes.py"
_SPEC, _WORKSPACE = "infra/test_spec_written.py", "localcloud/services/workspace"
# By the case's folder: the files of tests that have it, each with one test.
USE = {
    "01-bom-only-file": {
        "ml/ingest/formats/test_csv_text.py": "test_a_file_that_cannot_be_understood_is_refused_whole"
    },
    "02-percentile-cont": {f"{_SQL}/test_differential.py": "test_a_query_answers_the_same"},
    "03-nested-struct-field": {f"{_SQL}/test_differential.py": "test_a_query_answers_the_same"},
    "04-non-ascii-digits-file-name": {
        "ml/ingest/test_landing.py": "test_a_name_that_only_looks_like_a_month_is_refused"
    },
    "05-privilege-spelling": {"policies/review/test_cases.py": "test_a_case_has_its_right_value"},
    "06-rights-known-after-apply": {"policies/review/test_cases.py": "test_a_case_has_its_right_value"},
    "07-action-invocations": {"policies/review/test_cases.py": "test_a_case_has_its_right_value"},
    "08-statement-type-names": {f"{_SQL}/test_values.py": "test_a_type_has_the_name_that_the_sdk_knows"},
    "09-decimal-text": {f"{_SQL}/test_values.py": "test_a_value_becomes_text"},
    "10-result-cut-at-10000": {f"{_SQL}/test_results.py": "test_all_rows_come_however_many"},
    "11-runs-list-filters": {_JOBS: "test_runs_are_listed_by_time_and_type"},
    "12-max-concurrent-runs-zero": {_JOBS: "test_a_job_for_0_runs_skips_every_run"},
    "13-repair-dependents": {_JOBS: "test_a_repair_runs_what_it_names"},
    "14-jobs-update-merges": {_JOBS: "test_an_update_merges_arrays_by_key"},
    "15-scim-apostrophe": {"localcloud/services/identity/test_scim.py": "test_a_value_ends_at_its_own_quote"},
    "16-model-rename": {
        "localcloud/services/mlflow/test_registry.py": "test_a_model_is_made_once_and_by_three_levels",
        "localcloud/services/unity/test_changes.py": "test_a_rename_is_refused",
    },
    "17-workspace-upload": {
        f"{_WORKSPACE}/test_workspace_routes.py": "test_a_workspace_file_is_exported_as_it_was_imported"
    },
    "18-yml-file-ignored": {_SPEC: "test_a_yml_file_is_read_like_a_yaml_file"},
    "19-workspace-id-and-url": {_SPEC: "test_a_workspace_has_the_id_of_its_url"},
    "20-reserved-catalog": {_SPEC: "test_a_catalog_has_a_name_that_it_can_have"},
    "21-generated-group-name": {_SPEC: "test_a_group_has_a_name_of_its_own"},
    "22-yaml-1.1-numbers": {_SPEC: "test_a_number_is_taken_as_written"},
    "23-misnamed-month": {
        "ml/ingest/test_landing.py": "test_a_name_that_only_looks_like_a_month_is_refused",
        "ml/ingest/test_withdraw.py": "test_silver_is_as_if_it_had_never_come",
    },
    "24-last-weekday-cron": {"schedules/test_expression.py": "test_quartz"},
    "25-file-below-a-file": {f"{_WORKSPACE}/test_files.py": "test_nothing_is_made_below_a_file"},
    "26-cte-named-like-its-table": {f"{_SQL}/test_differential.py": "test_a_query_answers_the_same"},
    "27-demo-data-trailing-comma": {
        "ml/usecases/credit/demo/test_replay.py": "test_a_record_with_a_trailing_comma_is_refused"
    },
    "28-scan-resource-list": {"policies/terraform/test_synthesized.py": "test_both_refuse_a_form_that_is_not_read"},
    "29-run-now-queue": {_JOBS: "test_a_run_has_queue_settings_of_its_own"},
    "30-secret-names": {f"{_WORKSPACE}/test_workspace_routes.py": "test_scopes_and_secrets_have_plain_names"},
}


@pytest.fixture
def cases(root: Path) -> Path:
    """The folder of cases beside the checkout."""
    folder = root.parent / "shared" / "cases"
    if not folder.is_dir():
        pytest.skip("needs ../shared/cases")
    return folder


@pytest.mark.parametrize("case", USE)
def test_a_case_is_a_test(root: Path, case: str) -> None:
    """The tests that are named for it exist, in the files that are named."""
    for file, name in USE[case].items():
        assert name in named_tests(root / "tests" / file), file


def test_no_case_of_a_user_is_left_out(cases: Path) -> None:
    """A case that is added beside the checkout needs its line here."""
    assert sorted(path.name for path in (cases / "use").iterdir() if path.is_dir()) == sorted(USE)


def test_no_plan_is_left_out(cases: Path, root: Path) -> None:
    """Each has an entry of its words among the cases of the review."""
    written = root / "tests" / "policies" / "review" / "cases"
    entries = {str(name) for file in written.glob("*.yaml") for name in yaml.safe_load(file.read_text("utf-8"))}
    plans = [path.stem for path in (cases / "policies" / "review").glob("*.json")]
    words = {plan: re.sub(r"^[a-z]+\d+[a-z]?-", "", plan).replace("-", " ") for plan in plans}
    assert len(words) > 50
    assert sorted(plan for plan, name in words.items() if name not in entries) == []
