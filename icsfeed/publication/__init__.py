"""The publication: everything public, as a mapping from path to bytes, and how it is kept current."""
