"""`python -m kedro_bind.serving`: the process that `kedro bind serve` becomes, and the backends that it starts."""

from __future__ import annotations

import logging
import signal
import sys

from kedro_bind.process.stdout import set_aside

__all__ = ["main"]


def main() -> None:
    """Serve with the options in the first argument; a backend, on the socket whose descriptor is in the second."""
    set_aside()
    from kedro_bind.errors import KedroBindError
    from kedro_bind.process.no_traceback import no_traceback
    from kedro_bind.serving.options import ServerOptions

    options, *descriptor = sys.argv[1:]
    read = ServerOptions.from_json(options)
    if read.verbose:
        logging.getLogger("kedro_bind").setLevel(logging.DEBUG)  # for the traceback of a model that fails
    try:
        with no_traceback(verbose=read.verbose):
            if descriptor:
                from kedro_bind.serving.backend import run_backend

                run_backend(read, int(descriptor[0]))
            else:
                from kedro_bind.serving.server import run_server

                run_server(read)
    except KedroBindError as error:
        error.show()
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


if __name__ == "__main__":
    main()
