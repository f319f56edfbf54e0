"""A comment never shows a secret by its form: all that `bench/secrets.py` makes up, as a value of an innocent name."""

import base64
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.secrets import LETTERS, SECRETS, Maker
from policies.review.changes.masking import MASK, hide_forms
from policies.review.comment.markdown import comment
from tests.policies.review.plans import change, reviewed


class _Noting(Maker):
    """A maker that keeps what it made, so that a test knows what must not be shown."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.made: list[str] = []

    def letters(self, count: int, alphabet: str = LETTERS) -> str:
        """What it makes of letters is a secret, or a part of one."""
        made = super().letters(count, alphabet)
        self.made += [made] if count >= 20 else []
        return made

    @property
    def key(self) -> str:
        """An account's key."""
        self.made.append(super().key)
        return self.made[-1]

    @property
    def password(self) -> str:
        """A random password."""
        self.made.append(super().password)
        return self.made[-1]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(SECRETS)), st.integers(0, 10_000))
def test_no_secret_of_any_setting_is_shown(setting: str, seed: int) -> None:
    """Under an innocent name, in the comment and in the JSON, as it is and in base64."""
    maker = _Noting(seed)
    text = SECRETS[setting](maker)
    found = reviewed(change("databricks_directory.d", ["update"], {"path": "/a", "note": "-"}, {"path": text}))
    shown = comment(found) + json.dumps(found.as_json())
    assert maker.made
    for secret in maker.made:
        part = secret[:30]
        encoded = base64.b64encode(secret.encode()).decode()[8:36]
        assert part not in shown, (setting, text)
        assert encoded not in shown, (setting, text)


@pytest.mark.parametrize(
    "text",
    [
        "password: see the vault",
        "the token is kept in Key Vault",
        "token = {{secrets/prod/lake}}",
        "secret_scope: prod-lake-reader",
        "delta_sharing_recipient_token_lifetime_in_seconds",
        "key: credit_training_2024",
    ],
)
def test_what_only_speaks_of_secrets_stays(text: str) -> None:
    """A reviewer reads on."""
    assert hide_forms(text) == text


_HEX, _TEXT = "0123456789abcdef" * 2, "aB3dE6gH9" * 10


@pytest.mark.parametrize(
    "secret",
    [
        *(f"{start}{_HEX}" for start in ("dapi", "dose", "dkea", "dsapi")),
        *(f"{start}{_TEXT[:36]}" for start in ("hf_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-")),
        *(f"{start}{_TEXT[:36]}" for start in ("xoxa-", "xoxb-", "xoxp-", "xoxr-", "xoxs-", "sk-", "AKIA")),
        *(f"eyJ{_TEXT[:20]}.eyJ{_TEXT[:20]}.{_TEXT[:20]}", f"abc8Q~{_TEXT[:33]}", f"abc7Q~{_TEXT[:33]}"),
        f"{_TEXT[:86]}==",
    ],
)
@pytest.mark.parametrize("around", ["{}", "it is {}", "es ist für {}"])
def test_every_form_is_seen_without_another_sign(secret: str, around: str) -> None:
    """A text is looked at closely for each form's own sign, whatever else it says, in ASCII or not."""
    assert hide_forms(around.format(secret)) == around.format(MASK)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://a.net/b?SIG=abcdefghijklmnop12", f"https://a.net/b?SIG={MASK}"),
        (f"/run?Code={_TEXT[:44]}", f"/run?Code={MASK}"),
        ("jdbc:pg://me:hunter22@db", f"jdbc:pg://me:{MASK}@db"),
        ("BEARER abcdefghijkl", f"BEARER {MASK}"),
        ("Basic abcdefghijkl", f"Basic {MASK}"),
        ("AccountKEY=abcd", f"AccountKEY={MASK}"),
        ("SharedAccessSignature=abcd", f"SharedAccessSignature={MASK}"),
        ("pwd=abcd", f"pwd={MASK}"),
        ("PASSWD: abcd1234", f"PASSWD: {MASK}"),
        ("credential: abcd1234", f"credential: {MASK}"),
        # A capital of another alphabet that is `k` in any case.
        ("AccountKey=abcd".replace("K", "\u212a"), f"AccountKey={MASK}".replace("K", "\u212a")),
    ],
)
def test_signs_count_in_any_case(text: str, shown: str) -> None:
    """What tells a secret may be written large or small."""
    assert hide_forms(text) == shown


def test_a_mask_is_not_masked_again() -> None:
    """What was hidden before stays readable as such."""
    assert hide_forms(f"password={MASK}") == f"password={MASK}"
