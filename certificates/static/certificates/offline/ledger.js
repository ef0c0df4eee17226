// The ledger's notes (C2SP signed-note, tlog-checkpoint) and the way from an entry to a signed root (RFC 6962).

import { fromBase64, joined, same, sha256, signedBy, utf8 } from "./bytes.js";

// The text of a note that one of these keys has signed, as lines; a key is written "name+id+base64".
export async function openNote(note, keys) {
  const end = note.lastIndexOf("\n\n");
  if (end < 0) throw new Error("This is no signed note.");
  const text = note.slice(0, end + 1);
  for (const line of note.slice(end + 2).split("\n").filter(Boolean)) {
    const [, name, encoded] = line.match(/^— (\S+) ([A-Za-z0-9+/]+=*)$/) ?? [];
    const signature = encoded ? fromBase64(encoded) : new Uint8Array();
    for (const key of keys) {
      const [, own, published] = key.match(/^([^\s+]+)\+[0-9a-f]{8}\+([A-Za-z0-9+/]+=*)$/) ?? [];
      const algorithmAndKey = fromBase64(published ?? "");
      const id = (await sha256(joined(utf8(`${own}\n`), algorithmAndKey))).slice(0, 4);
      if (own !== name || algorithmAndKey[0] !== 1 || !same(id, signature.slice(0, 4))) continue;
      if (await signedBy(algorithmAndKey.slice(1), signature.slice(4), utf8(text))) return text.trimEnd().split("\n");
      throw new Error("The signature doesn't belong to this text.");
    }
  }
  throw new Error("None of the published keys has signed this.");
}

// The root to which an entry leads, by the path beside it (RFC 9162, 2.1.3.2).
export async function rootFrom(entry, index, size, path) {
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) throw new Error("The entry stands outside the tree.");
  const node = (left, right) => sha256(joined(Uint8Array.of(1), left, right));
  let [place, last] = [BigInt(index), BigInt(size) - 1n];
  let root = await sha256(joined(Uint8Array.of(0), utf8(entry)));
  for (const step of path.map(fromBase64)) {
    if (last === 0n) throw new Error("The path is too long.");
    if (place & 1n || place === last) {
      root = await node(step, root);
      while (!(place & 1n) && place !== 0n) [place, last] = [place >> 1n, last >> 1n];
    } else {
      root = await node(root, step);
    }
    [place, last] = [place >> 1n, last >> 1n];
  }
  if (last !== 0n) throw new Error("The path is too short.");
  return root;
}

// What a proof bundle proves about a file with this digest: that it was issued, and how the credential stands.
export async function checkIssue(bundle, digest, keys) {
  const { entry, leaf_index: index, tree_size: size, audit_path: path, checkpoint } = bundle.issued;
  const told = JSON.parse(entry);
  if (told.event !== "certificates:certificate:issued" || told.subject_id !== bundle.certificate)
    throw new Error("The entry of the ledger is about something else.");
  if (told.details.sha256 !== digest) throw new Error("The file is not the one that was issued: its fingerprint differs.");
  const [origin, signedSize, root] = await openNote(checkpoint, keys);
  if (origin.endsWith("/standing") || signedSize !== String(size)) throw new Error("The checkpoint is about another tree.");
  if (!same(await rootFrom(entry, index, size, path), fromBase64(root)))
    throw new Error("The path doesn't lead to the signed root.");
  return { issuedAt: told.recorded_at, size };
}

// How the credential stood when the bundle was made, as the ledger's key has signed it.
export async function checkStanding(bundle, certificate, keys) {
  const [origin, about, sha256OfPdf, status, at, ...more] = await openNote(bundle.standing, keys);
  if (!origin.endsWith("/standing") || about !== certificate) throw new Error("The standing is that of something else.");
  const told = Object.fromEntries(more.map((line) => line.split(" "))); // since 2026-12: of which day, and when it runs out
  return { status, at, sha256OfPdf, day: told.day, until: told.until === "-" ? undefined : told.until };
}
