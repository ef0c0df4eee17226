// Bytes, digests and keys. Nothing here talks to the network.

export const utf8 = (text) => new TextEncoder().encode(text);
export const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
export const fromHex = (text) => Uint8Array.from(text.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));
export const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
export const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

export function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let position = 0;
  for (const part of parts) {
    whole.set(part, position);
    position += part.length;
  }
  return whole;
}

export const same = (one, other) => one.length === other.length && one.every((byte, place) => byte === other[place]);

export async function signedBy(key, signature, data) {
  const imported = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
  return crypto.subtle.verify("Ed25519", imported, signature, data);
}

const DIGITS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

// Multibase base58-btc: a "z" and the digits.
export function fromBase58(text) {
  if (!/^z[1-9A-HJ-NP-Za-km-z]{1,200}$/.test(text)) throw new Error("This is not written in base58.");
  let number = 0n;
  for (const digit of text.slice(1)) number = number * 58n + BigInt(DIGITS.indexOf(digit));
  const bytes = [];
  for (; number > 0n; number /= 256n) bytes.unshift(Number(number % 256n));
  for (const digit of text.slice(1)) {
    if (digit !== "1") break;
    bytes.unshift(0);
  }
  return Uint8Array.from(bytes);
}

// The 32 bytes of an Ed25519 key as did documents publish it.
export function fromMultikey(text) {
  const bytes = fromBase58(text);
  if (bytes.length !== 34 || bytes[0] !== 0xed || bytes[1] !== 0x01) throw new Error("This is no Ed25519 key.");
  return bytes.slice(2);
}
