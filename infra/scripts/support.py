"""What the scripts beside this file share: a virtual environment with what they need, a local cloud to ask, sample documents."""

import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def enter_virtual_environment(requirements: str, beside: str = "") -> None:
    """Continues in the virtual environment's Python, after bringing there what a file names.

    That is $TRIBUTARY_VENV, by default ${XDG_CACHE_HOME:-~/.cache}/tributary/venv. Tools that do not go together with the
    others have an environment beside it.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    home = Path(os.environ.get("TRIBUTARY_VENV") or cache / "tributary" / "venv").absolute()
    home = home.with_name(home.name + beside)
    if Path(sys.prefix).resolve() == home.resolve():
        return
    file = Path(__file__).resolve().parent / requirements
    python, installed = home / "bin" / "python", home / f"{file.stem}.installed"
    wanted = file.read_text()
    if not python.exists():
        venv.create(home, with_pip=True)
    if not installed.exists() or installed.read_text() != wanted:
        subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", file], check=True)
        installed.write_text(wanted)
    os.execv(python, [str(python), *sys.argv])


def target_directory() -> Path:
    """Where cargo puts what it builds."""
    command = ["cargo", "metadata", "--format-version", "1", "--no-deps"]
    return Path(json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)["target_directory"])


@contextlib.contextmanager
def running_cloud():
    """The address of a local cloud that keeps nothing, unless the command line gives one."""
    if len(sys.argv) > 1:
        yield sys.argv[1].rstrip("/")
        return
    subprocess.run(["cargo", "build", "--locked", "--quiet", "--package", "tributary-local"], cwd=ROOT, check=True)
    command = ["cargo", "run", "--locked", "--quiet", "--package", "tributary-local", "--", "--ephemeral", "--port", "0"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        for line in process.stdout:
            if found := re.match(r"Tributary listens on (http://\S+)", line):
                # Its log must not fill the pipe.
                threading.Thread(target=process.stdout.read, daemon=True).start()
                yield found[1]
                return
        sys.exit("the local cloud did not start")
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextlib.contextmanager
def sample_documents():
    """A directory with the sample invoices of functions/documents, unless the command line gives one.

    Their program is built among the whole workspace, where the tests have built it already: chosen by itself, its
    package would have other features of the same crates, and gigabytes would be built again.
    """
    if len(sys.argv) > 1:
        yield Path(sys.argv[1])
        return
    command = ["cargo", "build", "--locked", "--workspace", "--example", "samples", "--message-format", "json"]
    messages = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    built = [message["executable"] for message in map(json.loads, messages) if message.get("executable")]
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run([built[-1], directory], check=True, stdout=subprocess.DEVNULL)
        yield Path(directory)


def expect(shown, expected) -> None:
    """Ends the script where something is not as it should be."""
    if shown != expected:
        sys.exit(f"expected {expected!r}, and it is {shown!r}")
