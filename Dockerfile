# The service in an image. First stage: a virtual environment of the locked packages and our own wheel; second
# stage: that, and the files that an operator may want to read or replace.

FROM python:3.13-slim AS made
WORKDIR /app
RUN python -m venv .venv
COPY requirements/runtime.txt requirements/build.txt requirements/
RUN .venv/bin/pip install --no-cache-dir --require-hashes --no-deps -r requirements/runtime.txt
RUN python -m venv build && build/bin/pip install --no-cache-dir --require-hashes --no-deps -r requirements/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY service service
RUN build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir dist .
RUN .venv/bin/pip install --no-index --no-deps dist/*.whl

FROM python:3.13-slim
# What is in /app is root's, and the service cannot change it; only its data folder is its own.
RUN useradd --system --uid 10001 --no-create-home coach && install -d -o coach -m 700 /data
WORKDIR /app
COPY --from=made /app/.venv .venv
COPY LICENSE openapi.yaml ./
COPY policy policy
COPY prompts prompts
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 \
    COACH_POLICY_DIR=/app/policy COACH_PROMPTS_DIR=/app/prompts COACH_DATA_DIR=/data
USER 10001
EXPOSE 8000
VOLUME /data
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/health/live', timeout=2)"]
# With its worker beside it: a container that takes jobs in and never works on them would be a trap.
CMD ["script-coach", "serve", "--host", "0.0.0.0"]
