"""Settings of the portal. Everything that differs between places comes from the environment.

``PORTAL_ENV`` is production unless said otherwise; production has no silent defaults.
"""

import sys
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from portal.environment import Environment, database_from_url
from portal.logs import logging_settings

BASE_DIR = Path(__file__).resolve().parent.parent

PORTAL_ENV = Environment(lenient=False).choice(
    "PORTAL_ENV", {"production", "demo", "test"}, "where this runs", default="production"
)
env = Environment(lenient=PORTAL_ENV != "production")
VAR_DIR = env.folder("VAR_DIR", "the folder for data that is made while running", default=BASE_DIR / "var")

# -- who we are ---------------------------------------------------------------------------------------------------
DEBUG = env.flag("DEBUG", "shows error details; never on in production", default=False)
SECRET_KEY = env.text(
    "SECRET_KEY", "a long random text that signs sessions", demo="not-secret-and-only-for-the-demo-" + "0" * 32
)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "the host names this site answers to, with commas", demo=["*"])
PUBLIC_URL = env.url(
    "PUBLIC_URL", {"http", "https"}, "the address citizens reach, printed in QR codes", demo="http://127.0.0.1:8000"
)
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
HOTLINE = env.text("HOTLINE", "the telephone number printed on slips", default="024 1022")

# -- apps, from the lowest row up ---------------------------------------------------------------------------------
PORTAL_APPS = ["portal", "notifications", "procedures", "citizens", "centres", "support", "applications"]
INSTALLED_APPS = [
    *PORTAL_APPS,
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "axes",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "lucide",
    "rest_framework",
]
MIDDLEWARE = [
    "centres.beats.Beats",
    "portal.middleware.UnchangedParts",
    "portal.middleware.AskedOnce",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.middleware.ContentPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "portal.middleware.SiteLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.middleware.SignInRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.middleware.WithoutNulls",
    "portal.middleware.ActionsLeadBack",
    "portal.middleware.DomainErrors",
    "axes.middleware.AxesMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "portal.context.site",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "portal.templatetags.portal"],
        },
    }
]

