"""Values and pure functions of maintenance policy: no input or output, no clock, no web."""
