"""The virtual environments that the scripts' Python tools live in, installed once: $TRIBUTARY_VENV, by default
${XDG_CACHE_HOME:-~/.cache}/tributary/venv. Tools that do not go together have one beside it."""

import os
import subprocess
import sys
import venv
from pathlib import Path


def enter_virtual_environment(script: str, requirements: str = "requirements.txt", beside: str = "") -> None:
    """Continues in the virtual environment's Python, after making it where it is missing or out of date."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    home = Path(os.environ.get("TRIBUTARY_VENV") or cache / "tributary" / "venv").absolute()
    home = home.with_name(home.name + beside)
    if Path(sys.prefix).resolve() == home.resolve():
        return
    python, installed = home / "bin" / "python", home / f"{requirements}.installed"
    file = Path(__file__).resolve().with_name(requirements)
    wanted = file.read_text()
    if not python.exists():
        venv.create(home, with_pip=True)
    if not installed.exists() or installed.read_text() != wanted:
        subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", file], check=True)
        installed.write_text(wanted)
    os.execv(python, [str(python), script, *sys.argv[1:]])
