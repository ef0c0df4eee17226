// What a signed note about the standing is worth on the day on which it is read: it says what was true, not what is.

const DAY = 86_400_000; // milliseconds
const FRESH = 30; // days for which a note is still shown in green
const AHEAD = 2 * DAY; // by how much a clock may differ before it is told

const STANDINGS = {
  active: ["good", "Valid"],
  suspended: ["warning", "Suspended"],
  expired: ["warning", "Expired"],
  revoked: ["danger", "Revoked"],
  resigned: ["neutral", "Given up"],
  superseded: ["info", "Replaced by a newer edition"],
};

// The day that a note names is a day of the society's calendar, whatever the reader's time zone.
const written = (day) => new Date(`${day}T12:00:00Z`).toLocaleDateString("en-US", { dateStyle: "long", timeZone: "UTC" });
const dayOf = (instant) => (Number.isNaN(Date.parse(instant)) && Number.isNaN(instant * 1) ? "" : new Date(instant).toISOString().slice(0, 10));

// Tone, headline and sentence for a genuine credential. `standing`: {status, at, day, until} of the note, or null where
// there is none; `validUntil`: the last moment that the badge itself was signed with.
export function judged(standing, validUntil, now) {
  const ends = [standing?.until, validUntil].filter(Boolean).map((end) => Date.parse(end));
  // A renewal lies in the newer note, not in the older badge: the note's word about the end counts where it has one.
  const end = standing?.until ? ends[0] : ends.at(-1);
  const over = ends.length > 0 && !(now.getTime() <= end);
  if (!standing) {
    if (over) return ["warning", "Genuine. Expired", `Its last day was ${written(dayOf(end))}. Whether it was renewed is not known here: ask the registry.`];
    return ["warning", "Genuine; standing not known", "It is as it was issued. Whether it still counts is not known here: ask the registry, or choose a proof bundle that was saved lately."];
  }
  const day = standing.day ?? dayOf(standing.at);
  const [tone, word] = STANDINGS[standing.status] ?? ["neutral", standing.status];
  const headline = `Genuine. ${word} on ${written(day)}`;
  if (standing.status === "active" && over)
    return ["warning", "Genuine. Expired", `It was valid on ${written(day)}, and its last day was ${written(dayOf(end))}. Whether it was renewed since is not known here: ask the registry.`];
  const age = now.getTime() - Date.parse(standing.at);
  if (!(age >= -AHEAD))
    return ["warning", headline, "That day lies in the future for this device. Is its clock right?"];
  if (age > FRESH * DAY) {
    const told = `That was ${Math.floor(age / DAY)} days ago, and much may have changed since: ask the registry.`;
    return [tone === "good" ? "warning" : tone, headline, told];
  }
  return [tone, headline, `Its standing was signed for ${written(day)}.`];
}
