# Tapwork in a container. docs/operations.md, "In a container", says how to run it.

FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m venv /opt/tapwork
COPY pyproject.toml requirements.lock README.md LICENSE ./
COPY bot bot
COPY handlers handlers
COPY jobs jobs
COPY locales locales
COPY rules rules
COPY sandbox sandbox
COPY services services
COPY storage storage
# The lock pins more than the bot needs; as a constraint it adds nothing.
RUN /opt/tapwork/bin/pip install --no-cache-dir --constraint requirements.lock .

FROM python:3.13-slim
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin tapwork \
    && install --directory --mode 0700 --owner tapwork --group tapwork /data
COPY --from=build /opt/tapwork /opt/tapwork
ENV PATH=/opt/tapwork/bin:$PATH PYTHONUNBUFFERED=1 TAPWORK_DATA_DIR=/data
# The database, the pictures, exports, backups, and the secret key: keep a copy of that one somewhere else.
VOLUME /data
WORKDIR /data
USER tapwork
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=60s --timeout=15s --start-period=60s CMD ["tapwork", "doctor", "--quick"]
CMD ["tapwork", "run"]
