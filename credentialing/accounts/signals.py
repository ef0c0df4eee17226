"""What happens to people, announced so that higher layers (audit) can record it in the same transaction."""

from django.dispatch import Signal

# Sent with: name (the audit event's slug), actor (None: nobody known), subject_kind,
# subject_id, details; a receiver that fails stops all.
person_changed = Signal()

# Sent with: template, address, context, secret (what of its path opens something); in the transaction of
# whatever the letter tells about.
letter_wanted = Signal()
# Sent with: person, other, now, when a record has come to exist that ties the one to the other.
tie_known = Signal()
