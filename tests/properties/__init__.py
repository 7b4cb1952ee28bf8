"""The policy's sentences as properties, compared with a brute-force reading and outside calendar engines."""
