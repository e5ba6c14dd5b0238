"""A link that was planted where a module writes: what it leads to is edited, or the link is replaced; never both."""

from tests.modules.hard_cases.place import Place
from tests.modules.hard_cases.writers import Writer, each

files = each(lambda writer: writer.before is not None)


@files
def test_a_link_to_a_file(place: Place, writer: Writer) -> None:
    assert writer.before is not None
    place.write(f"{place.sources}/victim", writer.before)
    link = f"{place.folder}/link"
    place.sh('ln -s "$1/victim" "$2"', place.sources, link)
    assert place.do(writer, "link", check_mode=True).changed
    assert place.do(writer, "link").changed
    assert not place.do(writer, "link").changed
    is_link = place.sh('if [ -L "$1" ]; then echo yes; fi', link) == "yes\n"
    unharmed = place.read(f"{place.sources}/victim") == writer.before
    assert (is_link, unharmed) == ((True, False) if writer.link == "followed" else (False, True))


@files
def test_a_link_that_leads_nowhere(place: Place, writer: Writer) -> None:
    link = f"{place.folder}/link"
    place.sh('ln -s "$1/nowhere" "$2"', place.sources, link)
    if writer.dangling == "no file":
        assert f"{place.sources}/nowhere does not exist" in place.fails(writer, "link")
        return
    before = place.seen()
    assert place.do(writer, "link", check_mode=True).changed
    assert place.seen() == before
    assert place.do(writer, "link").changed
    assert not place.do(writer, "link").changed
    is_link = place.sh('if [ -L "$1" ]; then echo yes; fi', link) == "yes\n"
    is_made = place.sh('if [ -e "$1/nowhere" ]; then echo yes; fi', place.sources) == "yes\n"
    assert (is_link, is_made) == ((True, True) if writer.dangling == "made" else (False, False))


def test_a_link_in_the_way_of_a_folder(place: Place) -> None:
    """Folders that are missing are never made through a link that leads nowhere."""
    place.sh('ln -s "$1/nowhere" "$2/link"', place.sources, place.folder)
    message = place.guest.fails("copy", {"content": "x", "dest": f"{place.folder}/link/inner/"})
    assert f"{place.folder}/link" in message
    assert place.sh('ls "$1"', place.sources).split() == ["archive.tgz", "pieces", "source"]
