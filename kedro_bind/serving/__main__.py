"""`python -m kedro_bind.serving`: the process that `kedro bind serve` becomes."""

from __future__ import annotations

import sys

from kedro_bind.process.stdout import set_aside

__all__ = ["main"]


def main() -> None:
    """Serve with the options in the only argument."""
    set_aside()
    from kedro_bind.errors import KedroBindError
    from kedro_bind.process.no_traceback import no_traceback
    from kedro_bind.serving.server import ServerOptions, run_server

    options = ServerOptions.from_json(sys.argv[1])
    try:
        with no_traceback(verbose=options.verbose):
            run_server(options)
    except KedroBindError as error:
        error.show()
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
