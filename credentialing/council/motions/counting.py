"""Who votes on a motion, which votes count, and what they amount to: all asked of the day of counting."""

from dataclasses import dataclass
from datetime import date

from credentialing.accounts.addresses import accounts_of_one
from credentialing.accounts.models import Person
from credentialing.applications.permissions import free_to_decide
from credentialing.council.motions.models import Motion, MotionVote

FOR, AGAINST = MotionVote.Choice.FOR, MotionVote.Choice.AGAINST


@dataclass(frozen=True, kw_only=True)
class Tally:
    """The votes of a motion on a day."""

    cast: int
    in_favor: int
    against: int
    quorum: int  # as many as must vote: no more than there are who may
    missing: int  # who may vote and have not

    @property
    def is_complete(self) -> bool:
        """Whether everybody has voted who may."""
        return not self.missing


def voters_of(motion: Motion, on: date) -> list[Person]:
    """Everybody who may vote: members of the body on that day, other than mover, seconder, holder and who is tied."""
    barred = accounts_of_one(motion.proposed_by_id, motion.seconded_by_id)
    members = Person.objects.holding(motion.voters, on).filter(is_active=True).order_by("name_order", "pk")
    return [person for person in free_to_decide(members, motion.credential.holder) if person.pk not in barred]


def counted(motion: Motion, on: date) -> list[MotionVote]:
    """The votes of those who may vote on that day: whoever left the body, or is tied by now, is not counted."""
    return list(motion.votes.filter(member__in=voters_of(motion, on)))


def left_out(motion: Motion, on: date) -> list[MotionVote]:
    """The votes that are kept and not counted, as it stands on that day."""
    return list(motion.votes.exclude(member__in=voters_of(motion, on)).select_related("member"))


def tally_of(motion: Motion, on: date) -> Tally:
    """Count."""
    voters = voters_of(motion, on)
    votes = list(motion.votes.filter(member__in=voters))
    return Tally(
        cast=len(votes),
        in_favor=sum(vote.choice == FOR for vote in votes),
        against=sum(vote.choice == AGAINST for vote in votes),
        quorum=min(motion.quorum, len(voters)),
        missing=len(voters) - len(votes),
    )


def is_carried(tally: Tally, majority: str) -> bool:
    """Whether the votes carry the motion: the quorum has voted, and enough of those who don't abstain are for it."""
    total = tally.in_favor + tally.against
    if tally.cast < max(tally.quorum, 1) or not tally.in_favor:
        return False
    match majority:
        case "unanimous":
            return not tally.against
        case "two_thirds":
            return tally.in_favor * 3 >= total * 2
        case _:
            return tally.in_favor * 2 > total


def is_lost(tally: Tally, majority: str) -> bool:
    """Whether it can't be carried any more, or everybody has voted and it isn't: at a tie things stay as they are."""
    if tally.cast < max(tally.quorum, 1) or is_carried(tally, majority):
        return False
    at_best = Tally(
        cast=tally.cast + tally.missing,
        in_favor=tally.in_favor + tally.missing,
        against=tally.against,
        quorum=tally.quorum,
        missing=0,
    )
    return tally.is_complete or not is_carried(at_best, majority)
