# icsfeed as a container:
#
#     docker build --tag icsfeed .
#     docker run --read-only --tmpfs /tmp --volume icsfeed:/data --publish 8000:8000 icsfeed
#
# /data holds schedule.toml and, unless ICSFEED_DATABASE names another database, icsfeed.db; while it holds no
# schedule.toml, the example is served. Every option of "icsfeed serve" can be set in the environment. Other commands
# run as "docker exec CONTAINER icsfeed COMMAND".

FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m venv /opt/icsfeed
COPY requirements.txt ./
COPY tests/requirements.txt tests/
# The optional packages are locked with those of the tests: psycopg for PostgreSQL, obstore for export to buckets, and
# authlib with what it needs for OpenID Connect.
RUN awk '/^(authlib|cffi|cryptography|joserfc|obstore|psycopg(\[binary\]|-binary)?|pycparser)==/, !/\\$/' tests/requirements.txt > extras.txt \
    && /opt/icsfeed/bin/pip install --no-cache-dir -r requirements.txt -r extras.txt
COPY pyproject.toml README.md LICENSE ./
COPY icsfeed icsfeed
# Nothing is installed at run time, so pip stays behind.
RUN /opt/icsfeed/bin/pip install --no-cache-dir --no-deps . \
    && /opt/icsfeed/bin/pip uninstall --yes pip

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home icsfeed \
    && install --directory --owner icsfeed /data
COPY --from=build /opt/icsfeed /opt/icsfeed
ENV PATH="/opt/icsfeed/bin:$PATH" \
    PYTHONDONTWRITEBYTECODE=1 \
    ICSFEED_HOST=0.0.0.0
WORKDIR /data
VOLUME /data
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s \
    CMD ["python", "-c", "import http.client, os, sys; server = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('ICSFEED_PORT', 8000)), timeout=9); server.request('GET', '/readyz'); sys.exit(server.getresponse().status != 200)"]
ENTRYPOINT ["icsfeed"]
CMD ["serve"]
