from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "credentialing.audit"
    label = "audit"
