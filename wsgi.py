"""The application for any WSGI server, such as ``gunicorn wsgi:app``."""

from icsfeed.bootstrap import create_app
from icsfeed.domain.errors import IcsfeedError

try:
    app = create_app()
except IcsfeedError as error:  # a setting can't be what it says
    msg = f"icsfeed: {error}"
    raise SystemExit(msg) from None
