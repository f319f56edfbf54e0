"""Clusters, pools, and the cluster policies that restrict them."""
