# The image that migrate, web, worker and beat run; the database and Redis come from elsewhere.
FROM python:3.11-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
COPY requirements-server.lock /tmp/
RUN /venv/bin/pip install --require-hashes --no-deps --only-binary :all: -r /tmp/requirements-server.lock

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /app keysite
COPY --from=build /venv /venv
WORKDIR /app
COPY manage.py LICENSE ./
COPY keysite keysite
COPY accounts accounts
COPY assets assets
COPY keys keys
COPY tickets tickets
COPY templates templates
COPY static static
COPY locale locale
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 KEYSITE_STATIC_DIR=/app/collected KEYSITE_MEDIA_DIR=/media
# collectstatic needs settings, not services: the values below are used for this one command only.
# Nothing can be written to the image once it runs, so the bytecode is made here, too.
RUN DATABASE_URL=postgresql://none/none REDIS_URL=redis://none KEYSITE_SECRET_KEY=none KEYSITE_SITE_URL=https://none \
    KEYSITE_ALLOWED_HOSTS=none KEYSITE_SMTP_URL=smtp://none python manage.py collectstatic --noinput \
    && python -m compileall -q . \
    && mkdir /media && chown keysite /media
USER keysite
EXPOSE 8000
# docker-compose.yml says what worker, beat and migrate run.
CMD ["gunicorn", "keysite.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--graceful-timeout", "10", "--worker-tmp-dir", "/tmp", "--no-control-socket"]
