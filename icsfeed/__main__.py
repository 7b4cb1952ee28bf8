"""``python -m icsfeed``."""

from icsfeed.cli.main import main

main(prog_name="icsfeed")
