/** Many products at once, from a file and into one; for staff. */
import { call } from "./client.js";
import { sendTo } from "./upload.js";

export const FORMATS = ["csv", "jsonl", "zip"];

export const MOST_BYTES = 200 * 1024 * 1024;

/** By the end of its name, or null. */
export const formatOf = (file) => FORMATS.find((format) => file.name.toLowerCase().endsWith(`.${format}`)) ?? null;

/** The file goes straight to the store, the rows are read in the background. → the import */
export async function importFile(file, onProgress) {
  const { body } = await call("POST", "/imports", { body: { format: formatOf(file), size: file.size } });
  await sendTo(body.upload, file, onProgress);
  return startImport(body.id);
}

export const startImport = async (id) => (await call("POST", `/imports/${id}/start`)).body;

export const stopImport = async (id) => (await call("POST", `/imports/${id}/stop`)).body;

export const findImport = async (id) => (await call("GET", `/imports/${id}`)).body;

export const listImports = async (cursor) =>
  (await call("GET", `/imports?${new URLSearchParams({ limit: 10, ...(cursor && { cursor }) })}`)).body;

/** The first mistakes of an import: {line, slug, field, code, message}. The address is its own permission. */
export async function readMistakes(url, most) {
  const text = await (await fetch(url, { credentials: "omit", signal: AbortSignal.timeout(20_000) })).text();
  return text.split("\n").filter(Boolean).slice(0, most).map((line) => JSON.parse(line));
}

export const startExport = async (format) => (await call("POST", "/exports", { body: { format } })).body;

export const findExport = async (id) => (await call("GET", `/exports/${id}`)).body;
