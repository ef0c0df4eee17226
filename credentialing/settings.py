"""Settings, read from the environment only.

Safe by default: without DEBUG the process refuses to start with a missing secret or base URL.
Every variable is listed in docs/settings.md.
"""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

from credentialing.accounts.limit_table import RATES
from credentialing.starting import (
    demo_stays_here,
    former_addresses,
    host_of,
    path_of,
    private_database,
    private_folder,
    strong_secret,
)

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = private_folder(Path(env.str("CREDENTIALING_DATA_DIR", default=str(BASE_DIR / "var"))).resolve())

DEBUG = env.bool("CREDENTIALING_DEBUG", default=False)
DEMO = env.bool("CREDENTIALING_DEMO", default=False)  # shows /mail/ and the log-ins; never in production
LOCAL = DEBUG or DEMO

SECRET_KEY = env.str("CREDENTIALING_SECRET_KEY", default="insecure-local-key-" + "x" * 40 if LOCAL else "")
if not LOCAL:
    strong_secret(SECRET_KEY)
SECRET_KEY_FALLBACKS = env.list(
    "CREDENTIALING_SECRET_KEY_FALLBACKS", default=[]
)  # former ones, while their sessions run

BASE_URL = env.str("CREDENTIALING_BASE_URL", default="http://127.0.0.1:8000" if LOCAL else "").rstrip("/")
if not BASE_URL:
    msg = "Set CREDENTIALING_BASE_URL to the public address, for example https://credentials.example.org."
    raise ImproperlyConfigured(msg)
# Addresses that the service had before: badges, codes and links made under them stay its own (docs/operations.md).
FORMER_BASE_URLS = former_addresses(env.list("CREDENTIALING_FORMER_BASE_URLS", default=[]), BASE_URL)
ALLOWED_HOSTS = env.list("CREDENTIALING_ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"] if LOCAL else [])
ALLOWED_HOSTS += [host for host in map(host_of, FORMER_BASE_URLS) if host not in ALLOWED_HOSTS]
BASE_PATH = path_of(BASE_URL)  # where the service has not a host of its own: /credentialing
FORCE_SCRIPT_NAME = BASE_PATH or None
CSRF_TRUSTED_ORIGINS = [BASE_URL.removesuffix(BASE_PATH)]

INSTALLED_APPS = [
    "credentialing.operations",
    "credentialing.drafting",
    "credentialing.registry",
    "credentialing.council",
    "credentialing.names",
    "credentialing.reviews",
    "credentialing.evidence",
    "credentialing.applications",
    "credentialing.pathways",
    "credentialing.correspondence",
    "credentialing.audit",
    "credentialing.accounts",
    "credentialing.ui",
    "certificates",
    "workflows",
    "allauth",
    "allauth.account",
    "django_tasks_db",
    "django_htmx",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "credentialing.ui.addresses.KnownAddresses",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "credentialing.accounts.limits.LimitsAnswered",
    "credentialing.ui.middleware.ReadingChangesNothing",
    "credentialing.ui.middleware.PrivatePagesAreNotKept",
    "credentialing.ui.middleware.TroublesAreAnswered",
    "credentialing.audit.middleware.RefusalsAreRecorded",
    "credentialing.accounts.middleware.IdleOfficesLogOut",
]
if DEMO:
    demo_stays_here(BASE_URL, ALLOWED_HOSTS)
    MIDDLEWARE.insert(0, "credentialing.operations.demo.access.OnlyThisMachine")
ROOT_URLCONF = "credentialing.urls"
WSGI_APPLICATION = "credentialing.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csrf",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "credentialing.ui.context.site",
            ],
        },
    },
]
FORM_RENDERER = "credentialing.ui.forms.SocietyFormRenderer"

