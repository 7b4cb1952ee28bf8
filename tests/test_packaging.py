"""What is installed: the locked packages, the wheel, the command, the container image."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from icsfeed import __version__
from tests.cli.running import SCHEDULE
from tests.required import require
from tests.web.servers import free_port, serving

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUNNING, TESTING = ROOT / "requirements.txt", ROOT / "tests" / "requirements.txt"
MAINTNOTE = ROOT / "tests" / "maintnote" / "requirements.txt"
PYTHONS = [f"3.{minor}" for minor in (11, 12, 13, 14)]


def locked(path: Path, *, python: str) -> dict[str, Version]:
    """The versions that a lock file holds for that Python on this kind of machine."""
    text = path.read_text(encoding="utf-8").replace("\\\n", "")
    requirements = [Requirement(line.partition(" --hash")[0]) for line in text.splitlines()]
    environment = {"python_version": python, "python_full_version": f"{python}.0"}
    return {
        canonicalize_name(each.name): Version(next(iter(each.specifier)).version)
        for each in requirements
        if each.marker is None or each.marker.evaluate(environment)
    }


def test_every_locked_package_has_a_hash_and_no_file_names_a_host() -> None:
    for path in (RUNNING, TESTING, MAINTNOTE):
        text = path.read_text(encoding="utf-8").replace("\\\n", "")
        lines = text.splitlines()
        assert [line for line in lines if not re.search(r"==\S+( ;[^-]+)?( +--hash=sha256:[0-9a-f]{64})+$", line)] == []
        assert "://" not in text


@pytest.mark.parametrize("python", PYTHONS)
def test_the_two_lock_files_agree(python: str) -> None:
    running, testing = locked(RUNNING, python=python), locked(TESTING, python=python)
    shared = running.keys() & testing.keys()
    assert {name: running[name] for name in shared} == {name: testing[name] for name in shared}


@pytest.mark.parametrize("python", PYTHONS)
def test_the_lock_files_hold_what_the_project_asks_for(python: str) -> None:
    running = locked(RUNNING, python=python)
    both = running | locked(TESTING, python=python)
    extras = [each for extra in PROJECT["project"]["optional-dependencies"].values() for each in extra]
    for versions, requirements in (
        (running, PROJECT["project"]["dependencies"]),
        (both, extras + PROJECT["dependency-groups"]["test"]),
    ):
        for requirement in map(Requirement, requirements):
            assert versions[canonicalize_name(requirement.name)] in requirement.specifier


def test_what_every_locked_package_needs_is_locked() -> None:
    """Installed packages say what they need; recurring-ical-events, for one, pins python-dateutil."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    running = locked(RUNNING, python=python)
    both = running | locked(TESTING, python=python)
    checked = 0
    for versions in (running, both):
        for name, locked_version in versions.items():
            try:
                installed = distribution(name)
            except PackageNotFoundError:
                continue
            needs = (installed.requires or []) if Version(installed.version) == locked_version else []
            for need in map(Requirement, needs):
                if need.marker is None or need.marker.evaluate({"extra": ""}):
                    assert versions[canonicalize_name(need.name)] in need.specifier, (name, str(need))
                    checked += 1
    assert checked > 100


def test_what_only_tests_or_some_installations_need_is_not_installed_for_running() -> None:
    optional = {"authlib", "psycopg", "psycopg-binary", "obstore"}
    for python in PYTHONS:
        running, testing = locked(RUNNING, python=python), locked(TESTING, python=python)
        assert {"pytest", "mypy", "moto", "playwright", *optional} & running.keys() == set()
        assert optional - testing.keys() == set()


