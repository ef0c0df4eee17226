// The signature inside a PDF (PAdES: CMS, RFC 5652), as far as the society's own documents go. Whatever a file holds,
// the answer is a finding: an outcome and the words for it.

import { fromHex, hex, joined, same, sha256 } from "./bytes.js";
import { inContext, INTEGER, NotWellWritten, OCTETS, OID, opened, Row, SEQUENCE, SET } from "./der.js";
import * as x509 from "./x509.js";

const LARGEST = 20_000_000; // bytes of a file; a certificate has less than one million
const LARGEST_SIGNATURE = 200_000; // bytes; ours have 3,000, with a time stamp 20,000
const NUMBER = "\\s*(\\d{1,10})";
const RANGE = new RegExp(`/ByteRange\\s*\\[${NUMBER}${NUMBER.replace("*", "+").repeat(3)}\\s*\\]`);
const TIME = /\/M\s*\(D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:Z|([+-])(\d\d)'(\d\d))/;

const SIGNED_DATA = "2a864886f70d010702", DATA = "2a864886f70d010701";
const CONTENT_TYPE = "2a864886f70d010903", MESSAGE_DIGEST = "2a864886f70d010904";
const SIGNING_CERTIFICATE = "2a864886f70d010910022f"; // version 2, RFC 5035
const TIME_STAMP = "2a864886f70d010910020e";
const SHA256 = ["300b0609608648016503040201", "300d06096086480165030402010500"]; // without parameters, or with none

const UNSIGNED = "It carries no signature: it was not issued like this, or was saved or printed by another program.";
const UNREADABLE = "Its signature can't be read: it is damaged, or of another kind than the society's.";
const BROKEN = "The signature itself was changed.";
const WRONG_RANGE = "What its signature says about the bytes that it covers makes no sense.";
const LEAVES_OUT = "Its signature leaves out more than itself, so that something could be changed unseen.";
const SAVED_ANEW = "It was saved anew by another program, so that the signature fits no longer.";
const CUT_OFF = "The end of what was signed is missing.";
const ADDED = "Something was added behind the signature.";
const SEVERAL = "It carries more than one signature; the society signs once.";
const LONG_TERM =
  "It was kept up with time stamps after it was signed, which this page can't tell from other additions. PDF programs can.";
const CHANGED = "Bytes that the signature covers were changed.";
const NOT_BELIEVED = "Its signature was made with a key that is believed no longer.";
const NOT_FOLLOWED =
  "The society signed with a key for which another authority vouches, and this page can't follow that. PDF programs can.";
const NOT_VOUCHED =
  "It was signed by somebody else. Its key names the society's root, which has not vouched for it.";
const NOT_BEGUN =
  "Its key names the society's root, but is none of those on this page. If you opened the page long ago, load it again.";
const NO_TIME = "It doesn't say when it was signed.";
const OUT_OF_TIME = "Its key was not valid at the time that it says.";
const NO_LIST = "Whether its key was revoked can't be told: no list is at hand.";
const RUN_OUT = "The certificate of its key has run out since, and this page doesn't look at time stamps.";

class Finding extends Error {
  constructor(outcome, words) {
    super(words);
    this.outcome = outcome;
  }
}
const altered = (words) => new Finding("altered", `It was altered after it was signed. ${words}`);
const foreign = (who) => new Finding("foreign", `It was signed by somebody else${who ? `: ${who}` : ""}.`);
const unknown = (words) => new Finding("unknown", words);
const on = (date) => date.toLocaleDateString("en-US", { dateStyle: "long", timeZone: "UTC" });

// Where the signature stands, and that it covers every other byte of the file.
function placed(bytes) {
  const text = new TextDecoder("latin1").decode(bytes);
  const at = text.indexOf("/ByteRange");
  if (at < 0) throw new Finding("unsigned", UNSIGNED);
  if (text.includes("/ByteRange", at + 1)) throw text.includes("/DocTimeStamp") ? unknown(LONG_TERM) : altered(SEVERAL);
  const start = text.lastIndexOf("obj", at);
  const end = text.indexOf("endobj", at);
  const object = text.slice(Math.max(start, 0), end < 0 ? text.length : end);
  const range = object.match(RANGE)?.slice(1).map(Number);
  const room = object.match(/\/Contents\s*<([0-9A-Fa-f]*)>/);
  if (!range || !room || room[1].length > 2 * LARGEST_SIGNATURE) throw new Finding("broken", UNREADABLE);
  const after = Math.max(start, 0) + room.index + room[0].length;
  checkRange(range, { before: after - room[1].length - 2, after, size: bytes.length });
  const covered = joined(bytes.subarray(0, range[1]), bytes.subarray(range[2]));
  return { digits: room[1], covered, claimed: claimedTime(object) };
}

function checkRange([start, length, second, rest], { before, after, size }) {
  if (start !== 0 || length === 0 || second <= length) throw altered(WRONG_RANGE);
  if (length !== before || second !== after) throw altered(length <= before && second >= after ? LEAVES_OUT : SAVED_ANEW);
  if (second + rest > size) throw altered(CUT_OFF);
  if (second + rest < size) throw altered(ADDED);
}

// When the signer says that it was signed; signed like everything else around the signature.
function claimedTime(object) {
  const plain = object.replace(/\\([0-7]{3})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 8)));
  const found = plain.match(TIME);
  if (!found) return null;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number);
  const east = (found[7] === "-" ? -1 : 1) * (Number(found[8] ?? 0) * 60 + Number(found[9] ?? 0));
  return new Date(Date.UTC(year, month - 1, day, hour, minute - east, second));
}

