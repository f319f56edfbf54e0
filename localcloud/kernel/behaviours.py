"""Behaviours that apply to every service."""

from localcloud.kernel.parity import Behaviour, Level

BEHAVIOURS = (
    Behaviour(
        area="processes and state",
        does="every server listens on loopback only",
        level=Level.LOCAL,
        follows="docs/localcloud.md",
        witness="tests/localcloud/test_lifecycle.py::test_only_loopback_listens",
    ),
    Behaviour(
        area="processes and state",
        does="after `kill -9` the next start uses the same token, ports and workspaces, and ends leftover processes",
        level=Level.LOCAL,
        follows="docs/localcloud.md",
        witness="tests/localcloud/test_lifecycle.py::test_a_killed_server_is_followed_by_one",
    ),
    Behaviour(
        area="processes and state",
        does="every stored document survives `kill -9`",
        level=Level.LOCAL,
        follows="docs/localcloud.md",
        witness="tests/localcloud/kernel/test_store.py::test_what_was_put_survives_kill_9",
    ),
    Behaviour(
        area="processes and state",
        does="the file with the administrator's token is readable by its owner only",
        level=Level.LOCAL,
        follows="docs/localcloud.md",
        witness="tests/localcloud/test_lifecycle.py::test_the_endpoint_is_for_its_owner_only",
    ),
    Behaviour(
        area="everything else",
        does="an unknown route answers 501 and names the route",
        level=Level.LOCAL,
        follows="docs/localcloud.md",
        witness="tests/localcloud/kernel/test_app.py::test_an_unknown_route_answers_501_and_names_itself",
    ),
)
