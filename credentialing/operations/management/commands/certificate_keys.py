"""`manage.py certificate_keys [--rotate] [--compromised KEY --reason TEXT] [--import FILE.p12] [--token ADDRESS]`."""

import getpass
import hashlib
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from cryptography.hazmat.primitives.hashes import SHA256
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from certificates.keys import (
    KeyMissing,
    TokenAddress,
    badge_keys,
    compromise_key,
    compromise_root,
    document_leaves,
    import_from_token,
    import_pkcs12,
    rotate_keys,
    rotate_root,
    unlisted_leaves,
)
from certificates.keys.authority import certificates_of
from certificates.keys.badge import badge_folder
from certificates.keys.document import document_folder, root_folder
from certificates.keys.folders import KeyFolder
from credentialing.accounts.models import Person
from credentialing.audit.events import Event
from credentialing.audit.services import record_event
from credentialing.operations.certificates import reissue_compromised

PASSPHRASE = "CREDENTIALING_PKCS12_PASSPHRASE"  # noqa: S105 - the name of a variable


class Command(BaseCommand):
    """Show the keys that sign badges and documents, or begin new ones."""

    help = (
        "Show the keys that sign badges and documents. --rotate begins new ones and keeps what is public of the old; "
        "--compromised KEY (badge/key-1, document/key-1, root/key-1) also lets their signatures count no more; "
        "--import takes the key of documents from a PKCS #12 file; --token lets a key in hardware sign (PKCS #11). "
        "See docs/keys.md."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--rotate, --compromised with --reason, --import, --token with --chain."""
        acts = parser.add_mutually_exclusive_group()
        acts.add_argument("--rotate", choices=("badge", "document", "root", "both"), const="both", nargs="?")
        acts.add_argument("--compromised", metavar="KEY", help="for example document/key-1; root/key-1 with all below")
        acts.add_argument("--import", dest="file", type=Path, metavar="FILE.p12")
        acts.add_argument("--token", metavar="ADDRESS", help="for example 'pkcs11:token=abs;object=documents'")
        acts.add_argument("--reissue", action="store_true", help="new editions of what a compromised key has signed")
        parser.add_argument(
            "--chain",
            type=Path,
            metavar="FILE.pem",
            help="the certificate of the key in the token with those above it; without, the society's root issues one",
        )
        parser.add_argument("--reason", default="", help="why a key is believed no longer; stands in the ledger")

    def handle(self, *, reason: str, **acts: Any) -> None:
        """Act, then print every key."""
        try:
            acted = self._act(acts, reason)
            missing = self._show()
        except (KeyMissing, ValueError, OSError) as refusal:
            raise CommandError(str(refusal)) from refusal
        if missing and not acted:
            raise CommandError("\n".join(missing))
        for words in missing:
            self.stderr.write(words)

    def _act(self, acts: dict[str, Any], reason: str) -> bool:
        kind = acts["rotate"]
        if kind == "root":
            _begin_root()
        elif kind:
            for each in ("badge", "document") if kind == "both" else (kind,):
                _begin(each)
        elif acts["compromised"]:
            _give_up(acts["compromised"], reason)
        elif acts["file"]:
            _bring_in(acts["file"])
        elif acts["token"]:
            _point_to(acts["token"], acts["chain"])
        elif acts["reissue"]:
            count = reissue_compromised(actor=Person.objects.system())
            self.stdout.write(f"{count} new editions are prepared; the worker draws them.")
        else:
            return False
        return True

    def _show(self) -> list[str]:
        """Print every key; answers which private half is wanted and gone, in words."""
        missing = [words for folder in (badge_folder(), document_folder()) if (words := _missing(folder))]
        for key in badge_keys():
            digest = hashlib.sha256(key.public).hexdigest()
            self._line(badge_folder(), key.id, digest, compromised=key.compromised)
        for leaf in document_leaves():
            digest = leaf.leaf.fingerprint(SHA256()).hex()
            self._line(document_folder(), leaf.id, digest, compromised=leaf.compromise is not None)
        for root, digest in _roots():
            self._line(root_folder(), root, digest, compromised=root_folder().compromise_of(root) is not None)
        return missing + [
            f"{key}, is believed no longer and not on the list of revoked keys: put the root's private half back."
            for key in unlisted_leaves()
        ]

    def _line(self, folder: KeyFolder, key: str, digest: str, *, compromised: bool) -> None:
        first = key == folder.known()[0]
        absent = "kept elsewhere or lost" if folder.kind == "root" else "missing"
        force = "in force" if folder.in_force() else absent
        standing = "compromised" if compromised else force if first else "former"
        self.stdout.write(f"{folder.kind}/{key} {standing} sha256:{digest}")


def _missing(folder: KeyFolder) -> str:
    try:
        folder.current()
    except KeyMissing as refusal:
        return str(refusal)
    return ""


def _roots() -> list[tuple[str, str]]:
    """The id and the fingerprint of every root of the society's own; where another authority serves there is none."""
    known = root_folder().public() if root_folder().known() else {}
    return [(key, certificates_of(pem)[0].fingerprint(SHA256()).hex()) for key, pem in known.items()]


@transaction.atomic
def _begin(kind: str) -> None:
    _record(Event.CERTIFICATE_KEY_BEGUN, f"{kind}/{rotate_keys(kind)}")


@transaction.atomic
def _begin_root() -> None:
    for name in rotate_root():
        _record(Event.CERTIFICATE_KEY_BEGUN, name)


@transaction.atomic
def _give_up(name: str, reason: str) -> None:
    kind, _, key = name.partition("/")
    if kind not in {"badge", "document", "root"} or not reason:
        msg = "Name the key as badge/key-1, document/key-1 or root/key-1, and say why with --reason."
        raise CommandError(msg)
    try:
        turned = _turned(kind, key, reason)
    except KeyError as refusal:
        msg = f"There is no key {name}."
        raise CommandError(msg) from refusal
    for given_up, begun in turned:
        _record(Event.CERTIFICATE_KEY_COMPROMISED, given_up, reason=reason)
        if begun:
            _record(Event.CERTIFICATE_KEY_BEGUN, begun)


def _turned(kind: str, key: str, reason: str) -> list[tuple[str, str]]:
    """Each key that was given up, with the one begun in its place."""
    if kind == "root":
        return compromise_root(key, reason=reason)
    begun = compromise_key(kind, key, reason=reason)
    return [(f"{kind}/{key}", f"{kind}/{begun}" if begun else "")]


@transaction.atomic
def _bring_in(file: Path) -> None:
    words = os.environ.get(PASSPHRASE)
    passphrase = getpass.getpass(f"Passphrase of {file}: ") if words is None else words
    key = import_pkcs12(file.read_bytes(), passphrase.encode() or None)
    _record(Event.CERTIFICATE_KEY_BEGUN, f"document/{key}", source="PKCS #12")


@transaction.atomic
def _point_to(address: str, chain: Path | None) -> None:
    kind, key = import_from_token(TokenAddress.parsed(address), chain.read_bytes() if chain else None)
    _record(Event.CERTIFICATE_KEY_BEGUN, f"{kind}/{key}", source="PKCS #11")


def _record(event: Event, key: str, **details: str) -> None:
    record_event(
        event=event,
        actor=Person.objects.system(),
        subject_kind="certificate_key",
        subject_id=uuid5(NAMESPACE_URL, f"{settings.BASE_URL}/{key}"),
        details={"key": key, **details},
    )
