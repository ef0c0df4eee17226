"""Beginning new keys, by plan or after one has got into other hands."""

from contextlib import suppress
from datetime import datetime

from cryptography.x509 import load_pem_x509_crl
from django.utils import timezone

from certificates.keys.authority import certificates_of
from certificates.keys.badge import badge_folder
from certificates.keys.document import document_folder, document_leaves, revocation_list, root_folder
from certificates.keys.folders import KeyFolder, KeyMissing
from certificates.keys.importing import KeyRefused
from certificates.keys.tokens import address_in

KINDS = ("badge", "document")


def rotate_keys(kind: str) -> str:
    """Sign badges or documents with a new key from now on; answers its id. What is public of the old one stays.

    Raises:
        KeyRefused: the key in force is in a token: a new one in a file would be a step back that nobody asked for.
    """
    folder = _folder(kind)
    address = address_in(folder.in_force())
    if address is not None:
        msg = f"{address} signs. Make another key in the token, and bring it in: manage.py certificate_keys --token."
        raise KeyRefused(msg)
    return folder.rotate()


def rotate_root() -> list[str]:
    """Begin a new root for the keys of documents, and a key below it; answers what was begun (`root/key-2`).

    For a root that is lost, or before it runs out. Whatever stood below the old one is believed as before; its private
    half, where it is still there, goes on signing its own list. A key whose certificate comes from elsewhere, or one
    in a token, stays in force.
    """
    root = root_folder().begin()
    begun = [f"root/{root}"]
    signing = document_folder().in_force()
    if not signing or _is_below_another_root(signing, root):
        begun.append(f"document/{document_folder().rotate()}")
    return begun


def compromise_key(kind: str, key: str, *, reason: str, at: datetime | None = None) -> str:
    """Believe a key no longer, sign with a new one if it was in force, and list it as revoked.

    Answers the id of the key begun in its place, empty where it was not in force. Done again, it changes nothing; a
    crash in between is mended by the next use.

    Raises:
        KeyError: there is no such key.
    """
    folder = _folder(kind)
    before = folder.public()
    folder.mark_compromised(key, at=at or timezone.now(), reason=reason)
    present, _ = folder.current()
    for root in root_folder().public() if kind == "document" else ():
        with suppress(KeyMissing):  # a root kept elsewhere can't say so yet: `unlisted_leaves` names it
            revocation_list(root)
    return present if present not in before else ""


def compromise_root(root: str, *, reason: str, at: datetime | None = None) -> list[tuple[str, str]]:
    """Believe a root and every key below it no longer, and publish it no more; answers what was (given up, begun).

    Whoever holds a root can make keys below it, but `/verify` believes only those that this service has begun itself.
    Done again, it changes nothing more; a crash in between is mended by doing it again.

    Raises:
        KeyError: there is no such root of ours.
    """
    folder = root_folder()
    before = folder.public()
    at = at or timezone.now()
    folder.mark_compromised(root, at=at, reason=reason)
    begun = folder.current()[0] if root == next(iter(before)) else ""  # of a former root nothing is begun
    turned = [(f"root/{root}", f"root/{begun}" if begun else "")]
    top = certificates_of(before[root])[0]
    for leaf in document_leaves():
        if top in leaf.above:
            begun = compromise_key("document", leaf.id, reason=reason, at=at)
            turned.append((f"document/{leaf.id}", f"document/{begun}" if begun else ""))
    return turned


def unlisted_leaves() -> list[str]:
    """Keys that are believed no longer and whose root has not said so on its list: its private half is not here."""
    unlisted = []
    for root, pem in root_folder().public().items() if root_folder().known() else ():
        top = certificates_of(pem)[0]
        given_up = [leaf for leaf in document_leaves() if leaf.compromise and top in leaf.above]
        listed = _serials_listed(root) if given_up else frozenset()
        unlisted += [
            f"document/{one.id}, below root/{root}" for one in given_up if one.leaf.serial_number not in listed
        ]
    return unlisted


def _serials_listed(root: str) -> frozenset[int]:
    try:
        return frozenset(one.serial_number for one in load_pem_x509_crl(revocation_list(root)))
    except KeyMissing:
        return frozenset()


def _is_below_another_root(signing: bytes, root: str) -> bool:
    """Whether a file of this service signs with a certificate of a root of ours that is not the one in force."""
    top = certificates_of(signing)[-1]
    others = {key: certificates_of(pem)[0] for key, pem in root_folder().public().items() if key != root}
    return address_in(signing) is None and top in others.values()


def _folder(kind: str) -> KeyFolder:
    return {"badge": badge_folder, "document": document_folder}[kind]()
