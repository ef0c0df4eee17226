"""Serves the VC-API for test suites over HTTPS, with a certificate made for it: python -m tests.vc_api."""

import os
import ssl
import tempfile
from pathlib import Path
from wsgiref.simple_server import make_server

ADDRESS, PORT = "127.0.0.1", 40443


def main() -> None:
    """Serve until it is stopped."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.vc_api.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application
    from django.utils import timezone

    from certificates.badge import issuer
    from certificates.keys.authority import made_root
    from tests.vc_api.allowed import allow

    allow()
    call_command("migrate", verbosity=0)
    issuer.on_the_web = lambda: False  # the suites look up no `did:web` of a machine without a name
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "server.pem")
        path.write_bytes(made_root("VC-API of the tests", timezone.now()))
        context.load_cert_chain(path)
    server = make_server(ADDRESS, PORT, get_wsgi_application())
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
