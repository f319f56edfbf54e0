"""The jars that Spark and the local broker need, each with its pinned content."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Jar:
    """One pinned Maven artifact. `sha256` is of the jar on Maven Central."""

    organisation: str
    module: str
    revision: str
    sha256: str

    @property
    def file_name(self) -> str:
        """Its name in the cache."""
        return f"{self.module}-{self.revision}.jar"


# Delta's third dependency, antlr4-runtime, is among pyspark's own jars in the version that Delta needs.
DELTA_JARS = (
    Jar(
        organisation="io.delta",
        module="delta-spark_2.13",
        revision="4.0.1",
        sha256="a1e76860b19fe1e6b205a4ea7a9099a2f9575d39bb71d49b3e679b299d0efb91",
    ),
    Jar(
        organisation="io.delta",
        module="delta-storage",
        revision="4.0.1",
        sha256="ecc42c5aaa51c423312d9e4e48aa4a12b34740bf2c37de0e8f279277ec3d12e4",
    ),
)

# Spark's connector to Kafka; its other dependencies are among pyspark's own jars.
KAFKA_JARS = (
    Jar(
        organisation="org.apache.spark",
        module="spark-sql-kafka-0-10_2.13",
        revision="4.0.4",
        sha256="b2f7b3a4fbf292b5bf10bd4dd6af301eded9c9985b16239b407401d66dbc8a25",
    ),
    Jar(
        organisation="org.apache.spark",
        module="spark-token-provider-kafka-0-10_2.13",
        revision="4.0.0",
        sha256="f2be3b76f9e6cbe63379d4e4e0dc14f59dbf056ae2ad16ff15ac108004c86767",
    ),
    Jar(
        organisation="org.apache.kafka",
        module="kafka-clients",
        revision="3.9.1",
        sha256="7568b998572d256f0b7bc0afdc1b7a2588b8b08415c62ce314c864a6851ae9d9",
    ),
    Jar(
        organisation="org.apache.commons",
        module="commons-pool2",
        revision="2.12.0",
        sha256="6d3bd18df8410f3e31b031aca582cc109342358a62a2759ebd0c4cdf30d06f8b",
    ),
)

# One broker in KRaft mode; log, JSON, compression and Scala come from pyspark's own jars.
BROKER_JARS = (
    Jar(
        organisation="org.apache.kafka",
        module="kafka_2.13",
        revision="3.9.1",
        sha256="5631c61356d55611c158291a69ad028f3c4fed5d0a610c62a0853c65c89d10f6",
    ),
    Jar(
        organisation="org.apache.kafka",
        module="kafka-group-coordinator",
        revision="3.9.1",
        sha256="fd30310533df51b17d14beb8eb8c9006a9ebb90b536c319776429e413f622a69",
    ),
    Jar(
        organisation="org.apache.kafka",
        module="kafka-group-coordinator-api",
        revision="3.9.1",
        sha256="cb267d841def1172d8db24a830936f1c6aaf29c3de5bdbc5bbc42b67d8cb82c0",
    ),
    Jar(
        organisation="org.apache.kafka",
        module="kafka-metadata",
        revision="3.9.1",
        sha256="35c35118d4abb0b747ad68d1e0be00d5bd02206b462ad76ebbcd85b33436f13a",
    ),
    Jar(
        organisation="org.apache.kafka",
        module="kafka-raft",
        revision="3.9.1",
        sha256="0d4236cf868f8668c74c49bec4bed41e400bb13d6d381a0f8e9843585b2f159f",
    ),
    Jar(
        organisation="org.apache.kafka",
        module="kafka-server",
        revision="3.9.1",
        sha256="02b5a92645865e3152e9d1d829f6d4c4b4272f637b7fe4a2b00cabcbcd8df6f4",
    ),
    Jar(
        organisation="org.apache.kafka",
        module="kafka-server-common",
        revision="3.9.1",
        sha256="99f1f5f81e9d39cfbe5c96ab8e3854be8deca465937192c9a6e2f231678d31f6",
    ),
    Jar(
        organisation="org.apache.kafka",
        module="kafka-storage",
        revision="3.9.1",
        sha256="a3041e6192a37e5508519d776f8af93b74d3fd23174b03e270c0394f1c77b59f",
    ),
    Jar(
        organisation="org.apache.kafka",
        module="kafka-storage-api",
        revision="3.9.1",
        sha256="f466777625641d4bca1314d80206eafa9e2494326496ad626489ba0a0ef479fc",
    ),
    Jar(
        organisation="org.apache.kafka",
        module="kafka-tools-api",
        revision="3.9.1",
        sha256="c365c872ffc9a04886f248c5fd90067829ed4064fcd8fe5e12611b163cd053b4",
    ),
    Jar(
        organisation="org.apache.kafka",
        module="kafka-transaction-coordinator",
        revision="3.9.1",
        sha256="45b852f2e6e501d4dbdd43b97c4057e6cb6827b76e5aabcffcae8b8e2918554f",
    ),
    Jar(
        organisation="com.yammer.metrics",
        module="metrics-core",
        revision="2.2.0",
        sha256="6b7a14a6f34c10f8683f7b5e2f39df0f07b58c7dff0e468ebbc713905c46979c",
    ),
    Jar(
        organisation="org.pcollections",
        module="pcollections",
        revision="4.0.1",
        sha256="1f82766d7c3221930854033bebff5073ea46b43f27326074bbe15d148c18bfb3",
    ),
    Jar(
        organisation="net.sourceforge.argparse4j",
        module="argparse4j",
        revision="0.7.0",
        sha256="65ceb669d88f63306c680f8088bbf765bbca72d288a61a03703000076c3d3f56",
    ),
    Jar(
        organisation="net.sf.jopt-simple",
        module="jopt-simple",
        revision="5.0.4",
        sha256="df26cc58f235f477db07f753ba5a3ab243ebe5789d9f89ecf68dd62ea9a66c28",
    ),
    Jar(
        organisation="com.typesafe.scala-logging",
        module="scala-logging_2.13",
        revision="3.9.5",
        sha256="87a3017d3f43e6ace7566fe4c3d615134c6914ff871c8d64bb32ca1d996d0545",
    ),
    Jar(
        organisation="org.bitbucket.b_c",
        module="jose4j",
        revision="0.9.6",
        sha256="7314af50cde9c99e8eaf43eee617a23edcc6bb43036221064355094999d837ef",
    ),
    Jar(
        organisation="com.github.ben-manes.caffeine",
        module="caffeine",
        revision="2.9.3",
        sha256="1e0a7bbef1dd791653143f3f05d0e489934bf5481e58a87c9e619cd46b68729b",
    ),
    Jar(
        organisation="commons-validator",
        module="commons-validator",
        revision="1.7",
        sha256="4d74f4ce4fb68b2617edad086df6defdf9338467d2377d2c62e69038e1c4f02f",
    ),
    Jar(
        organisation="org.scala-lang.modules",
        module="scala-java8-compat_2.13",
        revision="1.0.2",
        sha256="90d5b13656be93fb779b8d7c723efa2498a34af06273bb5204afb65f85a20c1b",
    ),
)