BUILD = "import sys; from flit_core.buildapi import build_wheel; build_wheel(sys.argv[1])"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this source tree."""
    require(None if find_spec("flit_core") else "flit_core is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    ignore = shutil.ignore_patterns("__pycache__", "node_modules")
    shutil.copytree(ROOT / "icsfeed", source / "icsfeed", ignore=ignore)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    build = [sys.executable, "-c", BUILD, str(folder)]
    subprocess.run(build, cwd=source, check=True, capture_output=True, timeout=120)
    (path,) = folder.glob("*.whl")
    return path


def test_the_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    files = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "icsfeed").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if not name.startswith(f"icsfeed-{__version__}.dist-info/")}
    assert packed == files
    kinds = {Path(name).suffix for name in files}
    assert {".py", ".typed", ".toml", ".html", ".css", ".js", ".json"} - kinds == set()


def test_the_metadata_name_license_and_authors(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        folder = f"icsfeed-{__version__}.dist-info"
        lines = archive.read(f"{folder}/METADATA").decode().partition("\n\n")[0].splitlines()
        assert archive.read(f"{folder}/licenses/LICENSE") == (ROOT / "LICENSE").read_bytes()
    expected = {
        "Name: icsfeed",
        f"Version: {__version__}",
        "Author: icsfeed contributors",
        "License-Expression: MIT",
        "Requires-Python: >=3.11",
        "Provides-Extra: postgresql",
        "Provides-Extra: buckets",
    }
    assert expected - set(lines) == set()


@pytest.fixture(scope="module")
def command(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command, installed from the wheel in a virtual environment of its own, beside what it depends on."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(pip, check=True, capture_output=True, timeout=120)
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return folder / "bin" / "icsfeed"


@pytest.fixture
def littered(tmp_path: Path) -> Path:
    """A folder whose files are called like modules that icsfeed, or what it depends on, imports."""
    for name in ("copy", "pickle", "socket", "typing", "icsfeed", "flask"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('imported from the current folder')\n", encoding="utf-8")
    return tmp_path


def test_the_command_works_in_a_folder_with_files_named_like_modules(command: Path, littered: Path) -> None:
    done = subprocess.run([str(command), "--version"], cwd=littered, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"icsfeed {__version__}\n", "")
    upcoming = [str(command), "upcoming", "--now", "2026-11-23T12:00:00Z", "--days", "7", "--json"]
    done = subprocess.run(upcoming, cwd=littered, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert json.loads(done.stdout)


def test_it_serves_from_such_a_folder(command: Path, littered: Path) -> None:
    """The workers are processes of their own, which start in the current folder, too."""
    (schedule := littered / "schedule.toml").write_text(SCHEDULE, encoding="utf-8")
    with serving(schedule, command=[command], folder=littered) as server:
        assert server.get("/readyz").json() == {"status": "ready"}


def test_the_module_runs_in_a_folder_with_files_named_like_modules(littered: Path) -> None:
    """`python -m icsfeed` imported `copy.py` from there, and died with a traceback."""
    (littered / "icsfeed.py").unlink()  # that one is the module asked for
    for name in ("calendar", "json", "re", "enum", "click", "tomli", "dataclasses"):
        shutil.copy(littered / "copy.py", littered / f"{name}.py")
    upcoming = [sys.executable, "-m", "icsfeed", "upcoming", "--now", "2026-11-23T12:00:00Z", "--days", "7", "--json"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(upcoming, cwd=littered, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, "current folder" in done.stderr) == (0, False)
    assert json.loads(done.stdout)


DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_hadolint_has_nothing_to_say_about_the_dockerfile() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    require(None if hadolint.exists() else "hadolint is not installed")
    done = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_image_installs_the_optional_packages_as_locked() -> None:
    select = re.search(r"awk '[^']+' tests/requirements\.txt", DOCKERFILE)
    assert select
    done = subprocess.run(shlex.split(select[0]), cwd=ROOT, capture_output=True, text=True, check=True)
    names = re.findall(r"^([a-z-]+)(?:\[binary\])?==", done.stdout, re.MULTILINE)
    oidc = ["authlib", "cffi", "cryptography", "joserfc"]
    assert names == [*oidc, "obstore", "psycopg", "psycopg-binary", "pycparser"]
    lock = TESTING.read_text(encoding="utf-8")
    assert [block for block in re.split(r"^(?=[a-z])", done.stdout, flags=re.MULTILINE) if block not in lock] == []


def test_the_health_check_of_the_image(tmp_path: Path) -> None:
    """It passes while the server is ready, and fails where none listens."""
    (schedule := tmp_path / "schedule.toml").write_text(SCHEDULE, encoding="utf-8")
    written = re.search(r"^HEALTHCHECK .*\\\n +CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    assert written
    python, *arguments = json.loads(written[1])
    assert python == "python"

    def health(port: int) -> int:
        environment = os.environ | {"ICSFEED_PORT": str(port)}
        done = subprocess.run(
            [sys.executable, *arguments], env=environment, capture_output=True, check=False, timeout=60
        )
        return done.returncode

    with serving(schedule) as server:
        assert health(int(server.url.rpartition(":")[2])) == 0
    assert health(free_port()) == 1
