"""Pages of allauth that change an account and announce it afterwards: here both happen, or neither."""

from allauth.account import views
from django.db import transaction

from credentialing.accounts.access import public, signed_in

email = signed_in(transaction.atomic(views.email))
confirm_email = public(transaction.atomic(views.confirm_email))
