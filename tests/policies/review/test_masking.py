"""No secret is shown, wherever a plan has it."""

import json

import pytest

from policies.review.markdown import comment
from policies.review.masking import is_secret_name
from policies.review.review import Told
from tests.policies.review.plans import change, plan, reviewed, reviewer

SECRET = "s3cr3t-value-9f8e7d"


def _shown(*changes: dict[str, object], **more: object) -> str:
    found = reviewed(*changes, **more)
    return comment(found) + json.dumps(found.as_json())


@pytest.mark.parametrize("marks", [{"value": True}, True])
def test_what_the_provider_marks_is_masked(marks: object) -> None:
    """Before and after, by attribute or as a whole."""
    item = change(
        "azurerm_key_vault_secret.s",
        ["update"],
        {"value": SECRET},
        {"value": SECRET + "2"},
        before_sensitive=marks,
        after_sensitive=marks,
    )
    assert SECRET not in _shown(item)
    assert "`value`: `(sensitive)` → `(sensitive)`" in _shown(item)


def test_a_mark_on_one_side_masks_both() -> None:
    """An attribute that becomes sensitive was a secret before."""
    item = change("acme_x.s", ["update"], {"v": SECRET}, {"v": "other-value"}, after_sensitive={"v": True})
    assert SECRET not in _shown(item)
    assert "other-value" not in _shown(item)


def test_marks_inside_a_block_that_is_told_as_a_whole_mask_it() -> None:
    """A new list element is shown as JSON; one marked leaf hides it all."""
    item = change(
        "acme_x.s",
        ["update"],
        {"env": []},
        {"env": [{"name": "a", "value": SECRET}]},
        after_sensitive={"env": [{"value": True}]},
    )
    assert SECRET not in _shown(item)


def test_what_a_name_says_is_masked_without_a_mark() -> None:
    """Providers do not mark what users put into a map."""
    item = change(
        "databricks_cluster.c",
        ["update"],
        {"spark_conf": {"spark.a": "1"}},
        {"spark_conf": {"spark.a": "1", "fs.azure.account.key.lake": "abc", "spark.password": SECRET}},
    )
    text = _shown(item, output_changes={})
    assert "`spark_conf.spark.password`: nothing → `(sensitive)`" in text
    assert "`spark_conf.fs.azure.account.key.lake`: nothing → `(sensitive)`" in text
    assert SECRET not in text


@pytest.mark.parametrize(
    "name", ["client_secret", "DB_PASSWORD", "api_key", "sas_url", "webhook_url", "connection_string"]
)
def test_names_of_secrets(name: str) -> None:
    """Such an attribute is never shown."""
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name", ["token_lifetime_days", "secret_scope", "key_vault_secret_id", "max_tokens_enabled", "name", "key"]
)
def test_names_that_only_sound_like_it(name: str) -> None:
    """Limits, switches and addresses of secrets stay readable."""
    assert not is_secret_name(name)


def test_a_secret_that_turns_up_elsewhere_is_removed() -> None:
    """In a tag, in a resource's key, in a finding's reason."""
    item = change(
        f'databricks_secret.s["{SECRET}"]',
        ["update"],
        {"string_value": SECRET, "tag": "a"},
        {"string_value": SECRET, "tag": f"the value is {SECRET}"},
        before_sensitive={"string_value": True},
        after_sensitive={"string_value": True},
    )
    finding = Told(rule="X", severity="low", address=item["address"], result="fail", reason=f"is {SECRET}")
    found = reviewer(finding).review("s", plan(item))
    assert SECRET not in comment(found) + json.dumps(found.as_json())
    assert found.findings[0].reason == "is (sensitive)"
