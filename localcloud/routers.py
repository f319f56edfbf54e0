"""The REST routes, one module per area. `ROUTERS` is what the application serves, in matching order."""

from fastapi import APIRouter

from localcloud.services.azure.routes import arm, filesystems, insights, vault_keys, vault_secrets
from localcloud.services.azure.routes import discovery as azure_discovery
from localcloud.services.billing.routes import budget_policies, budgets
from localcloud.services.compute.routes import cluster_policies, clusters, compute
from localcloud.services.console.routes import router as console
from localcloud.services.data_factory.routes import runs as data_factory
from localcloud.services.identity.routes import (
    assignments,
    discovery,
    federation_policies,
    own_tokens,
    permissions,
    rule_sets,
    scim,
    tokens,
)
from localcloud.services.jobs.routes import jobs, runs, submitted
from localcloud.services.local.routes import clock, faults, git_remotes, local, stacks
from localcloud.services.mlflow.routes import model_versions, proxy, registered_models
from localcloud.services.network.routes import network
from localcloud.services.pipelines.routes import own_tables as pipeline_tables
from localcloud.services.pipelines.routes import pipelines
from localcloud.services.serving.routes import (
    database_instances,
    endpoints,
    feature_specs,
    feature_store,
    invocations,
    pace,
    synced_tables,
)
from localcloud.services.settings.routes import configuration, ip_access_lists, settings
from localcloud.services.sql.routes import alerts, dashboards, results, statements, thrift, warehouses
from localcloud.services.sql.routes import sessions as sql_sessions
from localcloud.services.unity.routes import account_metastores, data_quality, tag_policies
from localcloud.services.unity.routes import router as unity
from localcloud.services.workspace.routes import files, repos, secrets, signed_urls, workspace_files

ROUTERS: tuple[APIRouter, ...] = (
    discovery.router,
    local.router,
    clock.router,
    faults.router,
    stacks.router,
    git_remotes.router,
    console.router,
    scim.router,
    assignments.router,
    network.router,
    rule_sets.router,
    federation_policies.router,
    budgets.router,
    budget_policies.router,
    settings.router,
    configuration.router,
    ip_access_lists.router,
    tokens.router,
    own_tokens.router,
    account_metastores.router,
    unity.router,
    data_quality.router,
    tag_policies.router,
    registered_models.router,
    model_versions.router,
    proxy.router,
    cluster_policies.router,
    permissions.router,
    warehouses.router,
    sql_sessions.router,
    statements.router,
    thrift.router,
    results.router,
    compute.router,
    clusters.router,
    secrets.router,
    files.router,
    signed_urls.router,
    workspace_files.router,
    repos.router,
    endpoints.router,
    invocations.router,
    feature_store.router,
    feature_specs.router,
    database_instances.router,
    synced_tables.router,
    pipelines.router,
    pipeline_tables.router,
    pace.router,
    alerts.router,
    dashboards.router,
    jobs.router,
    runs.router,
    submitted.router,
    azure_discovery.router,
    data_factory.router,
    insights.router,
    arm.router,
    vault_keys.router,
    vault_secrets.router,
    # Last, since it takes every short path: at its own hosts.
    filesystems.router,
)
