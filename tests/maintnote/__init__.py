"""MAINTNOTE feeds, read by circuit-maintenance-parser, and what subscribers get of them."""
