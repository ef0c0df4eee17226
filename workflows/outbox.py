"""The queue of django-tasks-db, whose rows are stored by a statement made once (they are a third of what a step costs).

Any other backend of `django.tasks` may take its place in the settings.
"""

from typing import Any

from django.tasks.base import Task
from django.tasks.signals import task_enqueued
from django.utils.json import normalize_json
from django_tasks_db.backend import DatabaseBackend, TaskResult

from workflows.models.rows import insert_row


class Outbox(DatabaseBackend):
    """A task is enqueued in the transaction of whoever asks for it: rolled back with it, committed with it."""

    def enqueue(self, task: Task[Any, Any], args: Any, kwargs: Any) -> TaskResult[Any, Any]:
        """Store the task for the next free worker.

        Raises:
            InvalidTask: this queue can't take it.
        """
        from django_tasks_db.models import DBTaskResult, get_date_max  # noqa: PLC0415 - the backend is made before the models

        self.validate_task(task)
        row: DBTaskResult[Any, Any] = DBTaskResult(
            args_kwargs=normalize_json({"args": args, "kwargs": kwargs}),
            priority=task.priority,
            task_path=task.module_path,
            queue_name=task.queue_name,
            run_after=task.run_after or get_date_max(),  # how that queue says “at once”
            backend_name=self.alias,
        )
        insert_row(row)
        result: TaskResult[Any, Any] = row.task_result
        task_enqueued.send(type(self), task_result=result)
        return result
