"""`mlops why` names its model like every other command, and refuses a wrong one before it asks the cloud."""

import pytest
from click.testing import CliRunner

from cli.commands.why import why


@pytest.mark.parametrize(
    ("model", "more", "message"),
    [
        ("nothing", (), "model 'nothing' is unknown; name it as credit or prod.credit_ops.default_risk"),
        ("health", (), "use case 'health' has several models; name it as health/progression or "),
        ("prod.credit_ops.default_risk", ("--env", "dev"), "belongs to environment 'prod', but --env is 'dev'"),
        ("health/boosted", (), "--key patient_id is 'x', and patient_id is bigint: write it like 7"),
        ("prod.credit_ops.default_risk", (), "--key client_id is 'x', and client_id is bigint: write it like 7"),
    ],
)
def test_a_model_is_named_by_use_case_handle_or_full_name(model: str, more: tuple[str, ...], message: str) -> None:
    """The last two models are found, and the key is what is wrong."""
    refused = CliRunner().invoke(why, [model, "--key", "x", *more])
    assert refused.exit_code == 2
    assert message in refused.output
