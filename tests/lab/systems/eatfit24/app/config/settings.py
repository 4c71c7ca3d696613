"""Settings, from the environment of the container."""

import os

SECRET_KEY = os.environ["SECRET_KEY"]
DEBUG = False
ALLOWED_HOSTS = ["eatfit24.ru"]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.staticfiles", "meals"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
DATABASES = {
    "default": {"ENGINE": "django.db.backends.postgresql", "NAME": "eatfit24", "USER": "eatfit24", "HOST": "db"}
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "/static/"
STATIC_ROOT = "/tmp/static"

USE_TZ = True
TIME_ZONE = "Europe/Moscow"

CELERY_BROKER_URL = "redis://redis:6379/0"
CELERY_ENABLE_UTC = True
CELERY_TIMEZONE = "UTC"
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {"ai.*": {"queue": "ai"}, "billing.*": {"queue": "billing"}}
CELERY_BEAT_SCHEDULE = {"digest": {"task": "meals.digest", "schedule": 60.0}}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