# SQLite by default (docs/adr/0003); any Django database URL for PostgreSQL.
DATABASES = {"default": env.db_url("CREDENTIALING_DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
    private_database(str(DATABASES["default"]["NAME"]))

# What is counted (docs/limits.md) is counted for all processes together, in the same database and its transactions.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache_entry",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}
# How many proxies of our own stand in front, each appending to X-Forwarded-For whom it was asked by.
TRUSTED_PROXIES = ALLAUTH_TRUSTED_PROXY_COUNT = env.int("CREDENTIALING_TRUSTED_PROXIES", default=0)

# The ledger signs its checkpoints with a key of its own, and lays them where the database can't reach (docs/ledger.md).
LEDGER_ORIGIN = BASE_URL.partition("://")[2] + "/transparency"
LEDGER_KEYS_DIR = env.str("CREDENTIALING_KEYS_DIR", default=str(DATA_DIR / "keys"))
LEDGER_CHECKPOINTS_DIR = env.str("CREDENTIALING_CHECKPOINTS_DIR", default=str(DATA_DIR / "checkpoints"))

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA_DIR / "files"}},
    "evidence": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": DATA_DIR / "evidence",
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "certificates": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": DATA_DIR / "certificates",
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if LOCAL
        else "whitenoise.storage.CompressedManifestStaticFilesStorage",
    },
}
STATIC_URL = f"{BASE_PATH}/static/"
STATIC_ROOT = DATA_DIR / "static"
WHITENOISE_USE_FINDERS = LOCAL  # the demo serves the packages' own files; production collects them

AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "credentialing.accounts.passwords.NotBreached"},
    {"NAME": "credentialing.accounts.passwords.NotOfTheSociety"},
]
ACCOUNT_ADAPTER = "credentialing.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "signup": "credentialing.accounts.forms.SignupForm",
    "login": "credentialing.accounts.forms.LoginForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_RATE_LIMITS = dict(RATES)
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 1
PASSWORD_RESET_TIMEOUT = 3600  # seconds
ACCOUNT_EMAIL_NOTIFICATIONS = True  # letters to the address that was there before
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # before addresses and factors are changed, however fresh the log-in
FRESH_LOGIN_MINUTES = env.int("CREDENTIALING_FRESH_LOGIN_MINUTES", default=30)  # for signing, voting, offices, exports
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http" if BASE_URL.startswith("http://") else "https"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = f"{BASE_PATH}/"

TASKS = {"default": {"BACKEND": "workflows.outbox.Outbox", "QUEUES": []}}

MAIL_DIR = DATA_DIR / "mail"
MAILERS = {
    "default": {
        "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "OPTIONS": {"file_path": str(MAIL_DIR)},
    }
    if DEMO or not env.str("CREDENTIALING_SMTP_HOST", default="")
    else {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": env.str("CREDENTIALING_SMTP_HOST", default=""),
            "port": env.int("CREDENTIALING_SMTP_PORT", default=587),
            "username": env.str("CREDENTIALING_SMTP_USER", default=""),
            "password": env.str("CREDENTIALING_SMTP_PASSWORD", default=""),
            "use_tls": env.bool("CREDENTIALING_SMTP_TLS", default=True),
            "timeout": 10,
        },
    },
}
DEFAULT_FROM_EMAIL = env.str("CREDENTIALING_FROM_EMAIL", default="credentialing@example.org")

LANGUAGE_CODE = "en-us"
TIME_ZONE = env.str("CREDENTIALING_TIME_ZONE", default="America/New_York")  # the society's local dates
USE_TZ = True

NAVIGATION = ["credentialing.accounts.navigation.items"]

