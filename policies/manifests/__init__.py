"""Checks of Kubernetes manifests: what would run in a cluster, and who could reach it."""
