// The signature of a badge (eddsa-rdfc-2022), without a JSON-LD library: our badges have one shape, and this table says
// what each of their fields means. A badge with any other field is refused, since no signature would cover it.

import { fromBase58, hex, joined, sha256, signedBy, utf8 } from "./bytes.js";

const OB = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#";
const VC = "https://www.w3.org/2018/credentials#";
const STATUS = "https://www.w3.org/ns/credentials/status#";
const SECURITY = "https://w3id.org/security#";
const XSD = "http://www.w3.org/2001/XMLSchema#";
const OB_XSD = "https://www.w3.org/2001/XMLSchema#"; // so the context of Open Badges writes it
const RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
const SCHEMA = "https://schema.org/";
const CONTEXTS = [
  "https://www.w3.org/ns/credentials/v2",
  "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
  "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
];

const text = (iri) => ({ iri, kind: "text" });
const typed = (iri, datatype) => ({ iri, kind: "typed", datatype });
const link = (iri) => ({ iri, kind: "link" });
const node = (iri, shape) => ({ iri, kind: "node", shape });

const TYPES = {
  VerifiableCredential: `${VC}VerifiableCredential`,
  OpenBadgeCredential: `${OB}OpenBadgeCredential`,
  Profile: `${OB}Profile`,
  AchievementSubject: `${OB}AchievementSubject`,
  IdentityObject: `${OB}IdentityObject`,
  Achievement: `${OB}Achievement`,
  Image: `${OB}Image`,
  BitstringStatusListEntry: `${STATUS}BitstringStatusListEntry`,
  "1EdTechJsonSchemaValidator2019":
    "https://purl.imsglobal.org/spec/vccs/v1p0/context.json#1EdTechJsonSchemaValidator2019",
  DataIntegrityProof: `${SECURITY}DataIntegrityProof`,
};
const NAMED = { name: text(`${SCHEMA}name`), description: text(`${SCHEMA}description`) };
const PROFILE = { ...NAMED, url: typed(`${SCHEMA}url`, `${OB_XSD}anyURI`) };
const ACHIEVEMENT = {
  ...NAMED,
  achievementType: text(`${OB}achievementType`),
  criteria: node(`${OB}Criteria`, { narrative: text(`${OB}narrative`) }),
  image: node(`${OB}image`, {}),
  creator: node(`${OB}creator`, PROFILE),
  inLanguage: text(`${SCHEMA}inLanguage`),
  version: text(`${OB}version`),
};
const SUBJECT = {
  ...NAMED,
  licenseNumber: text(`${OB}licenseNumber`),
  identifier: node(`${OB}identifier`, {
    hashed: typed(`${OB}hashed`, `${OB_XSD}boolean`),
    identityHash: text(`${OB}identityHash`),
    identityType: text(`${OB}identityType`),
  }),
  achievement: node(`${OB}achievement`, ACHIEVEMENT),
};
const CREDENTIAL = {
  ...NAMED,
  issuer: node(`${VC}issuer`, PROFILE),
  validFrom: typed(`${VC}validFrom`, `${XSD}dateTime`),
  validUntil: typed(`${VC}validUntil`, `${XSD}dateTime`),
  awardedDate: typed(`${OB}awardedDate`, "xsd:dateTime"), // so the published context has it
  credentialSubject: node(`${VC}credentialSubject`, SUBJECT),
  credentialSchema: node(`${VC}credentialSchema`, {}),
  credentialStatus: node(`${VC}credentialStatus`, {
    statusPurpose: text(`${STATUS}statusPurpose`),
    statusListIndex: text(`${STATUS}statusListIndex`),
    statusListCredential: link(`${STATUS}statusListCredential`),
  }),
};
const PROOF = {
  cryptosuite: typed(`${SECURITY}cryptosuite`, `${SECURITY}cryptosuiteString`),
  created: typed("http://purl.org/dc/terms/created", `${XSD}dateTime`),
  verificationMethod: link(`${SECURITY}verificationMethod`),
  proofPurpose: { iri: `${SECURITY}proofPurpose`, kind: "purpose" },
};

const escaped = (value) => value.replaceAll("\\", "\\\\").replaceAll('"', '\\"');

