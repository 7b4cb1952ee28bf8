"""Tests of the outbox: what operators' actions queue, and how senders take it."""
