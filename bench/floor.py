"""The least that a deed or a page could cost: the statements it sends, sent again as prepared statements."""

from django.db import connection, transaction

TRANSACTION = ("SAVEPOINT", "RELEASE")


class Tape:
    """Writes down every statement with its values, to be played again without Django."""

    def __init__(self):
        self.statements = []

    def __call__(self, execute, sql, params, many, context):
        if not sql.startswith(TRANSACTION):
            self.statements.append((sql, params))
        return execute(sql, params, many, context)


class _Forget(Exception):
    pass


def taped(act):
    """The statements of ``act``, which is undone again."""
    tape = Tape()
    try:
        with connection.execute_wrapper(tape), transaction.atomic():
            act()
            raise _Forget
    except _Forget:
        return tape.statements


def play(driver, statements):
    """Send taped statements in one transaction over a bare connection, prepared, and fetch what they answer."""
    with driver.transaction(), driver.cursor() as cursor:
        for sql, params in statements:
            cursor.execute(sql, params, prepare=True)
            if cursor.description:
                cursor.fetchall()
