"""``python -m wadflow``: the command line."""

from wadflow.workflows.cli import main

if __name__ == "__main__":
    main()
