"""What other parts may listen to."""

from django.dispatch import Signal

# Sent with `certificate` once its bytes are stored, and when it can't be drawn; inside the transaction of the change.
certificate_issued = Signal()
certificate_refused = Signal()

# Sent with `certificate` and `person` before its bytes are handed out; what it raises stops the download.
certificate_downloaded = Signal()
