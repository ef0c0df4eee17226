"""Who may judge, act on, or be told of a case today: the one question that pages, services, votes and letters ask.

Offices are those whose term runs and whose account is open (`Person.roles_on`); ties are found from the records
(`accounts.ties`), and bar unless a second person has permitted it (`Override`). One's own case is never open to one as
a judge. What may be *seen* is asked as a queryset: `Application.objects.visible_to`, `reviewable_by`.
"""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from credentialing.accounts.models import SYSTEM_PERSON_ID, Person
from credentialing.accounts.querysets import PersonQuerySet
from credentialing.accounts.ties import TO_JUDGE, Tie, in_words, kinds_between, people_tying, tied_people
from credentialing.applications.models import Application, Override

OWN_CASE = "This is your own case."


def objection_to_judging(person: Person, application: Application, kinds: Iterable[str] = TO_JUDGE) -> str:
    """Why this person must not judge this case, in words to them; "" when nothing speaks against it."""
    return _objection(person, application.candidate, application, kinds)


def objection_to_deciding(person: Person, holder: Person) -> str:
    """Why this person must not decide on what somebody holds (their credentials, certificates); "" when they may."""
    return _objection(person, holder, None, TO_JUDGE)


def barring_ties(
    person: Person, candidate: Person, application: Application | None, kinds: Iterable[str] = TO_JUDGE
) -> list[Tie]:
    """The ties that keep one person from judging another in this matter: those that no permission covers."""
    found = kinds_between(person, candidate, kinds)
    if found:
        given = Override.objects.in_force().filter(person=person).about(candidate, application)
        covered = {kind for override in given for kind in override.known_kinds}
        found = [kind for kind in found if kind not in covered]
    return [in_words(kind, person, candidate) for kind in found]


def people_closed_to(person: Person) -> list[int]:
    """The keys of those on whom this person must not decide: themselves, and whom they are tied to unpermitted."""
    tied = Person.objects.order_by().filter(tied_people(person)).only("pk", "uuid")
    return [person.pk, *(other.pk for other in tied if objection_to_deciding(person, other))]


def free_to_decide(people: Iterable[Person], holder: Person) -> list[Person]:
    """Those of these people who may decide on what somebody holds, in their order; ties are asked once for all."""
    everybody = list(people)
    suspects = Person.objects.order_by().filter(pk__in=[p.pk for p in everybody]).filter(people_tying(holder))
    tied = set(suspects.values_list("pk", flat=True))
    others = [person for person in everybody if person.pk != holder.pk]
    return [person for person in others if person.pk not in tied or not objection_to_deciding(person, holder)]


def supervises(person: Person, application: Application, now: datetime, *, accepted: bool = True) -> bool:
    """Whether this person supervises the candidate now: the supervision runs, and so does their term of office."""
    running = application.supervisions.accepted() if accepted else application.supervisions.live()
    return running.by_those_in_office(timezone.localdate(now)).filter(supervisor=person).exists()


def officers_told_of(application: Application, roles: Iterable[str], now: datetime) -> list[Person]:
    """Those in one of these offices who may be told of a case: neither the candidate nor anybody tied to them."""
    officers = Person.objects.holding_any(roles, timezone.localdate(now)).exclude(pk=application.candidate_id)
    tied = set(officers.filter(people_tying(application.candidate)).values_list("pk", flat=True))
    return [p for p in officers if p.pk not in tied or not objection_to_judging(p, application)]


def open_to_ask(application: Application, role: str, kinds: Iterable[str], now: datetime) -> PersonQuerySet:
    """Those in that office whom one can ask about a case today: neither the candidate nor anybody tied to them."""
    officers: PersonQuerySet = Person.objects.holding(role, timezone.localdate(now)).exclude(
        pk=application.candidate_id
    )
    tied = officers.filter(people_tying(application.candidate, kinds))
    barred = [p.pk for p in tied if barring_ties(p, application.candidate, application, kinds)]
    return officers.exclude(pk__in=barred)


def untied_among(people: Iterable[Person], application: Application) -> set[int]:
    """The keys of those of these people whom nothing keeps from judging this case."""
    everybody = {person.pk: person for person in people}
    suspects = Person.objects.order_by().filter(pk__in=everybody).filter(people_tying(application.candidate))
    barred = {pk for pk in suspects.values_list("pk", flat=True) if objection_to_judging(everybody[pk], application)}
    return everybody.keys() - barred - {application.candidate_id}


def _objection(person: Person, candidate: Person, application: Application | None, kinds: Iterable[str]) -> str:
    if person.pk == candidate.pk:
        return OWN_CASE if application else "This is your own."
    if person.uuid == SYSTEM_PERSON_ID:
        return ""
    return next((tie.words for tie in barring_ties(person, candidate, application, kinds)), "")
