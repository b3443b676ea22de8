"""`python -m kedro_bind …`: what `kedro bind …` does, with nothing on standard output but the answer.

Kedro configures logging when it is imported, before any plugin is, and logs a line about that, by default to standard
output. Here it is imported with standard output set aside.
"""

from __future__ import annotations

import runpy
import sys
from contextlib import redirect_stdout

__all__ = ["main"]


def main() -> None:
    """Run a command of `kedro bind`."""
    with redirect_stdout(sys.stderr):
        import kedro.framework.cli  # noqa: F401 - for what it does when it is imported
    sys.argv[1:1] = ["bind"]
    runpy.run_module("kedro", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
