"""The operators' application: the API, the console, agents, and customers' mail forms. It never holds up a feed."""
