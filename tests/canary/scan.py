"""Looks for secrets in what a program let out: raw, in every usual encoding, and in part."""
import base64
import hashlib
import re
import secrets
import string

LETTERS = string.ascii_letters + string.digits
RUN = 8        # so many characters of a secret in a row are a leak
ENCODED = 12   # of an encoding that is longer than what it encodes


# What is the same in all secrets of a kind, and says nothing: it is not looked for.
PREFIXES = ("sk-ant-", "sk-fw-", "sk-", "AKIA", "bedrock-", "eyJhbGciOiJSUzI1NiJ9.")


def canary(prefix="", length=40):
    assert not prefix or prefix in PREFIXES
    return prefix + "".join(secrets.choice(LETTERS) for _ in range(length))


def core(secret):
    return next((secret.removeprefix(p) for p in PREFIXES if secret.startswith(p)), secret)


# name -> the forms of a secret that count as it; each is looked for by any run of the length beside it.
TEXTS = {
    "raw": lambda s: [s],
    "swapped case": lambda s: [s.swapcase()],
    "lower case": lambda s: [s.lower()],
    "upper case": lambda s: [s.upper()],
    "reversed": lambda s: [s[::-1]],
}
CODES = {
    "percent": lambda s: ["".join(f"%{b:02X}" for b in s.encode()), "".join(f"%{b:02x}" for b in s.encode())],
    "base64": lambda s: [_inside(base64.b64encode, s, shift) for shift in range(3)],
    "base64url": lambda s: [_inside(base64.urlsafe_b64encode, s, shift) for shift in range(3)],
    "base32": lambda s: [base64.b32encode(s.encode()).decode().rstrip("=")],
    "hex": lambda s: [s.encode().hex()],
    "HEX": lambda s: [s.encode().hex().upper()],
    "json \\u": lambda s: ["".join(f"\\u{b:04x}" for b in s.encode())],
    "c \\x": lambda s: ["".join(f"\\x{b:02x}" for b in s.encode())],
    "html": lambda s: ["".join(f"&#{b};" for b in s.encode())],
    "utf-16": lambda s: [s.encode("utf-16-le").decode("latin-1")],
}
DIGESTS = {  # of the whole secret
    "sha256": lambda s: [hashlib.sha256(s.encode()).hexdigest(), _hash64(s), hashlib.sha256(s.encode()).digest().decode("latin-1")],
    "sha1": lambda s: [hashlib.sha1(s.encode()).hexdigest()],
    "md5": lambda s: [hashlib.md5(s.encode()).hexdigest()],
}


def _inside(encode, text, shift):
    """What base64 writes of a text that stands at this place of a group of three, without what its neighbours decide."""
    whole = encode(b"\0" * shift + text.encode()).decode().rstrip("=")
    return whole[4 if shift else 0:-1]


def _hash64(text):
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


class Scanner:
    """Of many secrets at once."""

    def __init__(self, named):
        self.runs = {}
        for name, secret in named.items():
            for kind, form in forms(secret):
                length = min(len(form), RUN if kind in TEXTS else ENCODED)
                for at in range(len(form) - length + 1):
                    self.runs.setdefault(length, {}).setdefault(form[at:at + length], (name, kind))

    def encodings(self):
        return len({kind for runs in self.runs.values() for _, kind in runs.values()})

    def find(self, data, but=()):
        """{(secret, encoding)} found in these bytes; `but`: names or (name, encoding) that may stand there."""
        found = set()
        # What is only zeros (room kept free in a file) is passed over.
        for piece in re.split(rb"\0{64,}", data if isinstance(data, bytes) else data.encode()):
            text = piece.decode("latin-1")
            for length, runs in self.runs.items():
                for at in range(len(text) - length + 1):
                    hit = runs.get(text[at:at + length])
                    if hit and hit not in but and hit[0] not in but:
                        found.add(hit)
        return found


def forms(secret):
    """(encoding, text) of every form."""
    for kind, make in {**TEXTS, **CODES, **DIGESTS}.items():
        for form in make(secret if kind in DIGESTS else core(secret)):
            yield kind, form
