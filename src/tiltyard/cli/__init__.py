"""The command line: one module per command group, each loaded when it is called."""

from importlib import import_module

import click

from tiltyard import __version__

# name -> module that holds a click command of that name
COMMANDS = {
    "demo": "tiltyard.cli.demo",
    "serve": "tiltyard.cli.serve",
    "doctor": "tiltyard.cli.doctor",
    "models": "tiltyard.cli.models",
    "rank": "tiltyard.cli.rank",
    "worker": "tiltyard.cli.worker",
    "db": "tiltyard.cli.db",
}
