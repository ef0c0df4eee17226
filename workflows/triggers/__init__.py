"""The engine's rules in the database itself: what no query, script or console can get around unseen.

The same rules on SQLite and PostgreSQL:

1. what is recorded (steps, events, leaves, nodes, checkpoints) is appended and neither changed nor removed;
2. a record continues its subject: from the state the subject is in, with the next number, without a gap;
3. state and version of a subject change only together, and only with the record that says so;
4. a subject begins in the initial state of its machine, and stays while there are records about it;
5. nothing is truncated (PostgreSQL; SQLite has no TRUNCATE).

PostgreSQL refuses in addition, at the commit, a record whose change of state never came. The triggers are taken away
before a migration and put back after it, because SQLite drops them silently when it rebuilds a table.
"""

from workflows.triggers.installing import (
    install_triggers,
    lifted_triggers,
    missing_triggers,
    remove_triggers,
)

__all__ = ["install_triggers", "lifted_triggers", "missing_triggers", "remove_triggers"]
