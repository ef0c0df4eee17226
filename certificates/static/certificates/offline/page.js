// The page that checks a file without sending it: what it asks the site for is only the proof of a fingerprint.

import { checkBadge } from "./badge.js";
import { fromBase64, fromMultikey, hex, sha256 } from "./bytes.js";
import { checkIssue, checkStanding } from "./ledger.js";
import { checkSignature } from "./pdf.js";
import { ofOthers } from "./others.js";
import { kindOf, othersTextIn, textIn } from "./picture.js";
import { judged } from "./standing.js";

const form = document.getElementById("offline");
const answer = document.getElementById("answer");
const keys = [...document.querySelectorAll("[data-ledger-key]")].map((element) => element.textContent.trim());
const methods = [...document.querySelectorAll("[data-badge-key]")].map((element) => ({
  id: element.dataset.badgeKey,
  key: fromMultikey(element.textContent.trim()),
}));

const SIGNATURES = {
  genuine: ["good", "Yes"],
  altered: ["danger", "No"],
  foreign: ["danger", "No"],
  unsigned: ["danger", "No"],
  broken: ["danger", "No"],
  unknown: ["warning", "Can't tell"],
};

function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

class Report {
  constructor() {
    this.steps = [];
    this.failed = false;
  }

  async step(words, look) {
    try {
      const found = await look();
      this.note("good", "Yes", words);
      return found;
    } catch (error) {
      if (error instanceof NotAsked) {
        this.note("warning", "Can't tell", words, error.message);
        return null;
      }
      this.failed = true;
      this.note("danger", "No", words, error.message);
      return null;
    }
  }

  // A line that decides nothing.
  note(tone, label, words, why = "") {
    this.steps.push([tone, label, words, why]);
  }

  show(tone, headline, sentence) {
    const list = this.steps.map(([kind, label, words, why]) => {
      const tag = element("span", `tag tone-${kind}`, label);
      return element("li", "", tag, ` ${words}${why ? `: ${why}` : ""}`);
    });
    const verdict = element("div", `notice tone-${tone}`);
    verdict.append(element("p", "lede", element("strong", "", headline)), element("p", "", sentence));
    answer.replaceChildren(verdict, ...(list.length ? [element("ul", "", ...list)] : []));
  }

  // A credential of somebody else: what was looked for of ours says nothing about it.
  showOthers({ kind, issuer }) {
    this.steps = [];
    const ask = issuer ? `ask its issuer: ${issuer} (unverified)` : "ask whoever has issued it";
    this.show("info", "A credential, not one of ours", `It looks like ${kind}. Whether it is genuine can't be told here: ${ask}.`);
  }

  showPicture() {
    this.steps = [];
    this.show("info", "A picture", "This looks like a picture of a certificate. A picture can't be checked: use the number printed on it.");
    const link = element("a", "", "Check a certificate by its number");
    link.href = form.dataset.byNumber;
    answer.append(element("p", "", link));
  }
}

// Nobody could be asked: that says nothing against the file.
class NotAsked extends Error {}

// The proof that was chosen, else that of the site, whose addresses stand beside the form.
async function bundleFor(address) {
  const chosen = form.elements.bundle.files[0];
  if (chosen) return JSON.parse(await chosen.text());
  const asked = { headers: { accept: "application/json" } };
  const response = await fetch(form.dataset.site + address, asked).catch(() => ({ ok: false, status: 0 }));
  if (response.status === 404) throw new Error("The registry knows no such file.");
  if (response.status === 202) throw new NotAsked("The ledger has not covered it with a signed checkpoint yet. Try again in an hour.");
  if (!response.ok) throw new NotAsked("The proof can't be fetched just now. Choose a proof bundle that you have saved.");
  return response.json();
}

// By what the signature inside a PDF is checked. Roots and signers are those that the page shows, whatever a bundle
// says; lists of revoked keys may come from anywhere, since a root has signed them.
async function documentTrust(bundle) {
  const roots = [];
  for (const shown of document.querySelectorAll("[data-root]")) {
    const der = fromBase64(shown.dataset.root);
    if (hex(await sha256(der)) === fingerprintIn(shown)) roots.push(der);
  }
  const signers = [...document.querySelectorAll("[data-signer]")].map(fingerprintIn);
  const published = document.querySelector("[data-revoked]").dataset.revoked.split(" ").filter(Boolean);
  const saved = Array.isArray(bundle?.documents?.revoked) ? bundle.documents.revoked : [];
  return { roots, signers, lists: [...published, ...saved].flatMap(decoded) };
}

const fingerprintIn = (shown) => shown.textContent.replaceAll(":", "").trim().toLowerCase();

function decoded(text) {
  try {
    return [fromBase64(text)];
  } catch {
    return [];
  }
}

