"""`python -m kedro_bind …`: like `kedro bind …`, with only the result on standard output.

Kedro configures logging when it is imported, before any plugin is, and logs a line about that, by default to standard
output. Here it is imported with standard output set aside.
"""

from __future__ import annotations

import sys
from pathlib import Path

from kedro_bind.process.stdout import set_aside

__all__ = ["main"]


def main() -> None:
    """Run a command of `kedro bind`."""
    set_aside()
    from kedro.framework.cli import main as kedro
    from kedro.utils import find_kedro_project

    from kedro_bind.cli import WITHOUT_PROJECT, bind

    if find_kedro_project(Path.cwd()) is None:  # Kedro would report that there is no command 'bind'
        if sys.argv[1:2] and sys.argv[1] in WITHOUT_PROJECT:
            bind(prog_name="python -m kedro_bind")
        sys.stderr.write(f"Error: Kedro project not found in {Path.cwd()} or above; run this in a project's folder\n")
        sys.exit(2)
    sys.argv[1:1] = ["bind"]
    kedro()


if __name__ == "__main__":
    main()
