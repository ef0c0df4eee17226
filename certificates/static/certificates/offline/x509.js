// Certificates and lists of revoked ones (X.509, RFC 5280), as the society's authority writes them (ECDSA, P-256).

import { fromHex, hex, joined, same } from "./bytes.js";
import { BITS, inContext, INTEGER, NotWellWritten, OCTETS, OID, opened, Row, SEQUENCE, SET } from "./der.js";

export const ECDSA_SHA256 = "300a06082a8648ce3d040302";
const P256 = "3059301306072a8648ce3d020106082a8648ce3d030107034200"; // the beginning of each such key
const KEY_USAGE = "551d0f";
const NON_REPUDIATION = 0x40;
const COMMON_NAME = "550403";
const UTC_TIME = 0x17, GENERALIZED_TIME = 0x18;

function timeOf({ tag, content }) {
  const written = new TextDecoder().decode(content);
  const year = written.slice(0, 2) < "50" ? "20" : "19"; // RFC 5280, 4.1.2.5.1
  const text = tag === UTC_TIME ? year + written : tag === GENERALIZED_TIME ? written : "";
  const parts = text.match(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/);
  if (!parts) throw new NotWellWritten("A time is none.");
  const [year4, month, ...rest] = parts.slice(1).map(Number);
  return new Date(Date.UTC(year4, month - 1, ...rest));
}

// A body, how it is signed, and the signature: the outer form of certificates and lists alike.
function signedForm(der) {
  const outer = opened(der, SEQUENCE);
  const [body, algorithm, bits] = [outer.take(SEQUENCE), outer.take(SEQUENCE), outer.take(BITS)];
  outer.end();
  return { body, algorithm: hex(algorithm.whole), signature: bits.content.subarray(1) };
}

export function certificateFrom(der) {
  const form = signedForm(der);
  const body = new Row(form.body.content);
  body.takeIf(inContext(0)); // the version
  const serial = body.take(INTEGER);
  body.take(SEQUENCE);
  const issuer = body.take(SEQUENCE).whole;
  const [from, until] = body.inside(SEQUENCE).all().map(timeOf);
  const [subject, key] = [body.take(SEQUENCE).whole, body.take(SEQUENCE).whole];
  const extensions = body.takeIf(inContext(3)); // the unique names that may stand before it are in none of ours
  return { der, form, serial, issuer, from, until, subject, key, extensions };
}

export function maySignDocuments(certificate) {
  if (!certificate.extensions) return false;
  for (const { content } of opened(certificate.extensions.content, SEQUENCE).all()) {
    const row = new Row(content);
    if (hex(row.take(OID).content) !== KEY_USAGE) continue;
    row.takeIf(0x01); // whether it is critical
    return Boolean(opened(row.take(OCTETS).content, BITS).rest[1] & NON_REPUDIATION);
  }
  return false;
}

// The common name of a certificate's holder, fit to be shown: it may be a stranger's.
export function nameOf(certificate) {
  for (const { content } of opened(certificate.subject, SEQUENCE).all()) {
    const row = new Row(content).inside(SEQUENCE);
    if (hex(row.take(OID).content) !== COMMON_NAME) continue;
    return new TextDecoder().decode(row.next().content).replace(/\p{C}/gu, "").slice(0, 80);
  }
  return "";
}

// What stood on the list when it was signed: serial numbers in hexadecimal.
export function listFrom(der) {
  const form = signedForm(der);
  const body = new Row(form.body.content);
  body.takeIf(INTEGER);
  body.take(SEQUENCE);
  const [issuer, at] = [body.take(SEQUENCE).whole, timeOf(body.next())];
  for (const tag of [UTC_TIME, GENERALIZED_TIME]) body.takeIf(tag); // when the next one is due
  const revoked = body.takeIf(SEQUENCE);
  const entries = revoked ? new Row(revoked.content).all() : [];
  const serials = new Set(entries.map(({ content }) => hex(new Row(content).take(INTEGER).whole)));
  return { form, issuer, at, serials };
}

export const isOurKindOfKey = (key) => same(key.subarray(0, P256.length / 2), fromHex(P256));

// Whether the holder of this key has signed the data; a signature is written as two numbers (RFC 3279, 2.2.3).
export async function signedWith(key, signature, data) {
  const numbers = opened(signature, SEQUENCE).all();
  if (numbers.length !== 2) throw new NotWellWritten("A signature of this kind is two numbers.");
  const raw = joined(...numbers.map(fixed));
  const kind = { name: "ECDSA", namedCurve: "P-256" };
  const imported = await crypto.subtle.importKey("spki", key, kind, false, ["verify"]);
  return crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, imported, raw, data);
}

// A positive number in 32 bytes.
function fixed({ tag, content }) {
  const zero = content[0] === 0;
  const digits = content.subarray(zero ? 1 : 0);
  const shortest = zero === digits[0] >= 0x80; // a zero stands before what would be negative, and nowhere else
  if (tag !== INTEGER || !shortest || digits.length > 32) throw new NotWellWritten("A number is not written as ours are.");
  return joined(new Uint8Array(32 - digits.length), digits);
}

export async function signedFormBy(key, { body, algorithm, signature }) {
  return algorithm === ECDSA_SHA256 && isOurKindOfKey(key) && (await signedWith(key, signature, body.whole));
}
