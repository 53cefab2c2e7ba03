"""Settings of the sandbox. What differs from start to start comes from the environment that ``__main__`` makes."""

import os
from pathlib import Path

FOLDER = Path(os.environ["VNEID_SANDBOX_FOLDER"])
SECRET_KEY = (FOLDER / "secret").read_text()
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
ROOT_URLCONF = "citizens.vneid_sandbox.urls"
USE_TZ = True
LANGUAGE_CODE = "vi"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": FOLDER / "vneid.sqlite3"}}
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "allauth",
    "allauth.account",
    "allauth.idp.oidc",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
# Of its own names: cookies know no ports, and the portal answers on the same host.
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "vneid_session", "vneid_csrf"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "account_login"
IDP_OIDC_ADAPTER = "citizens.vneid_sandbox.claims.Claims"
IDP_OIDC_PRIVATE_KEY = (FOLDER / "key.pem").read_text()
IDP_OIDC_ID_TOKEN_EXPIRES_IN = int(os.environ["VNEID_SANDBOX_TOKEN_SECONDS"])
IDP_OIDC_AUTHORIZATION_CODE_EXPIRES_IN = int(os.environ["VNEID_SANDBOX_CODE_SECONDS"])
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
