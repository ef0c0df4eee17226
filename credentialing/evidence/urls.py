"""Addresses of evidence, by audience."""

from django.urls import path

from credentialing.evidence.views import (
    confirmations,
    credentials,
    events,
    fees,
    files,
    log,
    observations,
    quarantine,
    statements,
    supervision,
)

app_name = "evidence"
urlpatterns = [
    # the candidate
    path("my/log/", log.log, name="log"),
    path("my/log/add/", log.entry_add, name="log-add"),
    path("my/log/<uuid:uuid>/", log.entry_edit, name="log-edit"),
    path("my/log/<uuid:uuid>/remove/", log.entry_remove, name="log-remove"),
    path("my/log/<uuid:uuid>/ask-again/", log.entry_again, name="log-again"),
    path("my/supervision/", supervision.sessions, name="supervision-sessions"),
    path("my/supervision/<uuid:uuid>/remove/", supervision.session_remove, name="session-remove"),
    path("my/intensives/", events.intensives, name="intensives"),
    path("my/evaluations/", observations.my_observations, name="my-observations"),
    path("my/files/<slug:slug>/", files.files, name="files"),
    path("my/agreements/<slug:slug>/", statements.agreement, name="agreement"),
    path("my/statements/<slug:slug>/", statements.attestation, name="attestation"),
    path("my/reports/<slug:slug>/", statements.report, name="report"),
    path("my/qualifications/<slug:slug>/", credentials.qualifications, name="qualifications"),
    path("my/qualifications/<uuid:uuid>/withdraw/", credentials.qualification_withdraw, name="qualification-withdraw"),
    path("my/references/<slug:slug>/", credentials.references, name="references"),
    path("my/references/<uuid:uuid>/withdraw/", credentials.reference_withdraw, name="reference-withdraw"),
    path("my/references/<uuid:uuid>/ask-again/", credentials.reference_again, name="reference-again"),
    # whoever may open the case
    path("files/<uuid:uuid>/", files.file, name="file"),
    path("files/<uuid:uuid>/withdraw/", files.file_withdraw, name="file-withdraw"),
    path("files/<uuid:uuid>/restore/", files.file_restore, name="file-restore"),
    path("files/<uuid:uuid>/quarantine/", quarantine.quarantine, name="file-quarantine"),
    # coordinator and chair, who deal with what is in quarantine
    path("reviews/files/", quarantine.quarantined_files, name="quarantined-files"),
    path("reviews/files/<uuid:uuid>/", quarantine.quarantined_file, name="quarantined-file"),
    path("reviews/files/<uuid:uuid>/<slug:verb>/", quarantine.quarantine_end, name="quarantine-end"),
    # the co-leader
    path("confirm/<slug:token>/", confirmations.confirm, name="confirm"),
    # the referee
    path("references/<slug:token>/", credentials.reference, name="reference"),
    # the supervisor
    path("supervision/", supervision.supervision, name="supervision"),
    path("supervision/requests/<int:pk>/", supervision.supervision_answer, name="supervision-answer"),
    path("supervision/sessions/", supervision.sessions_answer, name="sessions-answer"),
    path("supervision/<uuid:uuid>/", supervision.supervised, name="supervised"),
    path(
        "supervision/<uuid:uuid>/agreements/<slug:slug>/", supervision.supervised_agreement, name="supervised-agreement"
    ),
    path("supervision/<uuid:uuid>/reports/<slug:slug>/", supervision.supervised_report, name="supervised-report"),
    # the evaluator, and whoever asks them
    path("evaluations/", observations.evaluations, name="evaluations"),
    path("evaluations/<uuid:uuid>/", observations.evaluation, name="evaluation"),
    path("reviews/cases/<uuid:uuid>/evaluators/", observations.evaluators, name="evaluators"),
    # whoever enters results of exams
    path("reviews/cases/<uuid:uuid>/exams/<slug:slug>/", credentials.exam_results, name="exam-results"),
    # the organizer
    path("events/", events.events, name="events"),
    path("events/new/", events.event_edit, name="event-new"),
    path("events/<uuid:uuid>/", events.roster, name="roster"),
    path("events/<uuid:uuid>/edit/", events.event_edit, name="event-edit"),
    path("events/attendance/<uuid:uuid>/", events.attendance_mark, name="attendance-mark"),
    # the Treasurer
    path("fees/", fees.fees, name="fees"),
    path("fees/<uuid:uuid>/<slug:slug>/", fees.fee, name="fee"),
]
