"""How often what may be done: the one table. It imports nothing, because the settings read it.

Written as allauth writes rates: how often / within what time / per what, several joined by commas. `ip` is an address
of a client (a network of 64 bits for IPv6), `user` an account that is logged in, `key` what the line says.
OWASP ASVS 5.0, 2.4.1, 6.1.1 and 6.3.1 ask for such limits, and that they be written down (docs/limits.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limit:
    """One limit: the rates, and what whoever has reached it reads."""

    rates: str
    words: str
    page: str = ""  # the URL name of the page of allauth that asks for it by itself


LIMITS: Mapping[str, Limit] = {
    "login": Limit(
        rates="30/m/ip",
        words="There were very many attempts to log in from your network.",
        page="account_login",
    ),
    # The key is the account and the client's address together: a stranger can't lock out whoever sits elsewhere.
    "login_failed": Limit(
        rates="10/m/ip,5/10m/key",
        words="There were too many attempts with a wrong password. Wait ten minutes, or choose a new password.",
    ),
    # The key is the account, from wherever; a device on which it has been logged in before is not counted here.
    "login_failed_anywhere": Limit(
        rates="100/h/key",
        words="There were too many attempts with a wrong password. Wait ten minutes, or choose a new password.",
    ),
    "signup": Limit(
        rates="20/h/ip", words="Very many accounts were asked for from your network.", page="account_signup"
    ),
    # The key is the address that the letter goes to, as in the next line.
    "reset_password": Limit(
        rates="20/h/ip,3/h/key",
        words="Several letters to choose a new password are on their way already. Look into your mail.",
        page="account_reset_password",
    ),
    "confirm_email": Limit(rates="1/3m/key", words="A letter with the link is on its way already."),
    "reset_password_from_key": Limit(
        rates="20/m/ip",
        words="There were very many attempts to choose a new password from your network.",
        page="account_reset_password_from_key",
    ),
    "manage_email": Limit(rates="20/h/user", words="You have changed your addresses very often.", page="account_email"),
    "change_password": Limit(
        rates="10/10m/user", words="You have tried to change your password very often.", page="account_change_password"
    ),
    "reauthenticate": Limit(
        rates="10/10m/user", words="There were too many attempts with a wrong password.", page="account_reauthenticate"
    ),
    "look_up": Limit(
        rates="30/m/ip,300/h/ip", words="Very many certificates were looked up by number from your network."
    ),
    "upload": Limit(rates="60/h/user", words="You have uploaded very many files."),
    # Letters that one person has sent to somebody who has no account here; the key is that person.
    "letter_to_stranger": Limit(
        rates="20/h/key,60/d/key",
        words="You have had as many letters sent as one may in so short a time. "
        "Where an address is not needed, save without it now and add it later.",
    ),
    # … and those that one address gets, whoever asks for them.
    "letters_to_address": Limit(
        rates="30/d/key",
        words="This address has been sent as many letters today as it should get. "
        "Where an address is not needed, save without it now and add it later.",
    ),
    "request": Limit(rates="20/h/user", words="You have asked for something very often in a short time."),
}

RATES: Mapping[str, str] = {name: limit.rates for name, limit in LIMITS.items()}
