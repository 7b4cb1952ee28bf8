"""The publication: all that the public sees, from path to bytes, and how it is kept true."""
