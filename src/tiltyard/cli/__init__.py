"""The command line: one module per command, each loaded when it is called."""

import sys
from collections.abc import Sequence
from importlib import import_module
from keyword import iskeyword

import click

from tiltyard import __version__
from tiltyard.cli.patience import printable_sentence
from tiltyard.errors import TiltyardError

COMMANDS = {
    "demo": "Serve an arena with built-in contestants and example votes.",
    "serve": "Serve the arena of contestants.toml.",
    "worker": "Label battles and publish boards, without a server.",
    "doctor": "Say what is there, what is missing, and which line would add it.",
    "models": "List, apply, show and retire contestants.",
    "import": "Bring FILES of votes into the ledger, each as a source of its own.",
    "export": "Write the votes on settled battles into files, with what was said.",
    "release": "Prepare, review and publish votes as open data.",
    "rank": "Rank the models in VOTES, one or more files of pairwise votes.",
    "slices": "List the slices of FILE, or the shipped ones, and check them.",
    "swap": "Say what happens if NEW takes the place of OLD.",
    "value": "Say which models do better or worse than their price, size or speed predicts.",
    "taste": "Say what one voter or one group likes, beside everybody.",
    "topics": "Say what the prompts of VOTES are about, and who is best at each topic.",
    "simulate": "Try a pairing policy on votes from a known truth.",
    "verify": "Rebuild BOARD from its votes and compare.",
    "label": "Label battles, teach a labeller from examples, and see how good one is.",
    "db": "Look after the ledger's database.",
}
"""Every command and its first line of help, so that `--help` loads none of them."""


class Tiltyard(click.Group):
    """Find commands by name and import only the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """Name the commands in the order a newcomer needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's signature
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        name = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        command: click.Command = getattr(import_module(f"tiltyard.cli.{name}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # click's signature
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Tiltyard, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tiltyard")
def tiltyard() -> None:
    """Run the open arena for AI models."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command. Exit 0 when it did what was asked, 1 when the answer is no, 2 on bad input."""
    try:
        tiltyard.main(args=arguments, standalone_mode=False)
    except click.exceptions.Exit as leave:
        sys.exit(leave.exit_code)
    except click.Abort:
        sys.exit(130)
    except click.UsageError as error:
        error.show()
        sys.exit(2)
    except (click.ClickException, TiltyardError) as error:
        click.echo(f"Error: {printable_sentence(str(error))}", err=True)
        sys.exit(2)
