"""Pages of allauth that change an account and announce it afterwards: here both happen, or neither."""

from allauth.account import views
from django.db import transaction

from credentialing.accounts.access import public, signed_in
from credentialing.ui.middleware import write_while_reading

email = signed_in(transaction.atomic(write_while_reading()(views.email)))  # enters the address of a first visit
confirm_email = public(transaction.atomic(views.confirm_email))
