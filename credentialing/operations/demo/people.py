"""Who lives in the demo society: officers by office, candidates by number. All names are invented."""

from datetime import date

from django.contrib.auth.hashers import make_password

from credentialing.accounts.models import Person, Role, Term
from credentialing.operations.demo.walk import Officers

SINCE = date(2010, 1, 1)
OFFICES: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("admin1", "Ines Halloran", "", (Role.ADMINISTRATOR,)),
    ("coordinator1", "Marguerite Osei", "MD", (Role.COORDINATOR,)),
    ("reviewer1", "Anselm Whitaker", "PhD", (Role.CCC_CHAIR, Role.REVIEWER)),
    ("treasurer1", "Dolores Quintanilla", "", (Role.TREASURER,)),
    ("organiser1", "Fergus Lindholm", "MD", (Role.ORGANISER,)),
    ("registrar1", "Beatrix Amory", "", (Role.REGISTRAR,)),
    ("council1", "Josephine Abara", "MD", (Role.COUNCIL, Role.PRESIDENT)),
    ("council2", "Lionel Greenberg", "PsyD", (Role.COUNCIL,)),
    ("council3", "Sunniva Dahl", "MD, MPH", (Role.COUNCIL,)),
    ("council4", "Rafael Iturbe", "LCSW", (Role.COUNCIL,)),
    ("council5", "Winifred Cho", "MD", (Role.COUNCIL,)),
    ("supervisor1", "Clara Montague", "MD", (Role.SUPERVISOR,)),
    ("supervisor2", "Ezra Feldstein", "PhD", (Role.SUPERVISOR,)),
    ("supervisor3", "Odette Marchand", "LMFT", (Role.SUPERVISOR,)),
    ("observer1", "Percival Nwosu", "MD", (Role.OBSERVER,)),
    ("observer2", "Astrid Kellerman", "PsyD", (Role.OBSERVER,)),
    ("observer3", "Benedict Solano", "MD", (Role.OBSERVER,)),
)
CANDIDATES: tuple[tuple[str, str, str, str], ...] = (
    ("Nora Feldman", "MD", "Family physician", "Boston, MA"),
    ("Desmond Achebe", "DO", "Resident in family medicine", "Cleveland, OH"),
    ("Lucía Fernández Ibáñez", "MD", "Internist", "Santa Fe, NM"),
    ("Θεοδώρα Παπαδοπούλου", "PhD", "Psychologist", "Chicago, IL"),
    ("Adaeze Obi", "MD", "Pediatrician", "Atlanta, GA"),
    ("Jonas Bergström", "LCSW", "Clinical social worker", "Duluth, MN"),
    ("Priya Raghunathan", "MD", "Psychiatrist", "San Jose, CA"),
    ("Malcolm Frey", "", "Family physician", "Tulsa, OK"),
    ("Hélène Archambault", "MD", "Palliative care physician", "Burlington, VT"),
    ("Tomasz Wiśniewski", "MD", "Hospitalist", "Milwaukee, WI"),
    ("Grace Okafor-Lindgren", "PsyD", "Psychologist", "Portland, OR"),
    ("Samir Haddad", "MD", "Family physician", "Dearborn, MI"),
)


def make_officers(password: str) -> Officers:
    """The officers, with their offices."""
    people = {}
    secret = make_password(password)
    for account, name, degrees, offices in OFFICES:
        person = _person(account, secret, name=name, post_nominals=degrees, country="USA", listed=False)
        for office in offices:
            Term.objects.create(person=person, role=office, starts_on=SINCE)
        people[account] = person

    def group(role: str) -> list[Person]:
        return [person for account, person in people.items() if account.startswith(role)]

    return Officers(
        coordinator=people["coordinator1"],
        chair=people["reviewer1"],
        treasurer=people["treasurer1"],
        organiser=people["organiser1"],
        supervisors=group("supervisor"),
        observers=group("observer"),
        council=group("council"),
    )


def make_candidate(number: int, password: str) -> Person:
    """Candidate so-and-so; those beyond the known ones have names made of theirs."""
    name, degrees, profession, city = CANDIDATES[(number - 1) % len(CANDIDATES)]
    if number > len(CANDIDATES):
        last = CANDIDATES[(number * 5) % len(CANDIDATES)][0].split()[-1]
        name = f"{name.split()[0]} {last} {number}"
    secret = make_password(password)
    return _person(
        f"candidate{number}",
        secret,
        name=name,
        post_nominals=degrees,
        profession=profession,
        city=city,
        country="USA",
    )


def _person(account: str, secret: str, **fields: object) -> Person:
    person = Person.objects.create_user(f"{account}@example.org", **fields)
    Person.objects.filter(pk=person.pk).update(password=secret)
    person.password = secret
    return person
