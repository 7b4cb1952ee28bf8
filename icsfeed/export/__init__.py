"""The static site: the very publication that a server answers from, as files for any web host."""
