"""What only the local cloud does, behind its own routes, and what all routes do."""

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
    Behaviour(
        area="invalid requests",
        does="without a token that is good here no route answers",
        level=Level.EXECUTED,
        follows="https://docs.databricks.com/api/azure/workspace/introduction",
        witness="tests/localcloud/test_fuzz.py::test_without_a_token_that_is_good_here_no_route_answers",
    ),
    Behaviour(
        area="invalid requests",
        does="nobody is answered by a failure inside, whatever the names in a path are",
        level=Level.EXECUTED,
        follows="docs/localcloud.md",
        witness="tests/localcloud/test_fuzz.py::test_nobody_is_answered_by_a_failure",
    ),
    Behaviour(
        area="invalid requests",
        does="what is no body is refused",
        level=Level.EXECUTED,
        follows="https://docs.databricks.com/api/azure/workspace/introduction",
        witness="tests/localcloud/test_fuzz.py::test_what_is_no_body_is_refused",
    ),
    Behaviour(
        area="invalid requests",
        does="another verb of a route is no endpoint",
        level=Level.EXECUTED,
        follows="https://docs.databricks.com/api/azure/workspace/introduction",
        witness="tests/localcloud/test_fuzz.py::test_another_verb_of_a_route_is_no_endpoint",
    ),
    Behaviour(
        area="invalid requests",
        does="a body that is too large is refused, whether its length is said or not",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/resources/limits",
        witness="tests/localcloud/test_fuzz.py::test_a_body_that_is_too_large_is_refused",
    ),
    Behaviour(
        area="invalid requests",
        does="no token of one principal reads what is another's",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/security/auth/access-control/",
        witness="tests/localcloud/test_strangers.py::test_no_token_of_one_principal_reads_what_is_anothers",
    ),
    Behaviour(
        area="invalid requests",
        does="a field of another type is refused, wherever in the body, with what was expected",
        level=Level.EXECUTED,
        follows="https://docs.databricks.com/api/azure/workspace/introduction",
        witness="tests/localcloud/test_wrong_types.py::test_a_field_of_another_type_is_refused",
    ),
)
