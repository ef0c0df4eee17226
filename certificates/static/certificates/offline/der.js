// DER (X.690): what certificates and signatures are written in. Strict, because a value that can be written in two ways
// could be changed unseen; everything else is refused.

export const INTEGER = 0x02, BITS = 0x03, OCTETS = 0x04, OID = 0x06, SEQUENCE = 0x30, SET = 0x31;
export const inContext = (number) => 0xa0 + number; // a tag of this place only, around other elements

export class NotWellWritten extends Error {}

function lengthAt(bytes) {
  if (bytes.length < 2 || (bytes[0] & 0x1f) === 0x1f) throw new NotWellWritten("No element begins here.");
  if (bytes[1] < 0x80) return { header: 2, length: bytes[1] };
  const header = 2 + (bytes[1] & 0x7f);
  if (header === 2 || header > 5 || bytes.length < header) throw new NotWellWritten("A length is none.");
  const length = bytes.subarray(2, header).reduce((sum, byte) => sum * 256 + byte, 0);
  if (length < 0x80 || bytes[2] === 0) throw new NotWellWritten("A length is written longer than it must be.");
  return { header, length };
}

// Takes one element after the other from a row; `content` is what stands in an element, `whole` the element itself.
export class Row {
  constructor(bytes) {
    this.rest = bytes;
  }

  next() {
    const { header, length } = lengthAt(this.rest);
    const end = header + length;
    if (end > this.rest.length) throw new NotWellWritten("An element is longer than what holds it.");
    const found = { tag: this.rest[0], content: this.rest.subarray(header, end), whole: this.rest.subarray(0, end) };
    this.rest = this.rest.subarray(end);
    return found;
  }

  take(tag) {
    const found = this.next();
    if (found.tag !== tag) throw new NotWellWritten("Another element is wanted here.");
    return found;
  }

  takeIf(tag) {
    return this.rest[0] === tag ? this.next() : null;
  }

  inside(tag) {
    return new Row(this.take(tag).content);
  }

  all() {
    const found = [];
    while (this.rest.length) found.push(this.next());
    return found;
  }

  end() {
    if (this.rest.length) throw new NotWellWritten("Something stands where nothing should.");
  }
}

// The only element in these bytes, as a row of what it holds.
export function opened(bytes, tag) {
  const row = new Row(bytes);
  const inner = row.inside(tag);
  row.end();
  return inner;
}