// The parts of a signed message. Only their form is looked at here.
function messageIn(digits) {
  const row = new Row(fromHex(digits));
  const content = row.inside(SEQUENCE);
  const kind = content.take(OID);
  const signed = opened(content.take(inContext(0)).content, SEQUENCE);
  const [version, digests, about] = [signed.take(INTEGER), signed.take(SET), signed.take(SEQUENCE)];
  const certificates = signed.take(inContext(0));
  const signers = signed.inside(SET);
  const signer = signerIn(signers.inside(SEQUENCE));
  for (const read of [content, signed, signers]) read.end();
  return { kind, version, digests, about, certificates: new Row(certificates.content).all(), ...signer, padding: row.rest };
}

function signerIn(row) {
  const [signerVersion, named, digest] = [row.take(INTEGER), row.inside(SEQUENCE), row.take(SEQUENCE)];
  const [issuer, serial] = [named.take(SEQUENCE), named.take(INTEGER)];
  const [attributes, algorithm, signature] = [row.take(inContext(0)), row.take(SEQUENCE), row.take(OCTETS)];
  const loose = row.takeIf(inContext(1));
  for (const read of [named, row]) read.end();
  return { signerVersion, issuer, serial, digest, attributes, algorithm, signature, loose };
}

// The certificate of whoever signed, among those in the message.
function signerOf(message) {
  const own = message.certificates.filter(({ tag }) => tag === SEQUENCE).map(({ whole }) => x509.certificateFrom(whole));
  const named = joined(message.issuer.whole, message.serial.whole);
  const found = own.find(({ issuer, serial }) => same(joined(issuer, serial.whole), named));
  if (!found) throw new NotWellWritten("It doesn't hold the certificate of its signer.");
  return found;
}

// The root of the society that vouches for the signer.
async function rootAbove(signer, known, roots) {
  const named = roots.filter(({ subject }) => same(subject, signer.issuer));
  for (const root of named) if (await x509.signedFormBy(root.key, signer.form)) return root;
  if (known) throw unknown(NOT_FOLLOWED);
  throw named.length ? new Finding("foreign", NOT_VOUCHED) : foreign(x509.nameOf(signer));
}

// A list as a row of one; of none where it can't be read, since a proof bundle may bring anything.
function readable(der) {
  try {
    return [x509.listFrom(der)];
  } catch {
    return [];
  }
}

// The newest list of revoked keys that the root has signed; throws if any names the signer.
async function listOf(root, signer, lists) {
  let newest = null;
  for (const list of lists.flatMap(readable)) {
    if (!same(list.issuer, root.subject) || !(await x509.signedFormBy(root.key, list.form))) continue;
    if (list.serials.has(hex(signer.serial.whole))) throw new Finding("foreign", NOT_BELIEVED);
    if (!newest || list.at > newest.at) newest = list;
  }
  return newest;
}

