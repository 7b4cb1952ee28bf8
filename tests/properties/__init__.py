"""The policy's sentences as properties, held against a brute-force reading and outside calendar engines."""