function absolute(value) {
  if (typeof value !== "string" || !/^[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>"{}|\\^`]*$/.test(value))
    throw new Error(`A reference leads nowhere: ${String(value).slice(0, 80)}`);
  return `<${value}>`;
}

function literal(value) {
  if (typeof value !== "string" || /[\x00-\x1f\x7f]/.test(value)) throw new Error("A field holds no plain text.");
  return `"${escaped(value)}"`;
}

class Statements {
  constructor() {
    this.lines = new Set(); // triples as [subject, predicate, object] in JSON, each once
    this.blanks = 0;
  }

  add(subject, predicate, object) {
    this.lines.add(JSON.stringify([subject, `<${predicate}>`, object]));
  }

  // The name of a node; what it says is added on the way.
  node(value, shape) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error("A part is no object.");
    const subject = value.id === undefined ? `_:b${this.blanks++}` : absolute(value.id);
    for (const [field, content] of Object.entries(value)) {
      if (field === "id") continue;
      const all = Array.isArray(content) ? content : [content];
      if (!all.length) throw new Error(`A field is there and holds nothing: ${field}`);
      for (const one of all) {
        if (field === "type") this.add(subject, RDF_TYPE, this.type(one));
        else if (Object.hasOwn(shape, field)) this.add(subject, shape[field].iri, this.object(one, shape[field]));
        else throw new Error(`It holds something that no signature covers: ${field.slice(0, 80)}`);
      }
    }
    return subject;
  }

  type(name) {
    if (!Object.hasOwn(TYPES, name)) throw new Error(`It is of a kind that is none of ours: ${String(name).slice(0, 80)}`);
    return `<${TYPES[name]}>`;
  }

  object(value, { kind, datatype, shape }) {
    if (kind === "node") return this.node(value, shape);
    if (kind === "link") return absolute(value);
    if (kind === "purpose") {
      if (value !== "assertionMethod") throw new Error("It is signed for another purpose.");
      return `<${SECURITY}assertionMethod>`;
    }
    const words = datatype === `${OB_XSD}boolean` && typeof value === "boolean" ? String(value) : value;
    return kind === "typed" ? `${literal(words)}^^<${datatype}>` : literal(words);
  }

  // The canonical N-Quads (RDFC-1.0), for graphs in which no two blank nodes look alike.
  async canonical() {
    const triples = [...this.lines].map((line) => JSON.parse(line));
    const blanks = new Set(triples.flatMap(([subject, , object]) => [subject, object]).filter((n) => n.startsWith("_:")));
    const written = (name) => triples.map((triple) => `${triple.map(name).join(" ")} .\n`);
    const hashes = new Map();
    for (const blank of blanks) {
      const about = triples.filter(([subject, , object]) => subject === blank || object === blank);
      const lines = about.map((triple) => {
        const named = triple.map((name) => (!name.startsWith("_:") ? name : name === blank ? "_:a" : "_:z"));
        return `${named.join(" ")} .\n`;
      });
      hashes.set(hex(await sha256(utf8(lines.sort(byCodePoint).join("")))), blank);
    }
    if (hashes.size !== blanks.size) throw new Error("Two parts look alike.");
    const labels = new Map([...hashes.keys()].sort().map((hash, place) => [hashes.get(hash), `_:c14n${place}`]));
    return written((name) => labels.get(name) ?? name).sort(byCodePoint).join("");
  }
}

function byCodePoint(one, other) {
  const [a, b] = [utf8(one), utf8(other)];
  for (let place = 0; place < Math.min(a.length, b.length); place++) if (a[place] !== b[place]) return a[place] - b[place];
  return a.length - b.length;
}

async function digestOf(value, shape) {
  const statements = new Statements();
  statements.node(value, shape);
  return sha256(utf8(await statements.canonical()));
}

// Whether the badge was signed by one of these methods ({id, key}) and says nothing that was not signed.
export async function checkBadge(badge, methods) {
  const { "@context": contexts, proof: proofs, ...document } = badge;
  if (JSON.stringify(contexts) !== JSON.stringify(CONTEXTS)) throw new Error("Its words are not those of our badges.");
  if (!Array.isArray(proofs) || proofs.length !== 1) throw new Error("It must carry one signature.");
  const { proofValue, ...configuration } = proofs[0];
  const method = methods.find((known) => known.id === configuration.verificationMethod);
  if (!method) throw new Error("It is signed with a key that is none of the published ones.");
  if (configuration.cryptosuite !== "eddsa-rdfc-2022" || configuration.type !== "DataIntegrityProof")
    throw new Error("It is signed in another way than ours are.");
  if (badge.issuer?.id !== method.id.split("#")[0]) throw new Error("It names another issuer than the one who signed.");
  const data = joined(await digestOf(configuration, PROOF), await digestOf(document, CREDENTIAL));
  if (!(await signedBy(method.key, fromBase58(proofValue), data)))
    throw new Error("The signature doesn't belong to what stands here: something has been changed.");
  return { signedAt: configuration.created };
}
