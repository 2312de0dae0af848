"""The command line ``wadflow``."""

from __future__ import annotations

import sys

from wadflow.errors import WadflowError

INTERRUPTED = 130
"""Exit code after an interrupt from the keyboard."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code.

    0: done; 1: something failed; 2: the user's input cannot work; 75: told to stop, the same command goes
    on; 130: interrupted.

    Parameters
    ----------
    arguments : list of str, optional
        Arguments; those of the process if not given.
    """
    from wadflow.workflows.cli.app import app
    from wadflow.workflows.stopping import CONTINUE, stop_signals

    try:
        with stop_signals() as stop:
            app(args=arguments, prog_name="wadflow")
    except WadflowError as error:
        sys.stderr.write(f"wadflow: {error}\n")
        sys.exit(error.exit_code)
    except OSError as error:  # a full disk, a folder that may not be written
        sys.stderr.write(f"wadflow: {error}\n  Remedy: mend that and run again; what has finished is kept\n")
        sys.exit(1)
    except SystemExit as leaving:
        if leaving.code == INTERRUPTED and stop.name is not None:
            sys.stderr.write(
                f"\nwadflow: stopped by {stop.name}; what has finished is kept, the same command goes on\n"
            )
            sys.exit(CONTINUE)
        if leaving.code == INTERRUPTED:  # typer's answer to an interrupt is silent
            sys.stderr.write("\nwadflow: interrupted; what has finished is kept, run again to go on\n")
        raise
