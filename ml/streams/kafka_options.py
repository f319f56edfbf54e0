"""How Spark reaches the brokers of a topic, to read or to write: its options, from the secrets of one scope. Pure."""

from collections.abc import Mapping

from ml.declarations import Login, Topic

# Databricks' runtime carries Kafka's client under another package name.
SHADED = "kafkashaded."
_SECURE = "org.apache.kafka.common.security"
# What Event Hubs takes as the user of a connection string.
_CONNECTION_STRING_USER = "$ConnectionString"


def options(topic: Topic, secrets: Mapping[str, str], *, shaded: bool) -> dict[str, str]:
    """Options of Spark's Kafka source; `secrets` are those of `Topic.SECRETS`. `shaded`: it runs on Databricks.

    A topic that lost messages before they were read fails the task: rows that never arrive must not go unseen.
    """
    read = {
        "subscribe": topic.name,
        "startingOffsets": str(topic.beginning),
        "failOnDataLoss": "true",
    }
    if topic.max_messages_per_batch is not None:
        read["maxOffsetsPerTrigger"] = str(topic.max_messages_per_batch)
    return read | connection(topic.login, secrets, shaded=shaded)


def connection(login: Login, secrets: Mapping[str, str], *, shaded: bool) -> dict[str, str]:
    """Options of whoever reads or writes: where the brokers are, and what logs in to them."""
    prefix = SHADED if shaded else ""
    where = {"kafka.bootstrap.servers": secrets["bootstrap-servers"]}
    match login:
        case Login.NONE:
            return where
        case Login.CONNECTION_STRING:
            return where | _plain(prefix, _CONNECTION_STRING_USER, secrets["connection-string"])
        case Login.SASL_PLAIN:
            return where | _plain(prefix, secrets["user"], secrets["password"])
        case Login.OAUTH:
            return where | _oauth(prefix, secrets)


def _plain(prefix: str, user: str, password: str) -> dict[str, str]:
    return {
        "kafka.security.protocol": "SASL_SSL",
        "kafka.sasl.mechanism": "PLAIN",
        "kafka.sasl.jaas.config": _jaas(
            f"{prefix}{_SECURE}.plain.PlainLoginModule", {"username": user, "password": password}
        ),
    }


def _oauth(prefix: str, secrets: Mapping[str, str]) -> dict[str, str]:
    login = {
        "clientId": secrets["client-id"],
        "clientSecret": secrets["client-secret"],
        "scope": secrets["token-scope"],
    }
    return {
        "kafka.security.protocol": "SASL_SSL",
        "kafka.sasl.mechanism": "OAUTHBEARER",
        "kafka.sasl.oauthbearer.token.endpoint.url": secrets["token-endpoint"],
        "kafka.sasl.login.callback.handler.class": (
            f"{prefix}{_SECURE}.oauthbearer.secured.OAuthBearerLoginCallbackHandler"
        ),
        "kafka.sasl.jaas.config": _jaas(f"{prefix}{_SECURE}.oauthbearer.OAuthBearerLoginModule", login),
    }


def _jaas(module: str, values: Mapping[str, str]) -> str:
    """A line of JAAS: a secret may hold quotes, so they are escaped."""
    quoted = (f'{name}="{_escaped(value)}"' for name, value in values.items())
    return f"{module} required {' '.join(quoted)};"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
