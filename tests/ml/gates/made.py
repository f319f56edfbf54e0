"""The tags of a version, made up for pure tests."""

TAGS = {
    "owner": "ml-engineers",
    "licence": "CC BY 4.0",
    "contains_personal_data": "true",
    "source_catalog": "prod",
    "feature_table": "prod.credit_gold.client_features",
    "feature_table_version": "3",
    "outcome_table": "prod.credit_gold.client_outcomes",
    "outcome_table_version": "4",
    "cut_off": "2025-07-01",
    "fitted_first_period": "2023-01-01",
    "fitted_last_period": "2024-12-01",
    "holdout_first_period": "2025-01-01",
    "holdout_last_period": "2025-06-01",
    "sample_rows": "0",
    "git_commit": "a" * 40,
    "code_sha256": "b" * 64,
    "reason": "a new idea",
    "cause": "manual",
    "job_run_id": "7",
    "fingerprint": "c" * 64,
}
