"""Values and pure functions about maintenance policies: no I/O, no clock."""
