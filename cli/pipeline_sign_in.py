"""Signs commands in to a workspace from Azure Pipelines, with a token that is renewed when it expires."""

import os

from databricks.sdk.core import Config, CredentialsProvider, CredentialsStrategy
from databricks.sdk.credentials_provider import oidc_credentials_provider
from databricks.sdk.oidc import IdToken, IdTokenSource

from infra.pipeline_token import id_token


class _Fresh(IdTokenSource):
    def id_token(self) -> IdToken:
        return IdToken(jwt=id_token(os.environ))


class PipelineSignIn(CredentialsStrategy):
    """Like the SDK's `env-oidc`, whose token would expire after minutes."""

    def auth_type(self) -> str:
        """The SDK's name for it."""
        return "azure-pipelines-oidc"

    def __call__(self, cfg: Config) -> CredentialsProvider:
        """The headers that authenticate each request. Raises ValueError if no token is available."""
        found = oidc_credentials_provider(cfg, _Fresh())
        if found is None:
            raise ValueError("Azure Pipelines gives no token of the service connection")
        return found
