"""The keys with which the society vouches for its certificates: files of mode 0600, never in the database.

Two folders below `CERTIFICATES_KEYS_DIR`, each filled at first use:

- `badge/`: Ed25519, signs Open Badges. `sign_with_badge_key(data)` signs; `badge_keys()` gives every key that has ever
  signed, the one in force first. The id of a key (`key-1`) names it in published documents and is never given again.
- `document/`: EC P-256, signs PDFs: a root certificate of the society and a leaf issued by it. `document_signer()`
  gives the leaf with its private key and chain; `document_leaves()` and `trusted_roots()` every certificate that has
  ever signed; `revocation_lists()` what is to be believed no longer (CRLs, one of each root).

Rotation begins a new key and destroys the private half of the old one; what is public stays, so that old documents
can be checked for ever. A key that got into other hands is marked as compromised: its signatures count no more;
with a root those of every key below it.
Keys may come from elsewhere as PKCS #12 (`import_pkcs12`), or stay in hardware that speaks PKCS #11
(`import_from_token`): the folder then holds an address in the place of the private half. All of it is worked by
`manage.py certificate_keys` and told in docs/keys.md.
"""

from certificates.keys.badge import BadgeKey, badge_keys, sign_with_badge_key
from certificates.keys.document import (
    DocumentLeaf,
    DocumentSigner,
    document_leaves,
    document_signer,
    published_roots,
    revocation_list,
    revocation_lists,
    trusted_roots,
)
from certificates.keys.folders import Compromise, KeyMissing
from certificates.keys.importing import KeyRefused, import_from_token, import_pkcs12
from certificates.keys.tokens import TokenAddress, TokenUnavailable
from certificates.keys.turning import compromise_key, compromise_root, rotate_keys, rotate_root, unlisted_leaves

__all__ = [
    "BadgeKey",
    "Compromise",
    "DocumentLeaf",
    "DocumentSigner",
    "KeyMissing",
    "KeyRefused",
    "TokenAddress",
    "TokenUnavailable",
    "badge_keys",
    "compromise_key",
    "compromise_root",
    "document_leaves",
    "document_signer",
    "import_from_token",
    "import_pkcs12",
    "published_roots",
    "revocation_list",
    "revocation_lists",
    "rotate_keys",
    "rotate_root",
    "sign_with_badge_key",
    "trusted_roots",
    "unlisted_leaves",
]
