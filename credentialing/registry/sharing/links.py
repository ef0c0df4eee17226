"""Ways to show a credential elsewhere: addresses and a snippet, made of the certificate's printed facts."""

from urllib.parse import urlencode

from django.utils.html import format_html

from certificates.models import Certificate

LINKEDIN = "https://www.linkedin.com/profile/add"
PICTURE_SIDE = 180  # points


def linkedin_address(certificate: Certificate) -> str:
    """LinkedIn's page “Add license or certification”, filled in; nothing is sent before the holder opens it."""
    facts = certificate.printed
    fields = {
        "startTask": "CERTIFICATION_NAME",
        "name": facts.designation,
        "organizationName": facts.society,
        "issueYear": facts.awarded_on.year,
        "issueMonth": facts.awarded_on.month,
        "certUrl": certificate.verification_url,
        "certId": facts.number,
    }
    if facts.valid_until is not None:
        fields |= {"expirationYear": facts.valid_until.year, "expirationMonth": facts.valid_until.month}
    return f"{LINKEDIN}?{urlencode(fields)}"


def website_snippet(certificate: Certificate) -> str:
    """HTML for the holder's own site: the badge with its standing of the day, linked to the page that proves it."""
    address = certificate.verification_url
    snippet = format_html(
        '<a href="{}"><img src="{}/badge.svg" alt="{}" width="{}" height="{}"></a>',
        address,
        address,
        f"{certificate.printed.designation}, {certificate.printed.society}: check this credential",
        PICTURE_SIDE,
        PICTURE_SIDE,
    )
    return "".join(snippet)  # text to be shown as it is, and no longer markup that a page would trust
