"""A signed document for tests, its society's keys, and a time-stamp authority of their own."""

import io
import threading
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pikepdf
from asn1crypto import keys as key_forms
from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.utils import timezone
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from certificates.keys import authority
from certificates.looking import JOB, LIMITS
from certificates.signing.checking import trust_as_json
from certificates.signing.examining import asn1
from certificates.signing.findings import DocumentFinding
from limited.running import run


def resaved(content: bytes) -> bytes:
    """The same document, written anew by another program."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as document:
        document.save(out)
    return out.getvalue()


class Authority:
    """Stamps the time on 127.0.0.1."""

    def __init__(self) -> None:
        now = timezone.now()
        self.root_pem = authority.made_root("Time", now)
        self.root = authority.certificates_of(self.root_pem)[0]
        root_key, key = authority.private_of(self.root_pem), generate_private_key(65537, 2048)
        leaf = (
            authority._dated(x509.CertificateBuilder(), now, timedelta(days=99))
            .subject_name(authority._name("Time", "Stamps"))
            .issuer_name(self.root.subject)
            .public_key(key.public_key())
            .add_extension(x509.KeyUsage(**{**authority.NO_USE, "digital_signature": True}), critical=True)
            .add_extension(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
            .sign(root_key, SHA256())
        )
        from pyhanko_certvalidator.registry import SimpleCertificateStore

        self.stamper = DummyTimeStamper(
            tsa_cert=asn1(leaf),
            tsa_key=key_forms.PrivateKeyInfo.load(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())),
            certs_to_embed=SimpleCertificateStore.from_certs([asn1(self.root)]),
        )

    @contextmanager
    def answering(self, *, kind: str = "application/timestamp-reply", content: bytes | None = None, moved_to: str = ""):
        """Its address while it answers; or, having moved, tells where it answers now."""
        stamper = self.stamper

        class Answers(BaseHTTPRequestHandler):
            def do_POST(self):
                asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
                if moved_to:
                    self.send_response(302)
                    self.send_header("Location", moved_to)
                    self.end_headers()
                    return
                answer = stamper.request_tsa_response(asked).dump() if content is None else content
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args):
                pass

        server = HTTPServer(("127.0.0.1", 0), Answers)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def document_check(content: bytes) -> DocumentFinding:
    """Whether these bytes are a document as the society signed it, as `/verify/file/` looks at it."""
    options = {"kind": "pdf", "trust": trust_as_json(), "keys": {}}
    return DocumentFinding(**run(JOB, content, limits=LIMITS, **options).facts["signed"])
