"""What only the local cloud does, behind its own routes."""

from localcloud.kernel.ledger import Behaviour, Level

BEHAVIOURS = (
    Behaviour(
        area="processes and state",
        does="only the admin acts as somebody else",
        level=Level.LOCAL,
        follows="docs/localcloud.md",
        witness="tests/localcloud/kernel/test_app.py::test_only_the_admin_acts_as_others",
    ),
)
