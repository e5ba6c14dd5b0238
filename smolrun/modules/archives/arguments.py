"""The arguments of ``unarchive``."""

from pydantic import AliasChoices, Field, model_validator

from smolrun.modules.base import mistake
from smolrun.modules.files.arguments import AttributeArguments
from smolrun.modules.files.writing import Attributes
from smolrun.source.coercions import Boolean, Text, TextList


class UnarchiveArguments(AttributeArguments):
    """Unpack an archive into a folder of the guest: one of the controller, of the guest, or from the network.

    What is there already, as it is in the archive, is not unpacked again. Archives with absolute names, with ``..``,
    with links that lead out of the folder, or with devices are refused as a whole.

    Example:
        ```yaml
        - unarchive:
            src: site.tar.gz               # looked for in `files/` and beside the playbook
            dest: /srv/www
            owner: www-data
        - unarchive:
            src: https://example.com/tool-1.2.tar.xz
            dest: /opt/tool
            remote_src: true
            extra_opts: [--strip-components=1]
            creates: /opt/tool/bin/tool
        - unarchive:
            src: /root/backup.zip          # on the guest
            dest: /srv/data
            remote_src: true
            exclude: ["*.log"]
        ```

    Returns: ``dest``, ``src``, ``handler``, ``files`` with `list_files`, and ``mode``, ``owner``, ``group``, ``uid``,
    ``gid``, ``size``, ``state`` of `dest`. ``changed`` where something was missing or other.

    The guest needs: ``tar`` and ``gzip`` for archives of the controller, whatever they are; for those on the guest
    ``tar`` (of GNU, or BusyBox) and what their compression needs (``gzip``, ``bzip2``, ``xz``, ``zstd``), or ``unzip``
    of Info-ZIP; ``curl`` or ``wget`` for a URL.
    """

    src: Text = Field(description="The archive; with `remote_src` a path on the guest, or a URL that it downloads")
    dest: Text = Field(description="The folder on the guest, which has to be there")
    remote_src: Boolean = Field(False, description="`src` is on the guest, or a URL")
    copy_from_here: Boolean = Field(
        True, validation_alias=AliasChoices("copy"), description="The old word for the opposite of `remote_src`"
    )
    creates: Text | None = Field(None, description="A path on the guest; where it exists, nothing is unpacked")
    exclude: TextList = Field([], description="What is left out: names or patterns")
    include: TextList = Field([], description="What is unpacked of it, and nothing else: names, or patterns of a zip")
    extra_opts: TextList = Field(
        [], description="Further options of tar or unzip, each a word (`--strip-components=1`)"
    )
    keep_newer: Boolean = Field(False, description="Files that are newer than in the archive stay")
    list_files: Boolean = Field(False, description="Register the names in the archive as `files`")
    decrypt: Boolean = Field(True, description="Decrypt a vaulted `src`")
    validate_certs: Boolean = Field(True, description="Refuse servers whose certificate is not valid")
    io_buffer_size: Text = Field("65536", description="Taken for compatibility")
    unsafe_writes: Boolean = Field(False, description="Taken for compatibility: tar itself replaces files")

    @model_validator(mode="after")
    def _belong_together(self) -> "UnarchiveArguments":
        if "copy_from_here" in self.model_fields_set and "remote_src" in self.model_fields_set:
            raise mistake("`copy` and `remote_src` cannot be given together")
        if self.include and self.exclude:
            raise mistake("`include` and `exclude` cannot be given together")
        if "://" in self.src and not self.on_guest:
            raise mistake("a URL as `src` needs `remote_src: true`")
        if self.mode == "preserve":
            raise mistake("`mode: preserve` has no meaning for an archive, which has modes of its own")
        return self

    @property
    def on_guest(self) -> bool:
        return self.remote_src or not self.copy_from_here

    @property
    def wanted(self) -> Attributes:
        return Attributes(self.owner, self.group, self.mode)

    @property
    def decides(self) -> frozenset[str]:
        """What these arguments say instead of the archive."""
        given = {"owner": self.owner, "group": self.group, "mode": self.mode}
        return frozenset(name for name, value in given.items() if value is not None)
