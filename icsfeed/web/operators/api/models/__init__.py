"""The shapes of requests and answers, for documents only: ``icsfeed.services.requests`` reads the requests."""