// What the ledger proves decides; the signature inside stands beside it. Where nobody can be asked, it decides alone.
async function checkPdf(report, bytes) {
  const digest = hex(await sha256(bytes));
  let bundle = null;
  await report.step("There is a proof of this very file: the public ledger recorded its bytes, under a signed checkpoint", async () => {
    bundle = await bundleFor(`/proofs/${digest}`);
    await checkIssue(bundle, digest, keys);
  });
  const standing = bundle && !report.failed ? await standingOf(report, bundle, bundle.certificate, digest) : null;
  const { outcome, words } = await checkSignature(bytes, await documentTrust(bundle));
  report.note(...SIGNATURES[outcome], "The signature inside the PDF is the society's, and genuine", words);
  const signer = words.match(/somebody else: (.+?)\.?$/)?.[1];
  if (outcome === "foreign" && signer) report.others = { kind: "a document that somebody else has signed", issuer: signer };
  report.scanned = outcome === "unsigned" && looksScanned(bytes);
  return { genuine: !report.failed && (bundle !== null || outcome === "genuine"), standing };
}

// A page that was scanned or photographed: a picture packed as photographs are, and no letters.
function looksScanned(bytes) {
  const text = new TextDecoder("latin1").decode(bytes);
  return /\/(DCTDecode|JPXDecode|CCITTFaxDecode)\b/.test(text) && !/\/Font\b/.test(text) && !text.includes("credential.json");
}

function standingOf(report, bundle, certificate, digest = "") {
  return report.step("The standing is signed by the society", async () => {
    const standing = await checkStanding(bundle, certificate, keys);
    if (digest && standing.sha256OfPdf !== digest) throw new Error("It is that of another file.");
    return standing;
  });
}

async function checkCredential(report, kind, bytes) {
  const badge = await report.step("There is a credential inside", async () => {
    const text = await textIn(kind, bytes);
    if (!text) throw new Error("This file carries no credential.");
    return JSON.parse(text);
  });
  if (!badge) return { genuine: false };
  await report.step("Every field of it was signed by the society", () => checkBadge(badge, methods));
  if (report.failed) return { genuine: false, claims: badge.issuer };
  const certificate = badge.id.split("/").pop();
  let standing = null;
  let bundle = null;
  await report.step("There is a proof of its standing, signed by the society", async () => {
    bundle = await bundleFor(`/credentials/${certificate}/proof`);
    standing = await checkStanding(bundle, certificate, keys);
  });
  const { name, licenseNumber } = badge.credentialSubject;
  return { genuine: !report.failed, standing, validUntil: badge.validUntil, about: ` It is about ${name}, number ${licenseNumber}.` };
}

// Whether a badge says that the society has issued it: then it is no badge of others, whatever is wrong with it.
function claimsToBeOurs(issuer) {
  const id = (typeof issuer === "object" && issuer ? issuer.id : issuer) ?? "";
  return methods.some((method) => method.id.split("#")[0] === id);
}

async function othersIn(kind, bytes) {
  try {
    const text = await othersTextIn(kind, bytes);
    if (text.includes(form.dataset.base) || methods.some(({ id }) => text.includes(id.split("#")[0]))) return null;
    const found = text ? ofOthers(text) : null;
    return found && found.issuer.toLowerCase() === form.dataset.society.toLowerCase() ? null : found;
  } catch {
    return null;
  }
}

async function check(file) {
  const report = new Report();
  const bytes = new Uint8Array(await file.arrayBuffer());
  const kind = kindOf(bytes);
  if (!kind) return report.show("warning", "Can't be read", "This is neither PDF, PNG, SVG nor JSON.");
  if (kind === "photograph") return report.showPicture();
  const found = await (kind === "pdf" ? checkPdf(report, bytes) : checkCredential(report, kind, bytes));
  if (!found.genuine) {
    const others = report.others ?? (kind === "pdf" || claimsToBeOurs(found.claims) ? null : await othersIn(kind, bytes));
    if (others) return report.showOthers(others);
    if (report.scanned || (kind === "png" && !(await othersTextIn(kind, bytes)))) return report.showPicture();
    return report.show("danger", "Not proved", "This file could not be proved to be as it was issued. The first “No” below says why.");
  }
  const [tone, headline, sentence] = judged(found.standing, found.validUntil, new Date());
  return report.show(tone, headline, `This ${kind === "pdf" ? "file" : "credential"} is as it was issued.${found.about ?? ""} ${sentence}`);
}

form.hidden = false;
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const [file] = form.elements.file.files;
  if (!file) {
    answer.replaceChildren(element("p", "error", "Choose a file first."));
    return;
  }
  answer.replaceChildren(element("p", "", "Checking…"));
  try {
    await check(file);
  } catch (error) {
    const words = crypto.subtle ? error.message : "This browser can't check signatures here.";
    answer.replaceChildren(element("p", "error", `This could not be checked: ${words}`));
  }
});
