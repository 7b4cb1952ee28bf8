"""The operators' API: one table of operations, from which routes, the OpenAPI document and agents' tools are made."""
