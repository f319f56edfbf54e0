"""The Java toolchain and the Spark Connect server that run what jobs and SQL ask for."""
