"""The society's own small certificate authority: a root, leaves that sign documents, and a list of those revoked."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import NameOID, ObjectIdentifier

from certificates.keys.tokens import address_in

# Long lives, because a framed certificate has none that ends: without a time stamp a signature counts no longer than
# the certificate of its key. Rotation is by command and by need, not by running out.
ROOT_LIFE = timedelta(days=365 * 40)
LEAF_LIFE = timedelta(days=365 * 30)
LIST_LIFE = timedelta(days=30)
DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336
LONGEST = 64  # bytes of a name, by X.520
NO_USE = {
    "digital_signature": False,
    "content_commitment": False,
    "key_encipherment": False,
    "data_encipherment": False,
    "key_agreement": False,
    "key_cert_sign": False,
    "crl_sign": False,
    "encipher_only": False,
    "decipher_only": False,
}


def made_root(society: str, now: datetime, generation: int = 1) -> bytes:
    """A new root with its key, as PEM; no two generations bear one name, because lists of revoked leaves go by it."""
    key = generate_private_key(SECP256R1())
    name = _name(society, f"Certificates Root G{generation}")
    builder = (
        _dated(x509.CertificateBuilder(), now, ROOT_LIFE)
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.KeyUsage(**{**NO_USE, "key_cert_sign": True, "crl_sign": True}), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return private_pem(key) + builder.sign(key, SHA256()).public_bytes(Encoding.PEM)


def made_leaf(society: str, root: bytes, now: datetime, list_address: str = "") -> bytes:
    """A new leaf issued by this root, as PEM: its key, its certificate, then the root's certificate."""
    key = generate_private_key(SECP256R1())
    return private_pem(key) + issued_leaf(society, root, key.public_key(), now, list_address)


def issued_leaf(society: str, root: bytes, key: EllipticCurvePublicKey, now: datetime, list_address: str = "") -> bytes:
    """A certificate issued by this root for a key that lies elsewhere, then the root's certificate, as PEM."""
    root_key, root_certificates = private_of(root), certificates_of(root)
    issuer = root_certificates[0]
    builder = (
        _dated(x509.CertificateBuilder(), now, min(LEAF_LIFE, issuer.not_valid_after_utc - now))
        .subject_name(_name(society, "Certificates"))
        .issuer_name(issuer.subject)
        .public_key(key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(**{**NO_USE, "digital_signature": True, "content_commitment": True}), critical=True
        )
        .add_extension(x509.ExtendedKeyUsage([DOCUMENT_SIGNING]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
    )
    if list_address:
        address = x509.UniformResourceIdentifier(list_address)
        point = x509.DistributionPoint(full_name=[address], relative_name=None, reasons=None, crl_issuer=None)
        builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
    return builder.sign(root_key, SHA256()).public_bytes(Encoding.PEM) + issuer.public_bytes(Encoding.PEM)


def made_list(root: bytes, revoked: Iterable[tuple[x509.Certificate, datetime]], now: datetime) -> bytes:
    """The list of leaves that are believed no longer, signed by the root, as PEM."""
    root_key, issuer = private_of(root), certificates_of(root)[0]
    now = now.replace(microsecond=0)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(now)
        .next_update(now + LIST_LIFE)
        .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
    )
    for leaf, since in revoked:
        entry = (
            x509.RevokedCertificateBuilder()
            .serial_number(leaf.serial_number)
            .revocation_date(since)
            .add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), critical=False)
        )
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(root_key, SHA256()).public_bytes(Encoding.PEM)


def private_of(pem: bytes) -> EllipticCurvePrivateKey:
    """The private key of such a file.

    Raises:
        ValueError: it holds none of this kind.
    """
    try:
        key = load_pem_private_key(pem, password=None)
    except TypeError as damage:
        raise ValueError(str(damage)) from damage
    if not isinstance(key, EllipticCurvePrivateKey):
        msg = "it is no elliptic-curve key"
        raise ValueError(msg)  # noqa: TRY004 - the content of a file is wrong, not a type of ours
    return key


def certificates_of(pem: bytes) -> list[x509.Certificate]:
    """The certificates of such a file, the leaf first.

    Raises:
        ValueError: it holds none.
    """
    return x509.load_pem_x509_certificates(pem)


def private_pem(key: EllipticCurvePrivateKey) -> bytes:
    """A private key as it is laid down."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def public_part(pem: bytes) -> bytes:
    """The certificates of a private file, once it is sure that its key belongs to the first.

    Of a key in a token that was made sure when it was brought in: the token isn't asked each time.

    Raises:
        ValueError: it is no key with its certificates.
    """
    certificates = certificates_of(pem)
    if address_in(pem) is None and certificates[0].public_key() != private_of(pem).public_key():
        msg = "its certificate belongs to another key"
        raise ValueError(msg)
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in certificates)


def _name(society: str, what: str) -> x509.Name:
    common = f"{_shortened(society, LONGEST - len(what) - 1)} {what}"
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _shortened(society, LONGEST)),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _shortened(name: str, room: int) -> str:
    """As much of a name as fits into so many bytes."""
    return name.encode()[:room].decode(errors="ignore")


def _dated(builder: x509.CertificateBuilder, now: datetime, life: timedelta) -> x509.CertificateBuilder:
    # An hour back, for verifiers whose clock is a little slow.
    start = now.astimezone(UTC).replace(microsecond=0) - timedelta(hours=1)
    return builder.not_valid_before(start).not_valid_after(start + life).serial_number(x509.random_serial_number())
