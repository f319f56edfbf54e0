"""Behaviours of the local cloud's own routes, and of all routes."""

from localcloud.kernel.parity import Behaviour, Level

BEHAVIOURS = (
    Behaviour(
        area="processes and state",
        does="only the administrator can act as another principal",
        level=Level.LOCAL,
        follows="docs/localcloud.md",
        witness="tests/localcloud/kernel/test_app.py::test_only_the_admin_acts_as_others",
    ),
    Behaviour(
        area="faults on demand",
        does="a fault has Databricks' status, error code, body and Retry-After header",
        level=Level.LOCAL,
        follows="https://docs.databricks.com/api/account/errors",
        witness="tests/localcloud/services/local/test_faults.py::test_an_error_has_databricks_form",
    ),
    Behaviour(
        area="faults on demand",
        does="a dropped connection sends no answer, and the call has no effect",
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
    Behaviour(
        area="invalid requests",
        does="every route needs a token that is valid in this workspace",
        level=Level.EXECUTED,
        follows="https://docs.databricks.com/api/azure/workspace/introduction",
        witness="tests/localcloud/test_fuzz.py::test_without_a_token_that_is_good_here_no_route_answers",
    ),
    Behaviour(
        area="invalid requests",
        does="unusual names in a path never cause an internal error",
        level=Level.EXECUTED,
        follows="docs/localcloud.md",
        witness="tests/localcloud/test_fuzz.py::test_nobody_is_answered_by_a_failure",
    ),
    Behaviour(
        area="invalid requests",
        does="a malformed body is refused",
        level=Level.EXECUTED,
        follows="https://docs.databricks.com/api/azure/workspace/introduction",
        witness="tests/localcloud/test_fuzz.py::test_what_is_no_body_is_refused",
    ),
    Behaviour(
        area="invalid requests",
        does="a wrong method on a known path is ENDPOINT_NOT_FOUND",
        level=Level.EXECUTED,
        follows="https://docs.databricks.com/api/azure/workspace/introduction",
        witness="tests/localcloud/test_fuzz.py::test_another_verb_of_a_route_is_no_endpoint",
    ),
    Behaviour(
        area="invalid requests",
        does="a body that is too large is refused, with or without a Content-Length",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/resources/limits",
        witness="tests/localcloud/test_fuzz.py::test_a_body_that_is_too_large_is_refused",
    ),
    Behaviour(
        area="invalid requests",
        does="a principal's token cannot read another principal's objects",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/security/auth/access-control/",
        witness="tests/localcloud/test_strangers.py::test_no_token_of_one_principal_reads_what_is_anothers",
    ),
    Behaviour(
        area="invalid requests",
        does="a field of the wrong type, at any depth of the body, is refused with the expected type",
        level=Level.EXECUTED,
        follows="https://docs.databricks.com/api/azure/workspace/introduction",
        witness="tests/localcloud/test_wrong_types.py::test_a_field_of_another_type_is_refused",
    ),
)