# -- database: an owner migrates, the application may not change history (docs/decisions) ---------------------------
OWNER_COMMANDS = {"migrate", "grant_roles", "test"}
DATABASE_URL = env.url(
    "DATABASE_URL",
    {"postgres", "postgresql", "sqlite"},
    "the database the application works in",
    demo=f"sqlite:///{VAR_DIR / 'demo' / 'db.sqlite3'}",
)
DATABASE_OWNER_URL = env.url(
    "DATABASE_OWNER_URL",
    {"postgres", "postgresql", "sqlite"},
    "the same database as its owner; only commands that change tables use it",
    default=DATABASE_URL,
)
_as_owner = len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS
DATABASES = {"default": database_from_url(DATABASE_OWNER_URL if _as_owner else DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- shared cache: board versions, rate limits, sessions' fast path -------------------------------------------------
CACHE_URL = env.url(
    "CACHE_URL",
    {"redis", "rediss", "file"},
    "the cache that all processes share",
    demo=f"file://{VAR_DIR / 'demo' / 'cache'}",
)
# "tries" holds the same server: counts of tries go on, each process for itself, while it is away.
if urlsplit(CACHE_URL).scheme == "file":
    _cache = {
        "BACKEND": "portal.filecache.SharedFileCache",
        "LOCATION": urlsplit(CACHE_URL).path,
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
    CACHES = {"default": _cache, "tries": _cache}
else:
    CACHES = {
        "default": {"BACKEND": "portal.rediscache.KeptRedisCache", "LOCATION": CACHE_URL},
        "tries": {"BACKEND": "portal.rediscache.TriesCache", "LOCATION": CACHE_URL},
    }
# Changes told as they happen (docs/decisions/0016): only Redis can pass them on, so beside the file cache pages just ask.
LIVE_URL = env.text("LIVE_URL", "the path at which portal.stream answers, such as /live/events", default="")
if not CACHE_URL.startswith("redis"):
    LIVE_URL = ""
LIVE_CHANNEL = f"portal-live-{urlsplit(CACHE_URL).path.strip('/') or 0}"
SESSION_ENGINE = "portal.sessions"

# -- jobs -----------------------------------------------------------------------------------------------------------
BROKER_URL = env.url(
    "BROKER_URL", {"redis", "rediss", "filesystem"}, "the broker that wakes the workers", demo="filesystem://"
)
BROKER_DIR = env.folder("BROKER_DIR", "the folder of the filesystem broker", default=VAR_DIR / "demo" / "broker")
CERTIFICATION_LEASE_SECONDS = env.number(
    "CERTIFICATION_LEASE_SECONDS", "after how long a silent worker's certified copy is made by another", default=60
)

# -- the watch (docs/decisions/0036) ----------------------------------------------------------------------------------
WATCH_WEB_URL = env.url("WATCH_WEB_URL", {"http", "https"}, "where the watch asks for the pages", default=PUBLIC_URL)

# -- video calls with the support team ---------------------------------------------------------------------------------
VIDEO_CALLS = env.flag("VIDEO_CALLS", "whether counters and citizens may call the support team by video", default=True)
VIDEO_CALL_URL = env.url(
    "VIDEO_CALL_URL",
    {"https"},
    "the meeting service's address, {room} in the place of the room's name",
    default="https://meet.jit.si/{room}",
)

# -- signatures: without keys, copies are printed and signed by hand (docs/decisions/0030) -----------------------------
SIGNING_SIGNER_KEY = env.url(
    "SIGNING_SIGNER_KEY", {"file", "pkcs11"}, "the key of the person who certifies: PKCS#12 file or token", default=""
)
SIGNING_SIGNER_PASSWORD = env.text("SIGNING_SIGNER_PASSWORD", "the password or PIN of that key", default="")
# Each signer has a key of their own, entered in the portal; only where this is on do the others sign with the one above.
SIGNING_SHARED_KEY = env.flag(
    "SIGNING_SHARED_KEY",
    "whether a signer without a key of their own signs with SIGNING_SIGNER_KEY",
    default=False,
    demo=True,
)
SIGNING_FOLDER = env.text(
    "SIGNING_FOLDER",
    "the only folder that signers' key files and the files with their passwords may lie in",
    default="",
)
SIGNING_TOKEN_MODULES = env.words(
    "SIGNING_TOKEN_MODULES", "the PKCS#11 libraries that signers' tokens may be reached by, with commas", default=[]
)
SIGNING_UNIT_KEY = env.url(
    "SIGNING_UNIT_KEY", {"file", "pkcs11"}, "the key of the unit, which signs after the person", default=""
)
SIGNING_UNIT_PASSWORD = env.text("SIGNING_UNIT_PASSWORD", "the password or PIN of that key", default="")
SIGNING_TSA_URL = env.url("SIGNING_TSA_URL", {"http", "https"}, "the time stamp authority (RFC 3161)", default="")
SIGNING_ROOTS = env.text("SIGNING_ROOTS", "a PEM file with the roots that signatures are trusted under", default="")
CHECKING_ROOTS = env.text(
    "CHECKING_ROOTS",
    "a PEM file with further roots under which the signed files are trusted that citizens bring",
    default="",
)

# -- the national portal: without an address nothing is sent and no rows are written (docs/decisions/0032) ---------------
NATIONAL_URL = env.url("NATIONAL_URL", {"http", "https"}, "where the national portal takes dossiers", default="")
NATIONAL_ACCOUNT = env.text("NATIONAL_ACCOUNT", "the account of this system there", default="")
NATIONAL_PASSWORD = env.text("NATIONAL_PASSWORD", "the password of that account", default="")
NATIONAL_CA = env.text(
    "NATIONAL_CA", "a PEM file with the authority of its certificate, where that is none of the usual ones", default=""
)
NATIONAL_TIMEOUT_SECONDS = env.number(
    "NATIONAL_TIMEOUT_SECONDS", "how long one answer of the national portal is waited for", default=15
)
NATIONAL_LEASE_SECONDS = env.number(
    "NATIONAL_LEASE_SECONDS", "after how long a silent worker's row is sent by another", default=120
)
NATIONAL_INBOX_KEY = env.text(
    "NATIONAL_INBOX_KEY", "the key with which the national portal hands in what was filed there", default=""
)

# -- the bank: without a key there is no address for its notices (docs/decisions/0055) --------------------------------------
BANK_NOTICE_KEYS = [
    key.strip()
    for key in env.text(
        "BANK_NOTICE_KEYS",
        "the keys under which the bank signs its notices, the newest first, with commas between",
        default="",
    ).split(",")
    if key.strip()
]
BANK_SANDBOX_URL = env.url(
    "BANK_SANDBOX_URL", {"http"}, "where the sandbox of a bank takes codes, in demonstrations", default=""
)
BANK_NOTICE_SECONDS = env.number(
    "BANK_NOTICE_SECONDS", "how old a signed notice may be when it comes, and how far ahead its clock", default=300
)

# -- files ----------------------------------------------------------------------------------------------------------
# A folder of the portal's own: the store itself, or its workplace where the documents lie in a bucket (docs/decisions/0047).
FILES_ROOT = env.folder("FILES_ROOT", "the private store of documents", demo=VAR_DIR / "demo" / "files")
FILES_KEY_FILE = env.text(
    "FILES_KEY_FILE",
    "a file with the keys that documents are encrypted under: 32 bytes in base64 a line, the newest first",
    default="",
)
FILES_URL = env.url("FILES_URL", {"s3"}, "where documents lie instead of the folder: s3://bucket/prefix", default="")
FILES_S3_ENDPOINT = env.url("FILES_S3_ENDPOINT", {"http", "https"}, "the address of the S3 service", default="")
FILES_S3_REGION = env.text("FILES_S3_REGION", "the region of the bucket", default="us-east-1")
FILES_S3_KEY = env.text("FILES_S3_KEY", "the name of the key of that service", default="")
FILES_S3_SECRET = env.text("FILES_S3_SECRET", "the secret of that key", default="")
UPLOAD_LIMIT_BYTES = env.number("UPLOAD_LIMIT_BYTES", "the largest upload, in bytes", default=40 * 1024 * 1024)
VERIFY_LIMIT_BYTES = env.number(
    "VERIFY_LIMIT_BYTES",
    "the largest file whose signatures are checked: a long copy of ours may be larger than any upload",
    default=10 * UPLOAD_LIMIT_BYTES,
)
# A page of one kind needs no more; these are refused with their own limit. 0 leaves a kind at UPLOAD_LIMIT_BYTES.
UPLOAD_TYPE_LIMITS = {
    "application/pdf": env.number("UPLOAD_LIMIT_PDF_BYTES", "the largest PDF file, in bytes", default=0),
    "image/jpeg": env.number("UPLOAD_LIMIT_JPEG_BYTES", "the largest JPEG picture, in bytes", default=20 * 1024 * 1024),
    "image/png": env.number("UPLOAD_LIMIT_PNG_BYTES", "the largest PNG picture, in bytes", default=0),
    "image/tiff": env.number("UPLOAD_LIMIT_TIFF_BYTES", "the largest TIFF file, in bytes", default=0),
    "image/webp": env.number("UPLOAD_LIMIT_WEBP_BYTES", "the largest WebP picture, in bytes", default=20 * 1024 * 1024),
    "image/heic": env.number("UPLOAD_LIMIT_HEIC_BYTES", "the largest HEIC picture, in bytes", default=20 * 1024 * 1024),
}
FILE_LINK_SECONDS = env.number("FILE_LINK_SECONDS", "for how long a link to a private file is good", default=600)
UPLOAD_LIMIT_PAGES = env.number("UPLOAD_LIMIT_PAGES", "the most pages in one upload", default=500)
# What is kept of what people send is scanned before it is used; its StreamMaxLength has to be above UPLOAD_LIMIT_BYTES.
CLAMD_URL = env.url(
    "CLAMD_URL", {"unix", "tcp"}, "the virus scanner: unix:///run/clamav/clamd.ctl, tcp://host:3310", default=""
)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "portal.uploads.LimitedUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
STATIC_URL = "static/"
STATIC_ROOT = env.folder("STATIC_ROOT", "the collected static files", default=VAR_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(FILES_ROOT)}},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if PORTAL_ENV == "test" or DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = PORTAL_ENV == "test" or DEBUG
# A test makes thousands of clients, and none of them should read the whole folder of files first.
WHITENOISE_AUTOREFRESH = PORTAL_ENV == "test" or DEBUG

# -- messages out ---------------------------------------------------------------------------------------------------
EMAIL_URL = env.url(
    "EMAIL_URL",
    {"smtp", "smtps", "file"},
    "the mail server, or file:///folder",
    demo=f"file://{VAR_DIR / 'demo' / 'mail'}",
)
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", "the sender of e-mails", default="mot-cua@localhost")
NOTICE_LEASE_SECONDS = env.number(
    "NOTICE_LEASE_SECONDS", "after how long a message that a worker took and never finished is taken anew", default=60
)
SMS_URL = env.url("SMS_URL", {"file"}, "where SMS go: file:///folder", demo=f"file://{VAR_DIR / 'demo' / 'sms'}")
# Web push (RFC 8292): without a key of its own the portal offers none.
VAPID_PRIVATE_KEY = env.text(
    "VAPID_PRIVATE_KEY",
    "the key that signs notices to browsers: 32 bytes in base64url",
    default="",
    demo="PxRng_r_V5fBHVgE9q3CFLMB0thp-tuPzy17q3e3bjw",
)
# A browser names its push service itself: only these are believed, or their subdomains.
PUSH_HOSTS = env.words(
    "PUSH_HOSTS",
    "the push services of browsers, with commas",
    default=[
        "fcm.googleapis.com",
        "push.services.mozilla.com",
        "push.apple.com",
        "notify.windows.com",
    ],
)

# -- sign-in --------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "citizens.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = reverse_lazy("login")
CSRF_FAILURE_VIEW = "portal.views.csrf_failure"
LOGIN_REDIRECT_URL = reverse_lazy("room")
LOGOUT_REDIRECT_URL = reverse_lazy("home")
# By name and address together, so that nobody can lock a colleague out from elsewhere.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_HANDLER = "axes.handlers.cache.AxesCacheHandler"
# With that handler its tables stay empty: there is nothing to look at.
AXES_ENABLE_ADMIN = False
AXES_CACHE = "tries"
# Behind a proxy all requests come from one address, and one person's typing errors would lock the name for all.
AXES_CLIENT_IP_CALLABLE = "portal.ratelimit.client_address"
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
AXES_VERBOSE = False
# -- citizens' sign-in by VNeID: without an issuer the page does not offer it (docs/decisions/0053) ----------------------
VNEID_ISSUER = env.url("VNEID_ISSUER", {"http", "https"}, "the issuer of VNeID's OpenID Connect", default="").rstrip(
    "/"
)
VNEID_CLIENT_ID = env.text("VNEID_CLIENT_ID", "the name of this portal there", default="")
VNEID_SECRET = env.text("VNEID_SECRET", "the secret of that name", default="")
VNEID_SCOPES = env.words("VNEID_SCOPES", "what is asked of VNeID, with commas", default=["openid", "profile"])
VNEID_NUMBER = env.text("VNEID_NUMBER", "the claim with the identity number", default="identity_number")
VNEID_NAME = env.text("VNEID_NAME", "the claim with the full name", default="name")
VNEID_BIRTH = env.text("VNEID_BIRTH", "the claim with the date of birth", default="birthdate")
VNEID_LEVEL = env.text("VNEID_LEVEL", "the claim with the level of the identity", default="identity_level")
# Level 2: the person stood before the police with the ID card (Decree 69/2024 art. 6).
VNEID_LEVEL_NEEDED = env.number("VNEID_LEVEL_NEEDED", "the least level that opens a person's dossiers", default=2)
SOCIALACCOUNT_ADAPTER = "citizens.vneid.Errors"
SOCIALACCOUNT_REQUESTS_TIMEOUT = 8
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {"provider_class": "citizens.vneid.Provider", "OAUTH_PKCE_ENABLED": True, "APPS": []}
}

SESSION_COOKIE_AGE = 10 * 60 * 60  # a working day
SESSION_COOKIE_SAMESITE = "Lax"

SILENCED_SYSTEM_CHECKS = env.words(
    "SILENCED_CHECKS", "warnings of `check` that this place knows of, with commas", default=[]
)

# -- language and time ----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", _("Vietnamese")), ("en", _("English")), ("ko", _("Korean"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True
FORMAT_MODULE_PATH = ["portal.formats"]

# -- safety ---------------------------------------------------------------------------------------------------------
_https = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _https
SECURE_SSL_REDIRECT = _https
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _https
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", "how many proxies stand before the site", default=0)
# Without a proxy anybody could say that a request came encrypted.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES > 0 else None
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "media-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}

# -- API ------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        # First, because the first one decides that nobody signed in is 401 and not 403.
        "citizens.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["portal.parsers.LimitedJsonParser"],
    "DEFAULT_PAGINATION_CLASS": "portal.api.Pages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "portal.api.errors_as_json",
    "PAGE_SIZE": 30,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "One-stop portal",
    "DESCRIPTION": "Tickets, procedures, applications and tracking of a public administrative service centre.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "ENUM_NAME_OVERRIDES": {
        "DossierState": "applications.enums.State",
        "TicketState": "centres.enums.TicketState",
        "UnitKind": "procedures.enums.UnitKind",
        "IncidentState": "support.enums.IncidentState",
        "IncidentKind": "support.enums.Kind",
        "TimelineLineKind": "applications.api.serializers.LINE_KINDS",
    },
}

