"""How commands sign in to a workspace from Azure Pipelines: by a token that is asked for again when it is used up."""

import os

from databricks.sdk.core import Config, CredentialsProvider, CredentialsStrategy
from databricks.sdk.credentials_provider import oidc_credentials_provider
from databricks.sdk.oidc import IdToken, IdTokenSource

from infra.pipeline_token import id_token


class _Fresh(IdTokenSource):
    def id_token(self) -> IdToken:
        return IdToken(jwt=id_token(os.environ))


class PipelineSignIn(CredentialsStrategy):
    """As the SDK's `env-oidc`, whose token would be too old after minutes."""

    def auth_type(self) -> str:
        """By which the SDK names it."""
        return "azure-pipelines-oidc"

    def __call__(self, cfg: Config) -> CredentialsProvider:
        """What signs each request. Raises ValueError if no token can be had."""
        found = oidc_credentials_provider(cfg, _Fresh())
        if found is None:
            raise ValueError("Azure Pipelines gives no token of the service connection")
        return found
