"""No secret is shown, wherever a plan has it."""

import json

import pytest

from policies.review.changes.masking import MASK, Scrubber, hide_forms, is_secret_name
from policies.review.comment.markdown import comment
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


@pytest.mark.parametrize(
    "secret",
    ["dapi" + "0a1b2c3d" * 4, "Zq8" + "8Q~" + "a1B2c3D4" * 4, "k8" * 43 + "==", "ghp_" + "a1B2" * 9],
)
def test_a_secret_under_an_innocent_name_is_not_shown(secret: str) -> None:
    """Nobody marks it, and its attribute is a description: its form says what it is."""
    found = reviewed(
        change("databricks_job.j", ["update"], {"description": "a"}, {"description": f"use {secret} for it"})
    )
    assert secret not in comment(found) + repr(found.as_json())


@pytest.mark.parametrize(
    "text",
    ["jdbc:x://h/db;user=u;password=hunter2!", "Authorization: Bearer abcdef0123456789", "x;AccountKey=a1b2c3d4e5f6;y"],
)
def test_a_secret_inside_a_text_is_not_shown(text: str) -> None:
    """Connection strings and headers: what stands before the secret stays readable."""
    hidden = hide_forms(text)
    secret = text.rpartition("=")[2] if "password" in text else text.partition("AccountKey=")[2] or "abcdef0123456789"
    assert MASK in hidden
    assert secret.partition(";")[0] not in hidden


@pytest.mark.parametrize(
    "text", ["{{secrets/prod/token}}", "password={{secrets/prod/jdbc}}", "a token of the group", "CAN_USE on tokens"]
)
def test_a_reference_to_a_secret_stays(text: str) -> None:
    """A reviewer must see where it comes from."""
    assert hide_forms(text) == text


def test_a_known_secret_is_hidden_when_cut_escaped_or_short() -> None:
    """At the end of what is shown, inside a list with its line end escaped, and shorter than eight characters."""
    for secret, text in (
        ("Zq8vN3kLpX7RtY2mWcB5N3kLpX7RtY2m", "x" * 110 + "Zq8vN3kLpX7RtY2mWcB5N3kLpX7RtY2m"),
        ("line1-part\nline2-part", "line1-part\nline2-part"),
        ("hunt2r!", "login with hunt2r!"),
    ):
        vault = change("azurerm_key_vault_secret.k", ["update"], {"value": "other-one"}, {"value": secret})
        vault["change"]["after_sensitive"] = {"value": True}
        job = change("databricks_job.j", ["update"], {"parameter": ["a"]}, {"parameter": ["a", {"default": text}]})
        shown = comment(reviewed(vault, job))
        assert [part for part in (secret[:8], secret[-6:]) if part in shown] == []


def test_the_keys_of_a_sensitive_map_are_not_shown() -> None:
    """A map that is sensitive as a whole hides its keys too."""
    after = {"spark_env_vars": {"customer-acme-merger": "1"}}
    marks = {"spark_env_vars": True}
    item = change("databricks_cluster.c", ["update"], {"spark_env_vars": {}}, after, after_sensitive=marks)
    assert "acme" not in comment(reviewed(item))


def test_the_work_of_scrubbing_grows_with_the_text_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look-ups counted: as many as positions outside secrets, whatever number of secrets there is."""
    looked_up = 0
    look_up = Scrubber._length_at

    def counted(self: Scrubber, text: str, position: int) -> int:
        nonlocal looked_up
        looked_up += 1
        return look_up(self, text, position)

    monkeypatch.setattr(Scrubber, "_length_at", counted)
    for secrets in (10, 1_000):
        scrubber = Scrubber([f"secret-number-{number:06d}" for number in range(secrets)])
        for words in (500, 1_000, 2_000):
            looked_up = 0
            assert scrubber("word " * words) == "word " * words
            assert looked_up == 5 * words


def test_the_work_of_scrubbing_does_not_grow_with_the_secrets() -> None:
    """Each position of the text is looked up once, however many secrets there are."""
    secrets = [f"secret-number-{number:06d}" for number in range(20_000)]
    text = " ".join(secrets)
    assert set(Scrubber(secrets)(text).split()) == {MASK}
