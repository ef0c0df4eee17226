// Credentials of others, told by their form: what one looks like and who it says has issued it. Nothing is verified.
// The same forms as in certificates/badge/others.py.

const TOKEN = /^\s*"?(?:Bearer\s+)?(eyJ[\w-]+)\.([\w-]+)\.[\w-]*(?:~[^\s"]*)?"?\s*$/;
const DEEPEST = 5;
const WRAPPERS = ["verifiableCredential", "verifiablePresentation", "credential", "vc", "vp", "badge_assertion"];
const KINDS = [
  ["ClrCredential", "a Comprehensive Learner Record"],
  ["EndorsementCredential", "an endorsement (Open Badges 3.0)"],
  ["OpenBadgeCredential", "an Open Badges 3.0 badge"],
  ["AchievementCredential", "an Open Badges 3.0 badge"],
  ["EuropeanDigitalCredential", "a European digital credential (Europass)"],
  ["EuropassCredential", "a European digital credential (Europass)"],
  ["VerifiablePresentation", "a presentation of credentials"],
  ["VerifiableCredential", "a verifiable credential"],
  ["https://www.w3.org/2018/credentials/v1", "a verifiable credential"],
  ["https://www.w3.org/ns/credentials/v2", "a verifiable credential"],
  ["CLR", "a Comprehensive Learner Record"],
  ["Clr", "a Comprehensive Learner Record"],
  ["BadgeClass", "a kind of badge (Open Badges 2.0)"],
  ["Assertion", "an Open Badges 2.0 badge"],
  ["https://w3id.org/openbadges/v2", "an Open Badges 2.0 document"],
  ["https://w3id.org/openbadges/v1", "an Open Badges 1.1 document"],
];

const all = (value) => (Array.isArray(value) ? value : [value]);
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

// What the text of a credential looks like ({kind, issuer}), or null.
export function ofOthers(text, depth = 0) {
  if (depth > DEEPEST) return null;
  const token = text.match(TOKEN);
  if (token) return inToken(token, depth);
  if (/^\s*https?:\/\/\S{3,2000}\s*$/.test(text)) return { kind: "an Open Badges 2.0 badge", issuer: host(text.trim()) };
  try {
    return inValue(JSON.parse(text), depth);
  } catch {
    return null;
  }
}

function inToken([, head, body], depth) {
  const [header, payload] = [unpacked(head), unpacked(body)];
  if (!isObject(header) || !isObject(payload)) return null;
  let found = inValue(payload, depth + 1);
  if (!found && ("vct" in payload || String(header.typ ?? "").toLowerCase().includes("vc")))
    found = { kind: "a verifiable credential", issuer: "" };
  return found && { kind: signed(found.kind), issuer: found.issuer || (payload.iss ? named(payload.iss) : "") };
}

const signed = (kind) => (kind.endsWith("(signed as a token)") ? kind : `${kind} (signed as a token)`);

function unpacked(part) {
  try {
    const bytes = Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}

function inValue(value, depth) {
  if (depth > DEEPEST) return null;
  if (typeof value === "string") {
    const [, data] = value.match(/^data:application\/[\w+.-]+,(.+)$/s) ?? [];
    return ofOthers(data ? decodeURIComponent(data) : value, depth + 1);
  }
  if (Array.isArray(value)) return first(value.slice(0, 20), (one) => inValue(one, depth + 1));
  return isObject(value) ? inObject(value, depth) : null;
}

function first(values, look) {
  for (const value of values) {
    const found = look(value);
    if (found) return found;
  }
  return null;
}

function inObject(value, depth) {
  if (typeof value.payload === "string" && ("signature" in value || "signatures" in value)) {
    const inside = inValue(unpacked(value.payload), depth + 1);
    return inside && { kind: signed(inside.kind), issuer: inside.issuer };
  }
  const words = new Set(["type", "@type", "@context"].flatMap((name) => all(value[name])));
  if (words.has("EnvelopedVerifiableCredential") || words.has("EnvelopedVerifiablePresentation"))
    return inValue(value.id, depth + 1);
  let [, kind] = KINDS.find(([word]) => words.has(word)) ?? [];
  if (!kind && "badge" in value && ["recipient", "verify", "verification"].some((name) => name in value))
    kind = "an Open Badges 1.0 badge";
  const inside = first(WRAPPERS, (name) => inValue(value[name], depth + 1));
  if (inside && (!kind || kind.includes("presentation"))) return { kind: kind ?? inside.kind, issuer: inside.issuer };
  return kind ? { kind, issuer: issuerOf(value) } : null;
}

function issuerOf(value) {
  const said = value.issuer || value.publisher || (isObject(value.badge) && value.badge.issuer);
  if (said) return named(said);
  const places = [value.badge, value.verify, value.id, value["@id"]];
  return first(places, (place) => host(isObject(place) ? (place.url ?? place.id) : place)) ?? "";
}

function named(said) {
  if (Array.isArray(said)) return said.length ? named(said[0]) : "";
  if (!isObject(said)) return plain(said);
  for (const name of ["name", "preferredName", "legalName", "prefLabel", "title"]) {
    let word = said[name];
    if (isObject(word)) word = word["@value"] ?? word.en ?? Object.values(word)[0];
    if (Array.isArray(word)) word = named(word);
    if (typeof word === "string" && word.trim()) return plain(word);
  }
  return plain(said["@value"] ?? said.id ?? said["@id"] ?? said.url);
}

function plain(said) {
  return typeof said === "string" ? said.replace(/[\p{C}\s]+/gu, " ").trim().slice(0, 120) : "";
}

function host(address) {
  try {
    return typeof address === "string" ? new URL(address).hostname : "";
  } catch {
    return "";
  }
}
