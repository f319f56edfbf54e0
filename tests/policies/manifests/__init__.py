"""Tests of the checks of Kubernetes manifests."""
