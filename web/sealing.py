"""Sealed texts: encrypted where they lie, with a key that is not in the database, and bound to their place."""

from __future__ import annotations

import base64
import secrets

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


class Sealer:
    """Seals and opens with one key of 32 bytes."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, text: str, place: str) -> str:
        """*text* as only this key opens it, at this *place* only."""
        nonce = secrets.token_bytes(_NONCE)
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, text.encode(), place.encode())).decode()

    def open(self, box: str, place: str) -> str:
        """The text in *box*. Raises ``InvalidTag`` where the key, the place or a letter of the box is another."""
        packed = base64.b64decode(box)
        return self._cipher.decrypt(packed[:_NONCE], packed[_NONCE:], place.encode()).decode()
