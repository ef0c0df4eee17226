// What the page that checks in the browser finds about the signatures of PDFs.
// Arguments: pdf.js, a JSON file with the trust (DER in base64, as in a proof bundle), a moment or "", then the PDFs.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [script, trustFile, moment, ...files] = process.argv.slice(2);
const { checkSignature } = await import(pathToFileURL(script));
const bytesOf = (text) => new Uint8Array(Buffer.from(text, "base64"));
const told = JSON.parse(readFileSync(trustFile, "utf8"));
const trust = {
  roots: told.roots.map(bytesOf),
  signers: told.signers.map((text) => createHash("sha256").update(bytesOf(text)).digest("hex")),
  lists: told.revoked.map(bytesOf),
};
const now = moment ? new Date(moment) : new Date();
const found = [];
for (const file of files) {
  const start = performance.now();
  found.push({ ...(await checkSignature(new Uint8Array(readFileSync(file)), trust, now)), ms: performance.now() - start });
}
console.log(JSON.stringify(found));