# The society: texts on pages and certificates.
SOCIETY_NAME = env.str("CREDENTIALING_SOCIETY_NAME", default="American Balint Society")
CERTIFICATES_ROLES = "credentialing.accounts.rules.offices_of"  # how the certificates package asks for offices
CERTIFICATES_OBJECTION = "credentialing.applications.permissions.objection_to_deciding"  # and what keeps from deciding
CERTIFICATES_ISSUE_ENTRY = "credentialing.audit.services.issue_entry"  # and for the ledger's entry of an issue
CERTIFICATES_PAUSED = "credentialing.audit.services.issue_is_paused"  # and whether somebody has stopped the presses
CERTIFICATES_DECISION = "credentialing.council.motions.rules.is_decided"  # and whether a standing may change
CERTIFICATES_LIMIT = "credentialing.accounts.limits.refusal_of"  # and whether somebody looks up too much
CERTIFICATES_KEYS_DIR = LEDGER_KEYS_DIR  # `badge` and `document` are folders beside the ledger's key (docs/keys.md)
CERTIFICATES_TIMESTAMP_URL = env.str("CREDENTIALING_TIMESTAMP_URL", default="")  # RFC 3161; empty: no time stamps
# Keys in hardware (docs/keys.md): the library of the token's maker, and the PIN; neither is ever written by us.
CERTIFICATES_PKCS11_MODULE = env.str("CREDENTIALING_PKCS11_MODULE", default="")
CERTIFICATES_PKCS11_PIN = env.str("CREDENTIALING_PKCS11_PIN", default="")
CERTIFICATES_TIMESTAMP_ROOTS = env.str("CREDENTIALING_TIMESTAMP_ROOTS", default="")  # PEM file of the authority's root
CERTIFICATES_CLIENT = "credentialing.accounts.clients.client_address"  # whose file is read: of each one at a time
CERTIFICATE_PAGE_SIZE = env.str("CREDENTIALING_CERTIFICATE_PAGE_SIZE", default="letter")  # or "a4"

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
HTTPS = BASE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
# Browsers take `__Host-` for whole hosts only; below a path the cookies are of that path, and still of HTTPS alone.
COOKIE_PREFIX = "" if not HTTPS else "__Secure-" if BASE_PATH else "__Host-"
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = f"{BASE_PATH}/"
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}session"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrf"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # no cookie that holds names in clear text
SESSION_COOKIE_AGE = 14 * 86_400  # seconds; nobody stays logged in for longer, however busy
OFFICE_IDLE_SECONDS = 60 * env.int("CREDENTIALING_OFFICE_IDLE_MINUTES", default=120)  # without a request; 0: no limit
DEVICE_COOKIE_NAME = f"{COOKIE_PREFIX}device"
SECURE_SSL_REDIRECT = HTTPS and not LOCAL
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("CREDENTIALING_BEHIND_PROXY", default=False) else None
)

BACKUP_KEYS = env.list("CREDENTIALING_BACKUP_KEYS", default=[])  # public keys of age; backups are encrypted to them
# Links by which somebody without an account answers (a session, a reference) work that long at most.
LINK_DAYS = env.int("CREDENTIALING_LINK_DAYS", default=90)

# Uploads (docs/adr and DOMAIN rules: nothing larger than a scanned agreement is needed).
EVIDENCE_MAX_BYTES = env.int("CREDENTIALING_EVIDENCE_MAX_BYTES", default=10 * 1024 * 1024)
EVIDENCE_MAX_FILES_PER_CASE = env.int("CREDENTIALING_EVIDENCE_MAX_FILES_PER_CASE", default=100)
# Files of strangers are read by children with limits, few at once on one machine (docs/operations.md).
CLAMD = env.str("CREDENTIALING_CLAMD", default="")  # host:port or unix:/path of a ClamAV daemon; empty: none scans
LIMITED_DIR = str(DATA_DIR / "limited")
LIMITED_AT_ONCE = env.int("CREDENTIALING_FILES_AT_ONCE", default=4)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# Every line says when and how grave, and none holds a key (credentialing.ui.logs); Django's own handlers are not used.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"discreet": {"()": "credentialing.ui.logs.DiscreetFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "discreet"}},
    "loggers": {
        "django": {"handlers": [], "level": "INFO"},
        "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "pikepdf": {"level": "WARNING"},  # greets at INFO whenever it is imported
    },
    "root": {"handlers": ["console"], "level": env.str("CREDENTIALING_LOG_LEVEL", default="INFO")},
}
