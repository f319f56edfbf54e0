"""All rules between settings and between files, in the order in which their problems are listed."""

from collections.abc import Callable, Iterator

from infra.spec.checks import destinations, general, gpus, use_cases
from infra.spec.checks.adopt import ADOPT_CHECKS
from infra.spec.checks.azure import AZURE_CHECKS
from infra.spec.checks.data_factory import DATA_FACTORY_CHECKS
from infra.spec.checks.masked_reads import MASKED_CHECKS
from infra.spec.checks.mirrors import MIRROR_CHECKS
from infra.spec.checks.names import NAME_CHECKS
from infra.spec.checks.network import NETWORK_CHECKS
from infra.spec.checks.pipelines import PIPELINE_CHECKS
from infra.spec.checks.serving_places import SERVING_PLACES_CHECKS
from infra.spec.checks.sinks import SINKS_CHECKS
from infra.spec.reading.read import Read
from settings.problems import Problem

CHECKS: tuple[Callable[[Read], Iterator[Problem]], ...] = (
    general.file_is_named_like_its_environment,
    general.each_has_its_own,
    general.groups_are_declared,
    use_cases.use_cases_are_declared,
    general.readers_are_environments,
    use_cases.sources_can_be_read,
    general.legacy_acls_have_legacy_access,
    general.system_schemas_have_one_owner,
    use_cases.jobs_have_what_they_start,
    use_cases.training_has_data,
    use_cases.monitoring_has_predictions,
    gpus.gpu_training_has_a_policy,
    gpus.processes_have_their_workers,
    gpus.policies_have_a_user,
    destinations.alert_secrets_lie_in_the_vault,
    destinations.destinations_have_people,
    destinations.destinations_are_told_apart,
    use_cases.serving_has_what_it_needs,
    use_cases.requests_that_are_looked_at_are_recorded,
    use_cases.predictions_alone_are_granted_with_serving,
    use_cases.models_have_an_owner,
    use_cases.sensitive_columns_can_be_hidden,
    use_cases.clear_sight_has_something_to_see,
    general.policies_have_their_kind,
    general.runtimes_have_a_manifest,
    use_cases.declared_crons_are_quartz,
    *NAME_CHECKS,
    *MASKED_CHECKS,
    *MIRROR_CHECKS,
    *NETWORK_CHECKS,
    *AZURE_CHECKS,
    *ADOPT_CHECKS,
    *DATA_FACTORY_CHECKS,
    *SERVING_PLACES_CHECKS,
    *SINKS_CHECKS,
    *PIPELINE_CHECKS,
)
