"""A Pulumi provider for Neon.

Four layers, one direction: `client` speaks HTTP and knows nothing of Pulumi; `resources` hold the life cycle of each type;
`provider` routes requests and holds the configuration; `__main__` of the plugin starts the server.
"""