// Nothing but the signer's certificate and the roots may stand in the room that the signature can't cover itself.
function checkRoom(message, digits, roots, signer) {
  const known = [signer, ...roots].map(({ der }) => hex(der));
  const one = (element) => hex(element.whole) === "020101";
  const loose = message.loose ? new Row(message.loose.content).all() : [];
  const asOurs =
    digits === digits.toUpperCase() &&
    digits.length % 2 === 0 &&
    message.padding.every((byte) => byte === 0) &&
    hex(message.kind.content) === SIGNED_DATA &&
    [message.version, message.signerVersion].every(one) &&
    SHA256.includes(hex(message.digests.content)) &&
    SHA256.includes(hex(message.digest.whole)) &&
    hex(message.about.content) === `0609${DATA}` && // the document is not inside
    hex(message.algorithm.whole) === x509.ECDSA_SHA256 &&
    message.certificates.every(({ whole }) => known.includes(hex(whole))) &&
    loose.every(({ content }) => hex(new Row(content).take(OID).content) === TIME_STAMP);
  if (!asOurs) throw altered(BROKEN);
}

// What was signed beside the document: each attribute once, with one value.
function attributesOf(message) {
  const found = new Map();
  for (const { content } of new Row(message.attributes.content).all()) {
    const row = new Row(content);
    const [name, values] = [hex(row.take(OID).content), row.take(SET)];
    row.end();
    if (found.has(name)) throw new NotWellWritten("An attribute stands there twice.");
    const value = new Row(values.content);
    found.set(name, value.next());
    value.end();
  }
  if (![CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_CERTIFICATE].every((name) => found.has(name)))
    throw new NotWellWritten("An attribute is missing.");
  return found;
}

async function checkMessage(message, covered, signer) {
  const attributes = attributesOf(message);
  if (hex(attributes.get(CONTENT_TYPE).content) !== DATA) throw altered(BROKEN);
  const data = joined(Uint8Array.of(SET), message.attributes.whole.subarray(1)); // signed as a set (RFC 5652, 5.4)
  if (!(await x509.signedWith(signer.key, message.signature.content, data))) throw altered(BROKEN);
  const named = new Row(attributes.get(SIGNING_CERTIFICATE).content).inside(SEQUENCE).inside(SEQUENCE);
  const algorithm = named.takeIf(SEQUENCE); // SHA-256 where it is left out
  const fits = same(named.take(OCTETS).content, await sha256(signer.der));
  if (!fits || (algorithm && !SHA256.includes(hex(algorithm.whole)))) throw altered(BROKEN);
  if (!same(attributes.get(MESSAGE_DIGEST).content, await sha256(covered))) throw altered(CHANGED);
}

function checkTime(claimed, certificates, now) {
  if (!claimed) throw unknown(NO_TIME);
  if (certificates.some(({ from, until }) => claimed < from || claimed > until)) throw new Finding("foreign", OUT_OF_TIME);
  if (certificates.some(({ until }) => now > until)) throw unknown(RUN_OUT);
}

async function judged(bytes, trust, now) {
  if (bytes.length > LARGEST) throw unknown("It is larger than any certificate.");
  const { digits, covered, claimed } = placed(bytes);
  const message = messageIn(digits);
  const [signer, roots] = [signerOf(message), trust.roots.map(x509.certificateFrom)];
  const known = trust.signers.includes(hex(await sha256(signer.der)));
  const root = await rootAbove(signer, known, roots);
  const list = await listOf(root, signer, trust.lists);
  if (!known) throw new Finding("foreign", NOT_BEGUN);
  if (!x509.isOurKindOfKey(signer.key)) throw unknown(NOT_FOLLOWED);
  if (!x509.maySignDocuments(signer)) throw foreign(x509.nameOf(signer));
  checkRoom(message, digits, roots, signer);
  await checkMessage(message, covered, signer);
  checkTime(claimed, [signer, root], now);
  const revoked = list ? `By the list of ${on(list.at)}, its key is not revoked.` : NO_LIST;
  return { outcome: "genuine", words: `It says that it was signed on ${on(claimed)}. ${revoked}` };
}

// What the signature tells, by these roots and lists of revoked keys (DER) and signers (SHA-256 in hexadecimal).
export async function checkSignature(bytes, trust, now = new Date()) {
  try {
    return await judged(bytes, trust, now);
  } catch (error) {
    if (error instanceof Finding) return { outcome: error.outcome, words: error.message };
    if (!crypto.subtle) return { outcome: "unknown", words: "This browser can't check signatures here." };
    return { outcome: "broken", words: UNREADABLE };
  }
}
