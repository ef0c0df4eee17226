// The credential inside a file: JSON as it is, a PNG's iTXt chunk, an SVG's element. A PDF is checked as a whole.

const KEYWORD = "openbadgecredential";
const NAMESPACE = "https://purl.imsglobal.org/ob/v3p0";

export function kindOf(bytes) {
  const text = new TextDecoder().decode(bytes.slice(0, 1024)).trimStart();
  if (text.includes("%PDF-")) return "pdf";
  if ([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a].every((byte, place) => bytes[place] === byte)) return "png";
  return text.startsWith("{") ? "json" : text.startsWith("<") ? "svg" : "";
}

export function credentialIn(kind, bytes) {
  const text = kind === "png" ? inPng(bytes) : kind === "svg" ? inSvg(bytes) : new TextDecoder().decode(bytes);
  if (!text) throw new Error("This file carries no credential.");
  return JSON.parse(text);
}

function inPng(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let position = 8; position + 12 <= bytes.length; ) {
    const length = view.getUint32(position);
    const kind = new TextDecoder("latin1").decode(bytes.slice(position + 4, position + 8));
    const data = bytes.slice(position + 8, position + 8 + length);
    if (kind === "iTXt" && new TextDecoder("latin1").decode(data.slice(0, KEYWORD.length + 1)) === `${KEYWORD}\0`) {
      if (data[KEYWORD.length + 1]) throw new Error("The credential inside is packed; use the check on the site.");
      let start = KEYWORD.length + 3;
      for (let words = 0; words < 2; words++) start = data.indexOf(0, start) + 1;
      return new TextDecoder().decode(data.slice(start));
    }
    position += length + 12;
  }
  return "";
}

function inSvg(bytes) {
  const text = new TextDecoder().decode(bytes);
  if (/<!DOCTYPE/i.test(text)) throw new Error("The picture holds something that no badge has.");
  const page = new DOMParser().parseFromString(text, "image/svg+xml");
  return page.getElementsByTagNameNS(NAMESPACE, "credential")[0]?.textContent.trim() ?? "";
}
