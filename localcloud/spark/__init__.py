"""The Java toolchain and the Spark Connect server behind jobs and SQL."""
