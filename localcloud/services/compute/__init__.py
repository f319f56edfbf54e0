"""Clusters, pools and the cluster policies that decide what may be made."""
