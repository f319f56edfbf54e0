"""Behaviours of budgets."""

from localcloud.kernel.parity import Behaviour, Level

BEHAVIOURS = (
    Behaviour(
        area="budgets, budget policies",
        does="stored as declared; invalid fields are refused by name",
        level=Level.STATEFUL,
        follows="https://docs.databricks.com/api/azure/account/budgets/create",
        witness="tests/localcloud/services/billing/test_budgets.py::test_what_no_budget_can_say_is_refused",
    ),
    Behaviour(
        area="budgets, budget policies",
        does="requests with the same `request_id` create one policy",
        level=Level.EXECUTED,
        follows="https://docs.databricks.com/api/azure/account/budgetpolicy/create",
        witness="tests/localcloud/services/billing/test_budget_policies.py::test_a_request_is_answered_once",
    ),
)
