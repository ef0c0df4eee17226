"""The WSGI entry point: `credentialing.wsgi:application`."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from credentialing.starting import refuse_open_sockets

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "credentialing.settings")

application = get_wsgi_application()
if settings.DEMO:
    refuse_open_sockets()
