"""Keys of OpenPGP, as gpg tells of them."""


def fingerprints(listing: str) -> list[str]:
    """Those of keys and of their parts, in what ``gpg --with-colons`` prints (doc/DETAILS of GnuPG, field 10)."""
    rows = (line.split(":") for line in listing.splitlines())
    return [row[9] for row in rows if row[0] == "fpr" and len(row) > 9]
