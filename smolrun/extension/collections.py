"""Code in collections: ``ansible_collections/NAMESPACE/COLLECTION/plugins/KIND``.

docs.ansible.com, "Collection structure".
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from smolrun.extension.folders import code_files

FOLDER = "ansible_collections"


def collection_files(name: str, kind: str, folders: Iterable[Path], endings: Iterable[str]) -> Iterator[Path]:
    """The files that may have what the full name ``namespace.collection.name`` means, the one of that name first.

    Args:
        kind: the folder below ``plugins``.
        folders: those that hold ``ansible_collections``.

    Raises:
        ExtensionError: everyone may write there.
    """
    namespace, _, rest = name.partition(".")
    collection, _, short = rest.partition(".")
    if not short or not all(part.isidentifier() for part in (namespace, collection)):
        return
    for folder in folders:
        found = code_files(folder / FOLDER / namespace / collection / "plugins" / kind, endings)
        yield from sorted(found, key=lambda path: path.stem != short)
