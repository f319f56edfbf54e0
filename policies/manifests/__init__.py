"""Checks of Kubernetes manifests: the workloads in a cluster, and their network access."""
