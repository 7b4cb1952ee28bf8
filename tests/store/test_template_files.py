"""The folder of reminders' own templates: what is read of it, and what is wrong with its files."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from icsfeed.domain.errors import UnavailableError
from icsfeed.domain.reminder_templates import TemplateFile
from icsfeed.store.schedule_file.template_files import MAX_TEMPLATE_BYTES, read_templates, template_signatures


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    return folder


def test_templates_are_read_by_name_and_other_files_are_only_named(folder: Path) -> None:
    """Hidden files, such as those of a mounted ConfigMap, and editors' copies are none of the vendor's."""
    (folder / "ticket.md.j2").write_bytes(b"\xef\xbb\xbfone\r\ntwo\n")
    (folder / "phone.txt.j2").write_text("three", encoding="utf-8")
    for name in ("README.md", ".ticket.md.j2.swp", "ticket.md.j2~"):
        (folder / name).touch()
    templates = read_templates(folder.parent, "own")
    assert templates.folder == "own"
    assert templates.files == (
        TemplateFile(name="phone.txt.j2", source="three"),
        TemplateFile(name="ticket.md.j2", source="one\ntwo\n"),
    )
    assert templates.other_names == ("README.md",)


def test_a_folder_may_be_named_absolutely_and_hold_links(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("linked", encoding="utf-8")
    (folder / "ticket.md.j2").symlink_to(tmp_path / "elsewhere")
    templates = read_templates(Path("/nonexistent"), str(folder))
    assert templates.files == (TemplateFile(name="ticket.md.j2", source="linked"),)


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes in folders")
def test_each_file_that_can_not_be_read_has_its_reason(folder: Path) -> None:
    """None of them keeps the others, or the schedule, from being read."""
    (folder / "a.j2").write_bytes(b"ok \xff")
    (folder / "b.j2").mkdir()
    os.mkfifo(folder / "c.j2")
    (folder / "d.j2").write_bytes(b"x" * (MAX_TEMPLATE_BYTES + 1))
    (folder / "e.j2").symlink_to("nowhere")
    assert {each.name: each.problem for each in read_templates(folder.parent, "own").files} == {
        "a.j2": "byte 4 is not UTF-8; save the file as UTF-8",
        "b.j2": "the file can't be read: it is a folder",
        "c.j2": "this is a pipe, a socket or a device; name a regular file, which can be read again and again",
        "d.j2": "the file has 262,145 bytes; at most 262,144 are read again and again",
        "e.j2": "the file can't be read: no such file or directory",
    }


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none", 'there is no folder "none" beside the schedule file; create it, or leave this key out'),
        ("own/file", '"own/file" is a file; name the folder that holds the templates'),
        ("many", 'the folder "many" has 101 files; name one with nothing but templates in it'),
    ],
)
def test_a_folder_that_is_none_is_refused(folder: Path, name: str, message: str) -> None:
    (folder / "file").touch()
    (folder.parent / "many").mkdir()
    for number in range(101):
        (folder.parent / "many" / str(number)).touch()
    with pytest.raises(UnavailableError) as refusal:
        read_templates(folder.parent, name)
    assert str(refusal.value) == message


def test_signatures_differ_with_every_edit(folder: Path) -> None:
    """A new file, another content, a file less, and a folder that comes back."""
    seen = [template_signatures(folder.parent, "own")]
    path = folder / "ticket.md.j2"
    path.write_text("one", encoding="utf-8")
    seen.append(template_signatures(folder.parent, "own"))
    path.write_text("longer", encoding="utf-8")
    seen.append(template_signatures(folder.parent, "own"))
    path.unlink()
    folder.rmdir()
    seen.append(template_signatures(folder.parent, "own"))
    assert len(set(seen)) == len(seen)
    assert seen[-1] == template_signatures(folder.parent, "") == ()
