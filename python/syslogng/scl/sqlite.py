# SPDX-License-Identifier: GPL-2.0-or-later
"""The class behind scl/sqlite: a destination that writes to a table of an SQLite database."""

import os
import sqlite3
from typing import Any, Dict, List, Optional, Sequence, Tuple, Union

from syslogng.dest import LogDestination, LogDestinationResult
from syslogng.logger import Logger
from syslogng.message import LogBatch, LogMessage
from syslogng.template import LogTemplate

__all__ = ["Sqlite"]

PREFIX = "sqlite "
"""What the names of options begin with that are no columns."""

Value = Union[str, bytes, None]
Row = Tuple[Value, ...]

REFUSED = (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.InterfaceError, OverflowError)
"""Errors of a row: it would fail again."""


def quoted(name: str) -> str:
    """Give a name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


def stored(text: Union[str, bytes]) -> Value:
    """Give what stands for a text in the database: NULL for an empty one, a blob for one that is not UTF-8."""
    if not text:
        return None
    # Templates give bytes on some hosts.
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw


class Sqlite(LogDestination):
    """Writes each message to a row, and each batch in one transaction.

    Options: ``sqlite database``, ``sqlite table``, ``sqlite id``, ``sqlite id-column``, ``sqlite journal-mode`` and
    ``sqlite lock-timeout``; all others are columns, in the order of the config: the name, and behind a blank what its
    type is, with the template of its values.
    """

    connection: Optional[sqlite3.Connection] = None

    @staticmethod
    def generate_persist_name(options: Dict[str, Any]) -> str:
        """Name it by what it writes to."""
        return f"sqlite({options.get(PREFIX + 'database')},{options.get(PREFIX + 'table')})"

    def init(self, options: Dict[str, Any]) -> bool:
        """Compile the templates. What is wrong with the options refuses the config."""
        self.logger = Logger()
        settings = {name[len(PREFIX) :]: str(value) for name, value in options.items() if name.startswith(PREFIX)}
        columns = [(name, template) for name, template in options.items() if not name.startswith(PREFIX)]
        self.database, self.table = settings["database"], settings["table"]
        self.journal_mode = settings["journal_mode"]
        if not self.database or not self.table:
            raise ValueError("sqlite() needs a database() and a table()")
        if not columns:
            raise ValueError('sqlite() needs columns(), such as columns("date" "$ISODATE" "message" "$MESSAGE")')
        if self.journal_mode.lower() not in ("delete", "truncate", "persist", "memory", "wal", "off"):
            raise ValueError(f"journal-mode({self.journal_mode}) of sqlite() is none of SQLite's")
        try:
            self.lock_timeout = float(settings["lock_timeout"])
        except ValueError:
            raise ValueError(f"lock-timeout({settings['lock_timeout']}) of sqlite() is no number of seconds") from None
        declared = []
        self.names: List[str] = []
        self.templates: List[LogTemplate] = []
        self.has_id = bool(settings["id"])
        if self.has_id:
            columns.insert(0, (settings["id_column"] + " TEXT PRIMARY KEY", settings["id"]))
        for column, template in columns:
            name, _, kind = column.partition(" ")
            if name in self.names:
                raise ValueError(f"sqlite() has two columns that are called {name}")
            self.names.append(name)
            self.templates.append(template if isinstance(template, LogTemplate) else LogTemplate(str(template)))
            declared.append(f"{quoted(name)} {kind or 'TEXT'}")
        table, names = quoted(self.table), ", ".join(map(quoted, self.names))
        places = ", ".join("?" * len(self.names))
        self.create = f"CREATE TABLE IF NOT EXISTS {table} ({', '.join(declared)})"
        self.insert = f"INSERT INTO {table} ({names}) VALUES ({places})"
        if self.has_id:
            # One that comes twice is there already.
            self.insert += f" ON CONFLICT ({quoted(self.names[0])}) DO NOTHING"
        self.told_of_no_id = False
        return True

    def open(self) -> bool:
        """Open the database, and make the table if it is not there."""
        self.close()
        # Transactions begin and end where this class says.
        connection = sqlite3.connect(self.database, timeout=self.lock_timeout, isolation_level=None)
        try:
            connection.execute(f"PRAGMA journal_mode = {self.journal_mode}")
            # What was committed is there after a power failure too.
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(self.create)
            # Whether an older table has all these columns.
            connection.execute("EXPLAIN " + self.insert, [None] * len(self.names))
            self.connection, self.file = connection, self.identity()
        except sqlite3.Error as error:
            connection.close()
            self.complain("the database cannot be used", error)
            return False
        return True

    def identity(self) -> Optional[Tuple[int, int]]:
        """Tell which file the database is; None if there is none of that name."""
        try:
            status = os.stat(self.database)
        except OSError:
            return None
        return status.st_dev, status.st_ino

    def close(self) -> None:
        """Close the database."""
        if self.connection:
            connection, self.connection = self.connection, None
            connection.close()

    def send_batch(self, batch: LogBatch) -> Union[LogDestinationResult, Sequence[LogDestinationResult]]:
        """Write a batch in one transaction. Where the database cannot be written to, all of it comes again."""
        rows = [self.row(msg) for msg in batch]
        try:
            # Rows in a file that has no name any more would be lost with it.
            if not self.connection or self.identity() != self.file:
                if not self.open():
                    return self.NOT_CONNECTED
            try:
                self.write(rows)
            except REFUSED:
                return self.write_one_by_one(rows)
        except sqlite3.Error as error:
            self.complain("a batch was not written, and comes again", error)
            return self.NOT_CONNECTED
        return self.SUCCESS

    def row(self, msg: LogMessage) -> Row:
        """Give the values of a message."""
        row = tuple(stored(self.text(template, msg)) for template in self.templates)
        if self.has_id and row[0] is None and not self.told_of_no_id:
            self.told_of_no_id = True
            self.logger.warning(
                f"sqlite(): a message has an empty id(), so it would be stored twice if it came twice; "
                f"options {{ use-uniqid(yes); }} gives each message a $UNIQID. This is told once; table='{self.table}'"
            )
        return row

    def text(self, template: LogTemplate, msg: LogMessage) -> Union[str, bytes]:
        """Give what a template makes of a message; as bytes if it is not UTF-8."""
        try:
            return template.format(msg, self.template_options)
        except UnicodeDecodeError as error:
            return error.object

    def write(self, rows: List[Row]) -> None:
        """Write rows in one transaction, or none of them."""
        assert self.connection
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            self.connection.executemany(self.insert, rows)
            self.connection.execute("COMMIT")
        except BaseException:
            self.roll_back()
            raise

    def write_one_by_one(self, rows: List[Row]) -> List[LogDestinationResult]:
        """Write rows in one transaction, but for those that the database refuses: they are dropped, with an event."""
        assert self.connection
        results = []
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            for row in rows:
                try:
                    # By itself an INSERT is written whole or not at all.
                    self.connection.execute(self.insert, row)
                    results.append(self.SUCCESS)
                except REFUSED as error:
                    results.append(self.DROP)
                    self.complain(f"a message was dropped: {dict(zip(self.names, row))}", error)
            self.connection.execute("COMMIT")
        except BaseException:
            self.roll_back()
            raise
        return results

    def roll_back(self) -> None:
        """End the transaction, if SQLite has not done that."""
        if self.connection and self.connection.in_transaction:
            self.connection.execute("ROLLBACK")

    def complain(self, what: str, error: Exception) -> None:
        """Say an error."""
        kind = type(error).__name__
        self.logger.error(f"sqlite(): {what}; database='{self.database}', table='{self.table}', error='{kind}: {error}'")
