"""Addresses of those who write and approve rules, and of the reports on who goes by which."""

from django.urls import path

from credentialing.drafting.views import acts, drafts, moves, parts, simulations, versions, wholes

app_name = "drafting"
urlpatterns = [
    path("pathways/", versions.overview, name="overview"),
    path("pathways/begin/", versions.begin, name="begin"),
    path("pathways/upload/", versions.upload, name="upload"),
    path("pathways/versions/<uuid:uuid>/", versions.version, name="version"),
    path("pathways/versions/<uuid:uuid>.toml", versions.download, name="version-download"),
    path("pathways/cases/", versions.cases, name="cases"),
    path("pathways/cases.csv", versions.cases_csv, name="cases-csv"),
    path("pathways/cases/<uuid:uuid>/", moves.choose, name="move-choose"),
    path("pathways/cases/<uuid:uuid>/to/<uuid:to>/", moves.move, name="move"),
    path("pathways/versions/<uuid:uuid>/move/<uuid:to>/", moves.cohort, name="move-cohort"),
    path("pathways/drafts/<uuid:uuid>/", drafts.draft, name="draft"),
    path("pathways/drafts/<uuid:uuid>.toml", drafts.download, name="download"),
    path("pathways/drafts/<uuid:uuid>/text/", drafts.text, name="text"),
    path("pathways/drafts/<uuid:uuid>/upload/", drafts.upload, name="draft-upload"),
    path("pathways/drafts/<uuid:uuid>/differences/", drafts.differs, name="differences"),
    path("pathways/drafts/<uuid:uuid>/history/", drafts.history, name="history"),
    path("pathways/drafts/<uuid:uuid>/history/<int:number>/", drafts.back, name="back"),
    path("pathways/drafts/<uuid:uuid>/general/", wholes.general, name="general"),
    *(path(f"pathways/drafts/<uuid:uuid>/{name}/", wholes.table, {"name": name}, name=name) for name in wholes.TABLES),
    path("pathways/drafts/<uuid:uuid>/stages/add/", parts.add_stage, name="add-stage"),
    path("pathways/drafts/<uuid:uuid>/parts/<str:place>/", parts.part, name="part"),
    path("pathways/drafts/<uuid:uuid>/parts/<str:place>/add/", parts.add, name="add"),
    path("pathways/drafts/<uuid:uuid>/parts/<str:place>/remove/", parts.remove, name="remove"),
    path("pathways/drafts/<uuid:uuid>/parts/<str:place>/move/", parts.shift, name="shift"),
    path("pathways/drafts/<uuid:uuid>/simulate/", simulations.start, name="simulate"),
    path("pathways/drafts/<uuid:uuid>/simulations/<int:pk>/", simulations.run, name="simulation"),
    path("pathways/drafts/<uuid:uuid>/propose/", acts.propose, name="propose"),
    path("pathways/drafts/<uuid:uuid>/approve/", acts.approve, name="approve"),
    path("pathways/drafts/<uuid:uuid>/refuse/", acts.refuse, name="refuse"),
    path("pathways/drafts/<uuid:uuid>/publish/", acts.publish, name="publish"),
    path("pathways/drafts/<uuid:uuid>/<slug:verb>/now/", acts.act, name="act"),
]
