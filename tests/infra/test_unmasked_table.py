"""`masked_reads: unmasked_table`: scoring reads features that ingest also writes without their sensitive columns."""

from pathlib import Path
from typing import Any

import pytest

from infra.spec import SpecError, load
from policies.access.build import estate_of
from policies.access.compute import Access
from policies.access.invariants import read_invariants, violations
from policies.access.model import Key
from policies.access.stacks import stack_of
from tests.infra.conftest import Documents, edit, read_documents, synthesized_with
from tests.infra.find import grants, tasks
from tests.ml.two_models import two_models

TABLE = "client_features_unmasked"


def _choose(workspaces: Path) -> None:
    edit(workspaces / "platform.yaml", "network: private\n", "network: private\nmasked_reads: unmasked_table\n")


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Documents:
    """The shipped workspaces with that choice."""
    return synthesized_with(_choose, tmp_path_factory.mktemp("unmasked"))


def _flags(documents: Documents, environment: str, job: str, task: str) -> dict[str, str]:
    parameters = tasks(documents, environment, f"credit-{job}")[task]["python_wheel_task"]["parameters"]
    return dict(zip(parameters[::2], parameters[1::2], strict=True))


def _members(documents: Documents, group: str) -> set[str]:
    members = documents["account"]["resource"]["databricks_group_member"].values()
    reference = f"${{databricks_group.group-{group}.id}}"
    found: list[Any] = [member["member_id"] for member in members if member["group_id"] == reference]
    return {name.removeprefix("${databricks_service_principal.principal-").removesuffix(".id}") for name in found}


def test_ingest_writes_the_table_and_scoring_reads_it(documents: Documents) -> None:
    """By its name, in every environment that ingests; dev, which scores prod's features, reads prod's."""
    for environment in ("prod", "staging"):
        assert _flags(documents, environment, "ingest", "masks")["--unmasked-table"] == TABLE
        assert _flags(documents, environment, "ingest", "features")["--unmasked-table"] == TABLE
        assert _flags(documents, environment, "scoring", "scoring")["--features-table"] == TABLE
    assert _flags(documents, "dev", "scoring", "scoring")["--features-table"] == TABLE
    assert "--features-table" not in _flags(documents, "prod", "training", "training")


def test_scoring_holds_a_right_to_it_and_none_to_the_masked_one(documents: Documents) -> None:
    """It enters gold and makes its predictions there; the one table is granted by the stack of masks."""
    gold = grants(documents, "prod-workspace", "credit_gold-grants")
    assert gold["prod-credit-scoring"] == {"USE_SCHEMA", "CREATE_TABLE"}
    assert gold["prod-credit-unmasked-readers"] == {"USE_SCHEMA"}
    assert gold["prod-credit-monitoring"] == {"USE_SCHEMA", "SELECT"}
    granted = documents["prod-masks"]["resource"]["databricks_grants"][f"credit-{TABLE}-grants"]
    assert granted["table"] == f"prod.credit_gold.{TABLE}"
    assert granted["grant"] == [{"principal": "prod-credit-unmasked-readers", "privileges": ["SELECT"]}]
    assert "dev-masks" not in documents


def test_the_access_review_says_so(documents: Documents) -> None:
    """By the group and the one table's grant, from prod's workspace and from dev's; every shipped invariant holds."""
    estate = estate_of([stack_of(name, document) for name, document in documents.items()])
    access = Access(estate)
    table, gold = Key(kind="table", name=f"prod.credit_gold.{TABLE}"), Key(kind="schema", name="prod.credit_gold")
    for principal, workspace in (("prod-credit-scoring", "prod"), ("dev-credit-scoring", "dev")):
        answer = access.may(principal, table, "SELECT")
        assert (answer.allowed, answer.workspaces) == (True, (workspace,))
        assert "prod-credit-unmasked-readers" in " ".join(answer.steps)
        assert not access.may(principal, gold, "SELECT").allowed
    assert list(violations(read_invariants(), access.matrix(), estate.securables)) == []


def test_the_scoring_of_who_reads_prod_is_among_its_readers(documents: Documents) -> None:
    """And no longer among those that read all of prod's gold."""
    assert _members(documents, "prod-credit-unmasked-readers") == {"prod-credit-scoring", "dev-credit-scoring"}
    assert _members(documents, "staging-credit-unmasked-readers") == {"staging-credit-scoring"}
    assert _members(documents, "dev-credit-source-readers") == {"dev-credit-training", "dev-credit-promotion"}
    assert grants(documents, "prod-workspace", "catalog-grants")["prod-credit-unmasked-readers"] == {"USE_CATALOG"}


def test_no_column_of_it_is_tagged_and_no_root_storage_is_reached(documents: Documents) -> None:
    """So no policy concerns it, and serverless compute filters nothing of it."""
    tagged = documents["prod-masks"]["resource"]["databricks_entity_tag_assignment"].values()
    assert not [tag["entity_name"] for tag in tagged if TABLE in tag["entity_name"]]
    rules = documents["account"]["resource"]["databricks_mws_ncc_private_endpoint_rule"]
    assert not [name for name in rules if "-root-" in name]


def test_by_default_there_is_no_such_table(out_dir: Path) -> None:
    """The table and its group come with the choice alone."""
    shipped = read_documents(out_dir)
    assert "--features-table" not in _flags(shipped, "prod", "scoring", "scoring")
    assert "group-prod-credit-unmasked-readers" not in shipped["account"]["resource"]["databricks_group"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "scoring: {gold: create,",
            "scoring: {sensitive: clear, gold: create,",
            "job_access.scoring.sensitive: given 'clear'; allowed nothing, since masked_reads is unmasked_table",
        ),
        (
            "scoring: {gold: create,",
            "scoring: {silver: read, gold: create,",
            "job_access.scoring.sensitive: given None; allowed clear, since masked_reads is unmasked_table",
        ),
        (
            "integration: {}",
            "integration: {gold: read}",
            "job_access.integration.sensitive: given None; allowed clear, since masked_reads is unmasked_table",
        ),
    ],
)
def test_a_right_that_does_not_go_with_it_is_named(workspaces: Path, old: str, new: str, expected: str) -> None:
    """Clear sight that is not used; a masked table of another layer, or of another stage."""
    _choose(workspaces)
    edit(workspaces / "platform.yaml", old, new)
    with pytest.raises(SpecError) as error:
        load(workspaces)
    assert expected in str(error.value)


def test_models_of_several_feature_tables_are_refused(workspaces: Path) -> None:
    """One table is kept without the sensitive columns, and the scoring of every model would read that one."""
    _choose(workspaces)
    with pytest.raises(SpecError, match="serverless or refused, since models of credit take several feature tables"):
        load(workspaces, {"credit": two_models()})
