"""Behaviours of the proxy for real tools."""

from localcloud.kernel.parity import Behaviour, Level

_AREA = "the proxy for real tools"
_TESTS = "tests/localcloud/proxy/test_proxy.py"

BEHAVIOURS = (
    Behaviour(
        area=_AREA,
        does="workspaces, the account and Azure answer by HTTPS under their own names",
        level=Level.LOCAL,
        follows="docs/localcloud.md",
        witness=f"{_TESTS}::test_azure_signs_in_and_answers_under_its_own_names",
    ),
    Behaviour(
        area=_AREA,
        does="no other host is reached",
        level=Level.LOCAL,
        follows="docs/localcloud.md",
        witness=f"{_TESTS}::test_no_other_host_is_reached",
    ),
    Behaviour(
        area=_AREA,
        does="its certificate authority is created on this machine, and only its owner can read the key",
        level=Level.LOCAL,
        follows="docs/localcloud.md",
        witness=f"{_TESTS}::test_the_authority_is_this_machines_and_its_owners",
    ),
)
