"""What other parts may listen to."""

from django.dispatch import Signal

# Sent with `letter` when it is given up, inside the transaction that gives it up.
letter_failed = Signal()
