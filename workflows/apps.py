from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class WorkflowsConfig(AppConfig):
    name = "workflows"

    def ready(self) -> None:
        from workflows import checks  # noqa: F401 - registers them
        from workflows.taking_in import take_in_what_was_before
        from workflows.triggers import install_triggers, remove_triggers

        pre_migrate.connect(remove_triggers, sender=self, dispatch_uid="workflows.triggers.lifted")
        post_migrate.connect(take_in_what_was_before, sender=self, dispatch_uid="workflows.taking_in")
        post_migrate.connect(install_triggers, sender=self, dispatch_uid="workflows.triggers")
