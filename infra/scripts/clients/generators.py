"""Generates clients with each generator, and compiles them."""

import compileall
import importlib
import json
import pkgutil
import shutil
import subprocess
import sys
from pathlib import Path

from support import ROOT

CONTRACTS = ("crm", "clawprint", "bottlecrm", "skhokho", "namaste")
BIN = Path(sys.prefix) / "bin"


def generate_all(directory: Path) -> None:
    node = node_folder()
    for contract in CONTRACTS:
        document = ROOT / f"shared/contracts/openapi/{contract}.json"
        openapi_generator("typescript-fetch", document, directory / f"{contract}-fetch")
        openapi_generator("python", document, directory, f"packageName={contract}_client")
        run(node / "openapi-typescript", document, "--output", directory / f"{contract}.ts")
        openapi_python_client(document, directory / f"{contract}_httpx")
        print(f"{contract}: clients are generated")


def compile_all(directory: Path) -> None:
    compile_typescript(directory)
    sys.path.insert(0, str(directory))
    for package in (f"{contract}_{kind}" for contract in CONTRACTS for kind in ("client", "httpx")):
        if not compileall.compile_dir(directory / package, quiet=1):
            sys.exit(f"{package} does not compile")
        for module in pkgutil.walk_packages([str(directory / package)], f"{package}."):
            importlib.import_module(module.name)
    print("what is generated compiles")


def openapi_generator(generator: str, document: Path, output: Path, properties: str = "") -> None:
    without = "apiTests=false,modelTests=false,apiDocs=false,modelDocs=false"
    run(
        *(BIN / "openapi-generator-cli", "generate", "--generator-name", generator, "--input-spec", document),
        *("--output", output, "--global-property", without, "--additional-properties", properties),
    )


def openapi_python_client(document: Path, output: Path, **configuration) -> None:
    # No hook afterwards: they only format what is generated.
    configuration |= {"post_hooks": [], "content_type_overrides": {"application/pdf": "application/octet-stream"}}
    file = output.with_suffix(".config.json")
    file.write_text(json.dumps(configuration))
    run(
        *(BIN / "openapi-python-client", "generate", "--path", document, "--meta", "none", "--config", file),
        *("--output-path", output, "--fail-on-warning"),
    )


def compile_typescript(directory: Path) -> None:
    """Compiles the TypeScript clients and calls.ts, which uses them, into the folder `js`."""
    shutil.copy(Path(__file__).with_name("calls.ts"), directory)
    options = {
        "strict": True,
        "target": "es2022",
        "module": "node16",
        "lib": ["es2022", "dom", "dom.iterable"],
        "types": [],
        "outDir": "js",
    }
    configuration = {"compilerOptions": options, "include": ["*.ts", "*-fetch/**/*.ts"]}
    (directory / "tsconfig.json").write_text(json.dumps(configuration))
    run(node_folder() / "tsc", "--project", directory)


def node_folder() -> Path:
    """Where the programs of package.json are, after bringing them there."""
    home = Path(sys.prefix).with_name(Path(sys.prefix).name + "-node")
    wanted, installed = Path(__file__).with_name("package.json"), home / "installed.json"
    if not installed.exists() or installed.read_text() != wanted.read_text():
        home.mkdir(parents=True, exist_ok=True)
        shutil.copy(wanted, home / "package.json")
        npm = ["npm", "install", "--prefix", home, "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"]
        subprocess.run(npm, check=True, stdout=subprocess.DEVNULL)
        shutil.copy(wanted, installed)
    return home / "node_modules" / ".bin"


def run(*command) -> str:
    """What a program prints, if it does its work."""
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        program = Path(command[0]).name
        sys.exit(f"{program} failed ({result.returncode}):\n{result.stdout[-5000:]}{result.stderr[-5000:]}")
    return result.stdout
