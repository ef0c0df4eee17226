// The page that checks a file without sending it: what it asks the site for is only the proof of a fingerprint.

import { checkBadge } from "./badge.js";
import { fromBase64, fromMultikey, hex, sha256 } from "./bytes.js";
import { checkIssue, checkStanding } from "./ledger.js";
import { checkSignature } from "./pdf.js";
import { credentialIn, kindOf } from "./picture.js";

const form = document.getElementById("offline");
const answer = document.getElementById("answer");
const keys = [...document.querySelectorAll("[data-ledger-key]")].map((element) => element.textContent.trim());
const methods = [...document.querySelectorAll("[data-badge-key]")].map((element) => ({
  id: element.dataset.badgeKey,
  key: fromMultikey(element.textContent.trim()),
}));

const STANDINGS = {
  active: ["good", "Valid"],
  suspended: ["warning", "Suspended"],
  expired: ["warning", "Expired"],
  revoked: ["danger", "Revoked"],
  resigned: ["neutral", "Given up"],
  superseded: ["info", "Replaced by a newer edition"],
};

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
}

async function bundleFor(address) {
  const chosen = form.elements.bundle.files[0];
  if (chosen) return JSON.parse(await chosen.text());
  const response = await fetch(address, { headers: { accept: "application/json" } });
  if (response.status === 404) throw new Error("The registry knows no such file.");
  if (response.status === 202) throw new Error("The ledger has not covered it with a signed checkpoint yet. Try again in an hour.");
  if (!response.ok) throw new Error("The proof can't be fetched just now. Choose a proof bundle that you have saved.");
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

// What the ledger proves decides; the signature inside stands beside it.
async function checkPdf(report, bytes) {
  const digest = hex(await sha256(bytes));
  const bundle = await report.step("There is a proof of this very file", () => bundleFor(`/proofs/${digest}`));
  const standing = bundle && (await checkProof(report, bundle, digest));
  const { outcome, words } = await checkSignature(bytes, await documentTrust(bundle));
  report.note(...SIGNATURES[outcome], "The signature inside the PDF is the society's, and genuine", words);
  return standing;
}

async function checkProof(report, bundle, digest) {
  await report.step("The public ledger recorded these bytes, under a signed checkpoint", () => checkIssue(bundle, digest, keys));
  return report.step("The standing is signed by the society", async () => {
    const standing = await checkStanding(bundle, bundle.certificate, keys);
    if (standing.sha256OfPdf !== digest) throw new Error("It is that of another file.");
    return standing;
  });
}

async function checkCredential(report, kind, bytes) {
  const badge = await report.step("There is a credential inside", async () => credentialIn(kind, bytes));
  if (!badge) return null;
  await report.step("Every field of it was signed by the society", () => checkBadge(badge, methods));
  if (report.failed) return null;
  const certificate = badge.id.split("/").pop();
  const bundle = await report.step("There is a proof of its standing", () => bundleFor(`/credentials/${certificate}/proof`));
  if (!bundle) return null;
  const standing = await report.step("The standing is signed by the society", () => checkStanding(bundle, certificate, keys));
  return standing && { ...standing, name: badge.credentialSubject.name, number: badge.credentialSubject.licenseNumber };
}

async function check(file) {
  const report = new Report();
  const bytes = new Uint8Array(await file.arrayBuffer());
  const kind = kindOf(bytes);
  if (!kind) return report.show("warning", "Can't be read", "This is neither PDF, PNG, SVG nor JSON.");
  const standing = await (kind === "pdf" ? checkPdf(report, bytes) : checkCredential(report, kind, bytes));
  if (report.failed || !standing) {
    return report.show("danger", "Not proved", "This file could not be proved to be as it was issued. The first “No” below says why.");
  }
  const [tone, headline] = STANDINGS[standing.status] ?? ["neutral", standing.status];
  const who = standing.name ? ` It is about ${standing.name}, number ${standing.number}.` : "";
  const when = new Date(standing.at).toLocaleString("en-US", { dateStyle: "long", timeStyle: "short" });
  return report.show(tone, `Genuine. ${headline}`, `This ${kind === "pdf" ? "file" : "credential"} is as it was issued.${who} Its standing was signed on ${when}.`);
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