# -- wiring by name: what one app shows of the apps above it (docs/decisions) -----------------------------------------
# What a centre adds to a quote of the catalogue: its code in, its closing times and its own facts out.
CENTRE_OF_QUOTE = "centres.hours.centre_of_quote"
STAFF_ROLES = "centres.permissions.staff_roles_of"
# Addresses that take larger files than UPLOAD_LIMIT_BYTES, by the setting that says how large.
UPLOAD_LIMITS = {"applications:verify_file": "VERIFY_LIMIT_BYTES", "applications:check_file": "VERIFY_LIMIT_BYTES"}
DAY_PANELS = [
    "centres:day_queue",
    "support:help_day",
    "centres:day_accuracy",
    "applications:day_dossiers",
    "applications:day_certified",
]
# What the watch asks each app for, since it may not know them.
WATCH_SOURCES = ["applications.national_watch.troubles", "applications.virus_watch.troubles"]
# Who is told that a person's name was changed in the administration, since people know nothing of what is kept by it.
AFTER_RENAMING = ["applications.words.follow_name"]
DAY_SOURCES = [
    "centres.day.needs_attention",
    "support.day.needs_attention",
    "applications.day.needs_attention",
    "applications.custody_day.needs_attention",
    "applications.register_day.needs_attention",
    "applications.signing_day.needs_attention",
    "applications.till_day.needs_attention",
]
# Asked when somebody takes a seat at a counter; each raises where it must stay closed.
BEFORE_OPENING = ["support.training.refuse_untrained"]
# Sentences for everybody on the first page.
PUBLIC_WORDS = "support.status.words_for_all"

LOGGING = logging_settings(PORTAL_ENV)
