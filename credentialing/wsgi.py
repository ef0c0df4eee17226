"""The WSGI entry point: `credentialing.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "credentialing.settings")

application = get_wsgi_application()
