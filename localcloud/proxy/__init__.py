"""The way of real tools to the local cloud: a proxy on loopback that ends TLS for the clouds' own host names."""
