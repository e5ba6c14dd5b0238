"""The static check: what can be known to be wrong with a loaded playbook before anything runs.

An error is what must fail on every path through the playbook; all else is a warning.
"""

from collections.abc import Sequence

from smolrun.diagnostic import Diagnostic
from smolrun.playbook.analyses import KnownTexts
from smolrun.playbook.check_arguments import check_arguments_of
from smolrun.playbook.check_background import check_background
from smolrun.playbook.check_files import check_files, check_vars_files
from smolrun.playbook.check_handlers import check_notifications
from smolrun.playbook.check_templates import check_templates
from smolrun.playbook.find_unknowns import find_unknowns
from smolrun.playbook.known_names import KnownNames, set_by
from smolrun.playbook.mistakes import Mistakes
from smolrun.playbook.models import Playbook
from smolrun.playbook.unknowns import Unknowns

__all__ = ["KnownNames", "check", "check_all"]


def check(
    playbook: Playbook,
    known: KnownNames | None = None,
    *,
    whole: bool = True,
    unknowns: Unknowns | None = None,
    texts: KnownTexts | None = None,
) -> tuple[Diagnostic, ...]:
    """What is wrong with a playbook, in the order of its lines.

    Parameters:
        known: the variables that come from outside of it.
        whole: all that it brings in could be read; otherwise handlers may be missing for that reason alone.
        unknowns: is told of what the check could not know.
        texts: what is known of texts that other playbooks have, too.
    """
    mistakes = Mistakes()
    from_outside = known or KnownNames()
    for play in playbook.plays:
        check_vars_files(play, playbook, from_outside.vault, mistakes)
        check_arguments_of(play, mistakes)
        check_background(play, mistakes)
        if whole:
            check_notifications(play, mistakes)
    check_files(playbook, mistakes)
    check_templates(playbook, from_outside, mistakes, unknowns, texts)
    if unknowns is not None:
        find_unknowns(playbook, from_outside.vault, unknowns)
    return mistakes.in_order()


def check_all(
    playbooks: Sequence[Playbook],
    known: KnownNames | None = None,
    unknowns: Unknowns | None = None,
    texts: KnownTexts | None = None,
) -> tuple[Diagnostic, ...]:
    """As `check`, for playbooks that run one after the other: what one registers the next may use."""
    found: list[Diagnostic] = []
    so_far = known or KnownNames()
    texts = texts or KnownTexts()
    for playbook in playbooks:
        found += check(playbook, so_far, unknowns=unknowns, texts=texts)
        so_far |= set_by(playbook, so_far.vault)
    return tuple(dict.fromkeys(found))
