// The credential inside a file: JSON as it is, a PNG's iTXt chunk, an SVG's element. A PDF is checked as a whole.

const KEYWORD = "openbadgecredential";
const NAMESPACE = "https://purl.imsglobal.org/ob/v3p0";
const OTHERS = [NAMESPACE, "http://openbadges.org", "https://openbadges.org"];
const latin = (bytes) => new TextDecoder("latin1").decode(bytes);

export function kindOf(bytes) {
  const text = textOf(bytes.slice(0, 1024)).trimStart();
  const start = latin(bytes.slice(0, 12));
  if (text.includes("%PDF-")) return "pdf";
  if ([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a].every((byte, place) => bytes[place] === byte)) return "png";
  if (/^(\xff\xd8\xff|GIF8|BM|II\*\0|MM\0\*|RIFF.{4}WEBP|.{4}ftyp(heic|heix|hevc|heim|heis|mif1|msf1|avif))/s.test(start)) return "photograph";
  if (/^"?(Bearer\s+)?eyJ[\w-]+\./.test(text)) return "token";
  return /^[{[]/.test(text) ? "json" : text.startsWith("<") ? "svg" : "";
}

export function textOf(bytes) {
  const wide = bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : "utf-8";
  return new TextDecoder(wide).decode(bytes);
}

// The text of the credential in our form; empty where there is none.
export async function textIn(kind, bytes) {
  return kind === "png" ? inPng(bytes) : kind === "svg" ? inSvg(bytes) : textOf(bytes);
}

// The text of a badge in the forms of others; empty where there is none.
export async function othersTextIn(kind, bytes) {
  if (kind === "png") return inPng(bytes, ["openbadges", KEYWORD]);
  if (kind !== "svg") return textOf(bytes);
  const page = new DOMParser().parseFromString(textOf(bytes), "image/svg+xml");
  for (const namespace of OTHERS)
    for (const name of ["assertion", "credential"]) {
      const found = page.getElementsByTagNameNS(namespace, name)[0];
      if (found) return found.textContent.trim() || (found.getAttribute("verify") ?? "");
    }
  return "";
}

async function inPng(bytes, keywords = [KEYWORD]) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let position = 8; position + 12 <= bytes.length; ) {
    const length = view.getUint32(position);
    const kind = latin(bytes.slice(position + 4, position + 8));
    const data = bytes.slice(position + 8, position + 8 + length);
    const end = data.indexOf(0);
    const own = ["iTXt", "tEXt", "zTXt"].includes(kind) && keywords.includes(latin(data.slice(0, Math.max(end, 0))));
    if (own && kind === "tEXt") return textOf(data.slice(end + 1));
    if (own && kind === "zTXt") return textOf(await unpacked(data.slice(end + 2)));
    if (own) {
      let start = end + 3;
      for (let words = 0; words < 2; words++) start = data.indexOf(0, start) + 1;
      return textOf(data[end + 1] ? await unpacked(data.slice(start)) : data.slice(start));
    }
    position += length + 12;
  }
  return "";
}

async function unpacked(data) {
  const stream = new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function inSvg(bytes) {
  const text = textOf(bytes);
  if (/<!DOCTYPE[^>[]*\[/i.test(text)) throw new Error("The picture holds something that no badge has.");
  const page = new DOMParser().parseFromString(text, "image/svg+xml");
  return page.getElementsByTagNameNS(NAMESPACE, "credential")[0]?.textContent.trim() ?? "";
}
