"""The `tapwork` command."""

import argparse
import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import assert_never

from dotenv import dotenv_values

from rules.exports import Format
from storage import DatabaseTaken, DatabaseUnusable, NewerSchema, Trouble, open_database, refuse_if_taken

from . import logs, trouble
from .commands import BackUp, Command, Export, ListPayable, Pay, Post
from .config import Config, WrongSettings, read_config

REFUSED, WRONG_USE, HOPELESS, INTERRUPTED = 1, 2, 3, 130
"""HOPELESS is what trying again does not mend: a supervisor starts nothing again after it, nor after WRONG_USE."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it is done, 1 when it can't be, 2 when it is asked for wrongly."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    asked = parser().parse_args(arguments)
    try:
        return dispatch(asked)
    except WrongSettings as wrong:
        sys.stderr.write("\n".join(("The settings can't be used:", *(f"- {each}" for each in wrong.mistakes), "")))
        return WRONG_USE
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        return REFUSED
    except KeyboardInterrupt:
        return INTERRUPTED


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="tapwork",
        description="Paid labeling jobs in a Telegram chat. Settings come from the environment and .env.",
    )
    top.add_argument("--version", action="version", version=f"tapwork {_version()}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("run", help="run the bot")
    demo = commands.add_parser("demo", help="a filled world in the browser; no token, no network")
    demo.add_argument("--port", type=_port, default=8765, help="where the page is; the next free one if it is taken")
    demo.add_argument("--no-simulated", action="store_true", help="nobody works by themselves")
    _add_post(commands.add_parser("post", help="post a file, or a folder of pictures, as a batch"))
    export = commands.add_parser("export", help="write a batch's answers and labels")
    export.add_argument("batch", metavar="BATCH", help="the code on the batch's card")
    export.add_argument("--to", type=Path, required=True, metavar="DIR", help="the folder to write to")
    export.add_argument("--format", default="", metavar="LIST", help=f"some of {', '.join(Format)}; parted by commas")
    pay = commands.add_parser("pay", help="record money sent to a worker; without one, list who has some available")
    pay.add_argument("worker", nargs="?", metavar="WORKER", help="the worker's code")
    pay.add_argument(
        "amount", nargs="?", metavar="AMOUNT", help="in major units; everything that can be sent by default"
    )
    pay.add_argument("--note", default="", help="kept with the payment, such as the bank's reference")
    commands.add_parser("migrate", help="bring the database to this release")
    backup = commands.add_parser("backup", help="make a backup of the database now")
    backup.add_argument(
        "--to", type=Path, metavar="DIR", help="a folder for it and all pictures, such as on another disk"
    )
    _add_restore(commands.add_parser("restore", help="put a backup in the place of the database"))
    doctor = commands.add_parser("doctor", help="look whether everything is well, and say what to do where it is not")
    doctor.add_argument("--quick", action="store_true", help="only whether the bot is at work")
    return top


def _add_restore(restore: argparse.ArgumentParser) -> None:
    restore.add_argument("source", type=Path, metavar="FILE_OR_DIR", help="a backup, or a folder with some")
    restore.add_argument("--yes", action="store_true", help="do not ask")
    restore.add_argument("--other-key", action="store_true", help="the key that the backup was made with is lost")


def _add_post(post: argparse.ArgumentParser) -> None:
    post.add_argument("file", type=Path, metavar="FILE", help="a table, a zip of pictures, or a folder of them")
    post.add_argument(
        "--set",
        type=_setting,
        action="append",
        default=[],
        dest="settings",
        metavar="KEY=VALUE",
        help="as in a caption",
    )
    post.add_argument("--coordinator", type=int, metavar="ID", help="a Telegram user id; the first owner by default")
    post.add_argument("--publish", action="store_true", help="offer it to workers at once")


def _version() -> str:
    try:
        return version("tapwork")
    except PackageNotFoundError:
        return "(not installed)"


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError("a port is a number up to 65535")
    return port


def _setting(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is no KEY=VALUE")
    return key.strip(), value


def dispatch(asked: argparse.Namespace) -> int:
    """Do what the arguments say. Raises WrongSettings before anything is touched."""
    environment = read_environment()
    match asked.command:
        case "run":
            return _run(read_config(environment))
        case "demo":
            return _demo(asked, environment)
        case "migrate":
            return _migrate(read_config(environment, needs_token=False))
        case "restore":
            return _restore(asked, read_config(environment, needs_token=False), language_of(environment))
        case "doctor":
            from .command_doctor import doctor  # The commands load much; each loads only its own.

            config = read_config(environment, needs_token=False)
            return asyncio.run(doctor(config, language_of(environment), is_quick=asked.quick))
        case _:
            from .command_calls import call

            config = read_config(environment, needs_token=False)
            return asyncio.run(call(config, command_of(asked), language_of(environment)))


def command_of(asked: argparse.Namespace) -> Command:
    match asked.command:
        case "post":
            return Post(str(asked.file.absolute()), tuple(asked.settings), asked.coordinator, asked.publish)
        case "export":
            return Export(asked.batch, str(asked.to.absolute()), asked.format)
        case "backup":
            return BackUp(str(asked.to.absolute()) if asked.to is not None else None)
        case "pay" if asked.worker is not None:
            return Pay(asked.worker, asked.amount, asked.note)
        case _:
            return ListPayable()


def read_environment() -> Mapping[str, str]:
    """The environment, and below it what `.env` in the working directory says."""
    try:
        written = dotenv_values(".env")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongSettings([f".env can't be read: {error}"]) from error
    return {**{name: value for name, value in written.items() if value is not None}, **os.environ}


def language_of(environment: Mapping[str, str]) -> str:
    """The language of the terminal."""
    spoken = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return "ko" if spoken.startswith("ko") else "en"


def _run(config: Config) -> int:
    logs.set_up()
    try:
        refuse_if_taken(config.database)  # Before a second or two are spent on loading the rest.
    except DatabaseTaken as error:
        return _refuse(reason_of(error))
    from .command_run import TokenRefused, run
    from .secret import KeyUnusable

    try:
        asyncio.run(run(config))
    except (DatabaseTaken, DatabaseUnusable, NewerSchema) as error:
        return _refuse(reason_of(error), _status_of(error))
    except KeyUnusable as error:
        return _refuse(str(error), HOPELESS)
    except TokenRefused:
        told = f"{config.api_url} knows no bot of this TAPWORK_TOKEN. BotFather shows the right one: /mybots"
        return _refuse(told, HOPELESS)
    return 0


def _status_of(error: DatabaseTaken | DatabaseUnusable | NewerSchema) -> int:
    is_hopeless = isinstance(error, NewerSchema) or (
        isinstance(error, DatabaseUnusable) and error.trouble is Trouble.BROKEN
    )
    return HOPELESS if is_hopeless else REFUSED


def _migrate(config: Config) -> int:
    async def migrate() -> None:
        db = await open_database(config.database_url)
        await db.close()

    try:
        asyncio.run(migrate())
    except (DatabaseTaken, DatabaseUnusable, NewerSchema) as error:
        return _refuse(reason_of(error))
    sys.stdout.write("The database is up to date.\n")
    return 0


def _restore(asked: argparse.Namespace, config: Config, language: str) -> int:
    from .command_restore import restore

    return restore(config, asked.source, language, is_sure=asked.yes, other_key=asked.other_key)


def _demo(asked: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from .demo import demo

    folder = Path(environment.get("TAPWORK_DATA_DIR") or "data").expanduser() / "demo"
    asyncio.run(demo(folder, asked.port, is_simulated=not asked.no_simulated))
    return 0


def reason_of(error: DatabaseTaken | DatabaseUnusable | NewerSchema) -> str:
    """Why a database can't be opened."""
    match error:
        case DatabaseTaken():
            return f"Another process has the database (pid {error}). Only one bot works on a database; stop it first."
        case NewerSchema():
            return f"The database was written by a newer release: {error}. Update tapwork, or restore an older backup."
        case DatabaseUnusable():
            return trouble.told(error)
        case _:
            assert_never(error)


def _refuse(reason: str, status: int = REFUSED) -> int:
    sys.stderr.write(f"{reason}\n")
    return status
