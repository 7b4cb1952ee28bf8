"""The application for any WSGI server, such as ``gunicorn wsgi:app``."""

from icsfeed.bootstrap import create_app

app = create_app()
