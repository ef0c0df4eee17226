"""The ASGI entry point: `credentialing.asgi:application`."""

import os

from django.conf import settings
from django.core.asgi import get_asgi_application

from credentialing.starting import refuse_open_sockets

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "credentialing.settings")

application = get_asgi_application()
if settings.DEMO:
    refuse_open_sockets()
