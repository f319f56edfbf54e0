"""What only the local cloud does, behind its own routes."""

from localcloud.kernel.parity import Behaviour, Level

BEHAVIOURS = (
    Behaviour(
        area="processes and state",
        does="only the admin acts as somebody else",
        level=Level.LOCAL,
        follows="docs/localcloud.md",
        witness="tests/localcloud/kernel/test_app.py::test_only_the_admin_acts_as_others",
    ),
    Behaviour(
        area="faults on demand",
        does="a fault has the form of Databricks: status, code, body and Retry-After",
        level=Level.LOCAL,
        follows="https://docs.databricks.com/api/account/errors",
        witness="tests/localcloud/services/local/test_faults.py::test_an_error_has_databricks_form",
    ),
    Behaviour(
        area="faults on demand",
        does="a connection is dropped without an answer, and nothing was done",
        level=Level.LOCAL,
        follows="docs/localcloud.md",
        witness="tests/localcloud/services/local/test_faults.py::test_a_dropped_connection_has_no_answer_and_did_nothing",
    ),
    Behaviour(
        area="faults on demand",
        does="the same seed hits the same calls",
        level=Level.LOCAL,
        follows="docs/localcloud.md",
        witness="tests/localcloud/services/local/test_faults.py::test_the_same_seed_hits_the_same_calls",
    ),
    Behaviour(
        area="faults on demand",
        does="the local cloud's own routes never fail",
        level=Level.LOCAL,
        follows="docs/localcloud.md",
        witness="tests/localcloud/services/local/test_faults.py::test_the_control_routes_never_fail",
    ),
)
