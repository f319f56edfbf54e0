"""The identities of pipelines and jobs, and their Azure roles."""
