"""Azure's networks: the hub and its firewall, an environment's network, private endpoints and their DNS names."""
