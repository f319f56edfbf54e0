"""What budgets do, behind their routes."""

from localcloud.kernel.parity import Behaviour, Level

BEHAVIOURS = (
    Behaviour(
        area="budgets, budget policies",
        does="kept as declared; what no budget can say is refused by name",
        level=Level.STATEFUL,
        follows="https://docs.databricks.com/api/azure/account/budgets/create",
        witness="tests/localcloud/services/billing/test_budgets.py::test_what_no_budget_can_say_is_refused",
    ),
    Behaviour(
        area="budgets, budget policies",
        does="a request with the same `request_id` makes one policy",
        level=Level.EXECUTED,
        follows="https://docs.databricks.com/api/azure/account/budgetpolicy/create",
        witness="tests/localcloud/services/billing/test_budget_policies.py::test_a_request_is_answered_once",
    ),
)
