"""The keys that sign documents: leaves of the society's own root, or of an authority from elsewhere."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.utils import timezone

from certificates.keys.authority import (
    certificates_of,
    issued_leaf,
    made_leaf,
    made_list,
    made_root,
    private_of,
    public_part,
)
from certificates.keys.folders import Compromise, KeyFolder, KeyMissing
from certificates.keys.tokens import TokenAddress, address_in
from workflows.durable import sync_folder, write_aside

FRESH = timedelta(days=1)  # how old the list may be before it is signed anew


@dataclass(frozen=True, kw_only=True)
class DocumentSigner:
    """Who signs now: the private key or where it is, its certificate, and those above it up to the root."""

    id: str
    key: EllipticCurvePrivateKey | TokenAddress
    leaf: x509.Certificate
    above: tuple[x509.Certificate, ...]


@dataclass(frozen=True, kw_only=True)
class DocumentLeaf:
    """A certificate that has ever signed documents, and whether it is believed no longer."""

    id: str
    leaf: x509.Certificate
    above: tuple[x509.Certificate, ...]
    compromise: Compromise | None


def document_folder() -> KeyFolder:
    """Where the leaves lie."""
    return KeyFolder(kind="document", folder=_folder() / "leaf", make=_made_leaf, public_of=public_part)


def root_folder() -> KeyFolder:
    """Where the roots lie; a private half may be kept elsewhere until a new leaf or list is wanted."""
    return KeyFolder(kind="root", folder=_folder() / "root", make=_made_root, public_of=public_part)


def document_signer() -> DocumentSigner:
    """The key in force; the first call makes it, and the root above it.

    Raises:
        KeyMissing: the key in force is gone.
    """
    key, pem = document_folder().current()
    leaf, *above = certificates_of(pem)
    return DocumentSigner(id=key, key=address_in(pem) or private_of(pem), leaf=leaf, above=tuple(above))


def document_leaves() -> list[DocumentLeaf]:
    """Every certificate that has ever signed documents, the one in force first."""
    folder = document_folder()
    leaves = []
    for key, pem in folder.public().items():
        leaf, *above = certificates_of(pem)
        leaves.append(DocumentLeaf(id=key, leaf=leaf, above=tuple(above), compromise=folder.compromise_of(key)))
    return leaves


def trusted_roots() -> list[x509.Certificate]:
    """The top certificate of every leaf that has ever signed, each once, the one in force first."""
    tops = {leaf.above[-1] if leaf.above else leaf.leaf: None for leaf in document_leaves()}
    return list(tops)


def published_roots() -> list[x509.Certificate]:
    """The roots that strangers may put among those they trust: not one that has got into other hands."""
    folder = root_folder()
    given_up = [certificates_of(pem)[0] for key, pem in folder.public().items() if folder.compromise_of(key)]
    return [root for root in trusted_roots() if root not in given_up]


def revocation_lists(*, now: datetime | None = None) -> list[bytes]:
    """The list of every root, that of the one in force first.

    Raises:
        KeyMissing: the root in force has no list, and its private half is gone.
    """
    newest, *older = root_folder().public()
    lists = [revocation_list(newest, now=now)]
    for root in older:
        with suppress(KeyMissing):  # it was lost before it had signed a list
            lists.append(revocation_list(root, now=now))
    return lists


def revocation_list(root: str = "", *, now: datetime | None = None) -> bytes:
    """A root's list of revoked leaves as PEM (CRL, RFC 5280), signed anew once a day and after a compromise.

    Without the id of a root it is that of the one in force. While a root's private half is kept elsewhere or is lost,
    the list that was signed last is given.

    Raises:
        KeyError: there is no such root.
        KeyMissing: there is no list, and the root that would sign one is gone.
    """
    now = now or timezone.now()
    roots = root_folder().public()
    root = root or next(iter(roots))
    issuer = certificates_of(roots[root])[0].subject
    kept = _folder() / f"revoked-{root}.pem"
    revoked = [(leaf.leaf, leaf.compromise.at) for leaf in document_leaves() if leaf.compromise]
    if _is_fresh(kept, [leaf for leaf, _ in revoked], now):
        return kept.read_bytes()
    try:
        private = root_folder().private(root)
    except KeyMissing:
        if kept.exists():
            return kept.read_bytes()
        raise
    signed = made_list(private, [(leaf, since) for leaf, since in revoked if leaf.issuer == issuer], now)
    write_aside(_folder(), signed).replace(kept)
    sync_folder(_folder())
    return signed


def _is_fresh(kept: Path, revoked: list[x509.Certificate], now: datetime) -> bool:
    try:
        listed = x509.load_pem_x509_crl(kept.read_bytes())
    except (FileNotFoundError, ValueError):
        return False
    own = [leaf for leaf in revoked if leaf.issuer == listed.issuer]
    young = listed.last_update_utc <= now < listed.last_update_utc + FRESH
    return young and all(listed.get_revoked_certificate_by_serial_number(leaf.serial_number) for leaf in own)


def as_pem(certificates: list[x509.Certificate]) -> bytes:
    """Certificates as one PEM file."""
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in certificates)


def _made_root() -> bytes:
    return made_root(settings.SOCIETY_NAME, timezone.now(), len(root_folder().known()) + 1)


def leaf_for(key: EllipticCurvePublicKey) -> bytes:
    """A certificate of the society's root for a key that lies elsewhere, with the root's, as PEM.

    Raises:
        KeyMissing: the root is kept elsewhere; bring it back for this.
    """
    name, root = root_folder().current()
    return issued_leaf(settings.SOCIETY_NAME, root, key, timezone.now(), _address_of_list(name))


def _made_leaf() -> bytes:
    name, root = root_folder().current()
    return made_leaf(settings.SOCIETY_NAME, root, timezone.now(), _address_of_list(name))


def _address_of_list(root: str) -> str:
    # Only an address that others can reach: some readers wait long for one that does not answer.
    return f"{settings.BASE_URL}/pki/root/{root}.crl" if settings.BASE_URL.startswith("https://") else ""


def _folder() -> Path:
    return Path(settings.CERTIFICATES_KEYS_DIR) / "document"
