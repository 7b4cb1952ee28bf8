"""``python -m icsfeed``, which Python gives the current folder as the first place to import from.

It becomes the last one: a ``copy.py`` that lies there is not the standard library's.
"""

import sys

if not sys.flags.safe_path:
    sys.path.append(sys.path.pop(0))

from icsfeed.cli.main import main

main(prog_name="icsfeed")
