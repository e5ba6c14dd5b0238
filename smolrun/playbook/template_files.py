"""The files that the module ``template`` renders, as texts to be checked like those in the playbook."""

from collections.abc import Iterator

from smolrun.errors import LoadError
from smolrun.location import Location
from smolrun.playbook.models import Task
from smolrun.playbook.search import find
from smolrun.playbook.surroundings import Surroundings
from smolrun.playbook.texts import Text
from smolrun.playbook.written import is_open
from smolrun.source.files import read_found
from smolrun.source.text import SourceText

TEMPLATE_NAMES = frozenset(
    {
        "template_host", "template_path", "template_fullpath", "template_destpath", "template_uid",
        "template_run_date", "template_mtime",
    }
)  # fmt: skip
"""What a template file has besides the variables of its host (docs.ansible.com, "ansible.builtin.template")."""

_OWN_MARKS = frozenset(
    {
        "variable_start_string", "variable_end_string", "block_start_string", "block_end_string",
        "comment_start_string", "comment_end_string",
    }
)  # fmt: skip
_HEADER = "#jinja2:"


def template_file_of(task: Task, around: Surroundings) -> Iterator[Text]:
    """The text of the file that a task renders; nothing where it is not known, or has marks of its own."""
    name = around.known(task.arguments.get("src"))
    if task.module != "template" or not isinstance(name, str) or is_open(name) or _OWN_MARKS & task.arguments.keys():
        return
    path = find("templates", name, around.search)
    if path is None or not path.is_file():
        return
    try:
        file = read_found(path)
    except LoadError:
        return  # vaulted, or another encoding: the task itself will tell
    if not file.text.startswith(_HEADER):
        yield Text(SourceText(file.text, Location(file, 1, 1)), expression=False, evaluated="execution")
