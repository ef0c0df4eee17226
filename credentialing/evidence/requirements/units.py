"""What can be counted, and how people call it."""

from typing import Literal

type Unit = Literal[
    "session", "meeting", "case", "hour", "double_hour", "debrief", "supervision_session", "supervision_hour"
]
OF_SUPERVISION = frozenset({"supervision_session", "supervision_hour"})
MINUTES = {"hour": 60, "supervision_hour": 60, "double_hour": 90}  # a double hour is twice 45 minutes
UNITS = {
    "session": ("session", "sessions"),
    "meeting": ("meeting", "meetings"),
    "case": ("case", "cases"),
    "hour": ("hour", "hours"),
    "double_hour": ("double hour", "double hours"),
    "debrief": ("debriefing", "debriefings"),
    "supervision_session": ("supervision session", "supervision sessions"),
    "supervision_hour": ("hour of supervision", "hours of supervision"),
}
