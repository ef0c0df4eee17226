"""How gunicorn serves the site: `gunicorn --config python:credentialing.served credentialing.wsgi:application`.

Its lines go through the same formatter as ours, so that no key stands in an access log either.
"""

from credentialing.ui.logs import DiscreetFormatter

worker_class = "gthread"
threads = 8
accesslog = "-"
access_log_format = '%(h)s "%(m)s %(U)s" %(s)s %(B)s %(M)sms'
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"discreet": {"()": DiscreetFormatter}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "discreet"}},
    "root": {"handlers": [], "level": "INFO"},
    "loggers": {
        "gunicorn.access": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "gunicorn.error": {"handlers": ["console"], "level": "INFO", "propagate": False},
    },
}
