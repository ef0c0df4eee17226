"""From the tables of a pathway file to its definition."""

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from credentialing.pathways.definitions import (
    Award,
    Body,
    PathwayDefinition,
    ProfileQuestion,
    Renewal,
    Requirement,
    Stage,
    Standing,
    Variation,
)
from credentialing.pathways.groups import GROUPS
from credentialing.pathways.kinds import KINDS, kind
from credentialing.pathways.loading.parameters import parameters_of
from credentialing.pathways.loading.positions import Path
from credentialing.pathways.loading.tables import LONGEST_LABEL, Table
from credentialing.pathways.rubrics import Rubric, RubricItem

AUDIENCES = ("candidate", "reviewer", "public")
COUNTS_FROM = ("", "ever", "application", "admission", "supervision")
PERCENT, MONTHS, MEMBERS, DAYS = 100, 600, 100, 365


def _parameters(kind_slug: str) -> type[Any]:
    return GROUPS.get(kind_slug) or kind(kind_slug).Parameters


@dataclass
class Reader:
    """Reads one file; remembers where each stage and requirement stands, for the checks of the whole."""

    currency: str = "USD"
    places: dict[str, Path] = field(default_factory=dict)

    def pathway(self, table: Table) -> PathwayDefinition:
        """The whole file."""
        society, award = table.table("society"), table.table("award")
        self.currency = society.label("currency", "USD") if society else "USD"
        definition = PathwayDefinition(
            slug=table.slug(),
            version=table.label("version"),
            name=table.label("name"),
            summary=table.text("summary", ""),
            notice=table.text("notice", ""),
            society=society.label("name") if society else "",
            fee_currency=self.currency,
            award=self.award(award) if award else Award(designation="", number_prefix=""),
            bodies=tuple(self.body(row) for row in table.tables("bodies")),
            profile=tuple(self.question(row) for row in table.tables("profile", ())),
            role_labels=self.words(table, "roles"),
            statements=self.words(table, "statements", longest=4000),
            rubric=self.rubric(table),
            stages=tuple(self.stage(row) for row in table.tables("stages")),
        )
        table.finish()
        for part in (society, award):
            if part is not None:
                part.finish()
        return definition

    def words(self, table: Table, key: str, *, longest: int = LONGEST_LABEL) -> tuple[tuple[str, str], ...]:
        """A table of names and texts; none where it isn't there."""
        if key not in table:
            return ()
        below = table.table(key)
        return () if below is None else tuple((name, below.text(name, longest=longest)) for name in below.names())

    def award(self, table: Table) -> Award:
        """What is awarded."""
        renewal = table.table("renewal", "[award.renewal]") if "renewal" in table else None
        standing = table.table("standing", "[award.standing]") if "standing" in table else None
        return Award(
            designation=table.label("designation"),
            number_prefix=table.label("number_prefix"),
            consolation=table.label("consolation", ""),
            renewal=self.renewal(renewal) if renewal else None,
            standing=self.standing(standing) if standing else Standing(),
        )

    def standing(self, table: Table) -> Standing:
        """Who decides about credentials later."""
        self.places["standing"] = table.path
        standing = Standing(
            body=table.label("body", ""),
            appeal_days=table.whole("appeal_days", 0, largest=DAYS),
            confirm_days=table.whole("confirm_days", 30, smallest=1, largest=DAYS),
        )
        table.finish()
        return standing

    def renewal(self, table: Table) -> Renewal:
        """How long it lasts."""
        renewal = Renewal(
            valid_months=table.whole("valid_months", smallest=1, largest=MONTHS),
            opens_months=table.whole("opens_months", 3, largest=MONTHS),
            grace_months=table.whole("grace_months", 0, largest=MONTHS),
            late_months=table.whole("late_months", 0, largest=MONTHS),
            late_fee=table.amount("late_fee", Decimal(0)),
            term_from=table.one_of("term_from", "expiry", ("expiry", "renewal")) or "expiry",
            audit_percent=table.whole("audit_percent", 0, largest=PERCENT),
            requirements=tuple(self.requirement(row, "renewal") for row in table.tables("requirements", ())),
        )
        table.finish()
        return renewal

    def body(self, table: Table) -> Body:
        """Who decides."""
        slug = table.slug()
        self.places[f"body {slug}"] = table.path
        body = Body(
            slug=slug,
            label=table.label("label"),
            by=table.one_of("by", "ballot", ("ballot", "sign_off")) or "ballot",
            voters=table.label("voters", "council"),
            quorum=table.whole("quorum", 1, smallest=1, largest=MEMBERS),
            majority=table.one_of("majority", "simple", ("simple", "two_thirds", "unanimous")) or "simple",
            recommended_by=table.texts("recommended_by"),
        )
        table.finish()
        return body

    def question(self, table: Table) -> ProfileQuestion:
        """A question about the applicant."""
        slug = table.slug()
        self.places[f"question {slug}"] = table.path
        rows = table.tables("choices", named=f"choice of question {slug!r}")
        question = ProfileQuestion(
            slug=slug,
            label=table.label("label"),
            help=table.text("help", ""),
            choices=tuple((row.slug(), row.label("label")) for row in rows),
        )
        for part in (table, *rows):
            part.finish()
        return question

    def stage(self, table: Table) -> Stage:
        """A milestone and its requirements."""
        slug = table.slug()
        self.places[f"stage {slug}"] = table.path
        labels: tuple[Any, ...] = ()
        if "labels" in table and (below := table.table("labels", f"labels of stage {slug!r}")) is not None:
            labels = tuple((audience, below.label(audience)) for audience in AUDIENCES if audience in below)
            below.finish()
        stage = Stage(
            slug=slug,
            label=table.label("label"),
            summary=table.text("summary", ""),
            labels=labels,
            recommended_by=table.texts("recommended_by"),
            signed_by=table.texts("signed_by"),
            quorum=table.whole("quorum", 1, smallest=1, largest=MEMBERS),
            requirements=tuple(self.requirement(row, slug) for row in table.tables("requirements")),
        )
        table.finish()
        return stage

    def requirement(self, table: Table, stage: str) -> Requirement:
        """What a candidate must show; a group is read with its options."""
        slug, kind_slug = table.slug(), table.text("kind")
        table.place = f"requirement {slug!r} of stage {stage!r}"
        self.places.setdefault(f"requirement {slug}", table.path)
        known = sorted({*KINDS, *GROUPS})
        if kind_slug and kind_slug not in known:
            table.fault(f"there is no kind “{kind_slug}”: use one of {', '.join(known)}.", "kind")
            kind_slug = ""
        requirement = Requirement(
            slug=slug,
            kind=kind_slug,
            stage=stage,
            label=table.label("label"),
            help=table.text("help", ""),
            gate=table.text("gate", ""),
            desirable=table.flag("desirable"),
            done_by=table.text("done_by", "candidate"),
            signed_by=table.texts("signed_by"),
            takes_files=table.flag("takes_files"),
            source=table.text("source", ""),
            currency=self.currency,
            waivable_by=table.texts("waivable_by"),
            counts_from=table.one_of("counts_from", "", COUNTS_FROM) or "",
            applies_when=self.conditions(table),
        )
        if not kind_slug:  # which keys it takes nobody knows
            return requirement
        rows = table.tables("options") if kind_slug in GROUPS else []
        parameters = parameters_of(_parameters(kind_slug), table)
        variations = tuple(self.variation(row, table, kind_slug) for row in table.tables("variations", ()))
        table.finish()
        return replace(
            requirement,
            parameters=parameters,
            options=tuple(self.requirement(row, stage) for row in rows),
            variations=variations,
        )

    def conditions(self, table: Table) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """To whom it applies."""
        if "applies_when" not in table:
            return ()
        below = table.table("applies_when", f"applies_when of {table.place}")
        return () if below is None else tuple((name, below.texts(name, ())) for name in below.names())

    def variation(self, table: Table, requirement: Table, kind_slug: str) -> Variation:
        """Other parameters for a stretch of time: those that it doesn't name stay as they are."""
        table.place = f"a variation of {requirement.place}"
        starts_on, ends_on, reason = table.day("from"), table.day("to"), table.label("reason")
        if starts_on and ends_on and ends_on < starts_on:
            table.object_to(f"“to” ({ends_on}) lies before “from” ({starts_on}): exchange them.", "to")
        own = {key: value for key, value in table.data.items() if key not in {"from", "to", "reason"}}
        merged = Table(table.reading, {**requirement.data, **own}, table.path, table.place)
        parameters = parameters_of(_parameters(kind_slug), merged)
        table.used |= merged.used
        table.finish()
        return Variation(
            starts_on=starts_on,
            ends_on=ends_on,
            reason=reason,
            parameters=parameters,  # type: ignore[arg-type]  # noted
        )

    def rubric(self, file: Table) -> Rubric | None:
        """What evaluators rate by."""
        if "rubric" not in file or (table := file.table("rubric")) is None:
            return None
        self.places["rubric"] = table.path
        rows, items = table.tables("scale", named="rating"), table.tables("items", named="rubric item")
        rubric = Rubric(
            version=table.label("version"),
            scale=tuple((row.slug(), row.label("label")) for row in rows),
            items=tuple(
                RubricItem(slug=row.slug(), label=row.label("label"), hint=row.text("hint", "")) for row in items
            ),
            text_required_for=table.texts("text_required_for"),
            unrated=table.texts("unrated"),
        )
        for part in (table, *rows, *items):
            part.finish()
        return rubric
