// What a person typed, as the server reads it (engine/kinds.py). What cannot be read is null here; saying so is the
// server's part.

import { decimal } from "../feel/decimal.js";
import { day } from "../feel/values.js";

const SPACE = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+";
const AROUND = new RegExp(`^${SPACE}|${SPACE}$`, "g");
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;
const NUMBER = /^[+-]?[0-9]{1,20}([.,][0-9]{1,10})?$/;
const GROUPED = /^[+-]?([0-9]{1,3}(\.[0-9]{3})+,|[0-9]{1,3}(,[0-9]{3})+\.)[0-9]{1,10}$/;
const DATES = [/^(?<y>\d{4})-(?<m>\d{1,2})-(?<d>\d{1,2})$/, /^(?<d>\d{1,2})[-/. ](?<m>\d{1,2})[-/. ](?<y>\d{4})$/];

/** With comma or point; both together only where the first can group thousands. */
function number(text) {
  if (NUMBER.test(text)) return decimal(text.replace(",", "."));
  if (!GROUPED.test(text)) return null;
  const at = Math.max(text.lastIndexOf(","), text.lastIndexOf("."));
  return decimal(`${text.slice(0, at).replace(/[.,]/g, "")}.${text.slice(at + 1)}`);
}

function date(text) {
  const found = DATES.map((form) => form.exec(text)).find(Boolean);
  return found && Number(found.groups.y) ? day(+found.groups.y, +found.groups.m, +found.groups.d) : null;
}

const READERS = {
  number: (text) => number(text.replaceAll(" ", "")),
  scale: number,
  date,
  boolean: (text) => (text === "true" || text === "false" ? text === "true" : null),
  text: (text) => text,
};

/** The text in one form; null for characters that no text has, halves of letters among them. */
function clean(text) {
  const one = text.replace(/\r\n?/g, "\n").normalize("NFC");
  try {
    encodeURIComponent(one);
  } catch {
    return null;
  }
  return CONTROLS.test(one) ? null : one;
}

/** The value of the texts of one input. */
export function typed(kind, texts) {
  if (kind === "several") {
    const found = texts.filter(Boolean).map(clean);
    return found.length && !found.includes(null) ? found : null;
  }
  const text = clean((texts[0] || "").replace(AROUND, ""));
  return text ? READERS[kind](text) : null;
}

/** Whether anything at all was typed. */
export const isBlank = (texts) => texts.every((text) => text.replace(AROUND, "") === "");
