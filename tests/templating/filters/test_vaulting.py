"""``vault`` and ``unvault``, both ways with ansible-vault."""

from collections.abc import Callable

from tests.templating.conftest import Render

BY_ANSIBLE = """\
$ANSIBLE_VAULT;1.2;AES256;filter_default
37333631366337343733363136633734373336313663373437333631366337343733363136633734
3733363136633734373336313663373437333631366337340a353730623836383235336337303764
39666134303836346235626133353563663364323333363839323934373963623538393764303739
6362653638626362350a363032356432313162373263373363313535626461613133613463326131
3137
"""


def test_what_is_vaulted_opens_again(render: Render) -> None:
    assert render("{{ 'secret' | vault('pw') | unvault('pw') }}") == "secret"
    assert render("{{ 'é' | vault('pw', salt='s' * 32) }}") == render("{{ 'é' | vault('pw', 's' * 32) }}")
    assert render("{{ 'x' | vault('pw', vault_id='dev') }}").startswith("$ANSIBLE_VAULT;1.2;AES256;dev\n")


def test_what_ansible_has_vaulted_opens(render: Render) -> None:
    assert render("{{ x | unvault('pw') }}", x=BY_ANSIBLE) == "secret"
    assert render("{{ 'secret' | vault('pw', 'saltsaltsaltsaltsaltsaltsaltsalt') }}") == BY_ANSIBLE


def test_plain_text_stays(render: Render) -> None:
    assert render("{{ 'plain' | unvault('pw') }}") == "plain"


def test_what_does_not_open_says_so(render: Render, failure: Callable[..., str]) -> None:
    vaulted = render("{{ 'x' | vault('pw') }}")
    assert "pw2" not in failure("{{ x | unvault('pw2') }}", x=vaulted)
    assert "text, not a value of type 'int'" in failure("{{ 5 | vault('pw') }}")
    assert "text, not a value of type 'int'" in failure("{{ 'x' | vault(5) }}")
