// What the page that checks in the browser makes of notes about the standing, read on some day.
// Arguments: standing.js. Standard input: a list of [standing or null, validUntil or null, now] as JSON.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { judged } = await import(pathToFileURL(process.argv[2]));
const asked = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(asked.map(([standing, end, now]) => judged(standing, end ?? undefined, new Date(now)))));
