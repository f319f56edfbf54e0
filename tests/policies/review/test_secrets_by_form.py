"""A comment never shows a secret by its form: all that `bench/secrets.py` makes up, as a value of an innocent name."""

import base64
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.secrets import LETTERS, SECRETS, Maker
from policies.review.markdown import comment
from policies.review.masking import MASK, hide_forms
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


def test_a_mask_is_not_masked_again() -> None:
    """What was hidden before stays readable as such."""
    assert hide_forms(f"password={MASK}") == f"password={MASK}"
