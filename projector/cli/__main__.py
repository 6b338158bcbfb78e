"""Run the command line as `python -m projector.cli`."""

from projector.cli import main

main()
