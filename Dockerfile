# The portal's one image: web, worker, scheduler and migration differ by their command only.
# Nothing secret is in it; everything that differs between places comes from the environment.

FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements/base.lock /tmp/base.lock
RUN /opt/venv/bin/pip install --require-hashes --no-deps --only-binary :all: -r /tmp/base.lock


FROM python:3.11-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 poppler-utils \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home --home-dir /home/portal --shell /usr/sbin/nologin portal \
    && install -d -o portal -g portal /data /data/files /data/sms /data/schedule /data/keys

COPY --from=build /opt/venv /opt/venv
WORKDIR /app
COPY . .
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=portal.settings \
    VAR_DIR=/data \
    STATIC_ROOT=/app/var/static

# Collected and compiled here, so that a container starts at once. The demo's settings need no secret.
RUN python portal/devtools/translations.py compile \
    && PORTAL_ENV=demo python manage.py collectstatic --noinput --verbosity 0 \
    && python -m compileall -q applications centres citizens notifications portal procedures support

USER portal
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "--config", "deploy/gunicorn.conf.py", "portal.wsgi"]
