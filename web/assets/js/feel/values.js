// The values of FEEL here: Decimal, text, true and false, null, list (Array), context (Map), date, durations, range,
// function. And what can be said of any two of them (engine/feel/values.py).

import { Decimal, decimal, integer, isWhole, leave, order, whole, written } from "./decimal.js";

/** A day, counted from 1970-01-01. */
export class Day {
  constructor(n) {
    this.n = n;
  }
}

/** A duration of months, or of millionths of a second. */
export class Months {
  constructor(n) {
    this.n = n;
  }
}
export class Span {
  constructor(n) {
    this.n = n;
  }
}

/** `op` is that of `> low` and its like, else empty. */
export class Range {
  constructor(low, high, lowClosed, highClosed, op = "") {
    Object.assign(this, { low, high, lowClosed, highClosed, op });
  }
}

export class Func {
  constructor(arity, call) {
    this.arity = arity;
    this.call = call;
  }
}

/** Stands for a value that only the server knows. Whoever looks at it leaves the rest to the server. */
export const UNKNOWN = Symbol("unknown");

const KINDS = new Map([
  [Decimal, "number"],
  [String, "string"],
  [Boolean, "boolean"],
  [Array, "list"],
  [Map, "context"],
  [Day, "date"],
  [Months, "months"],
  [Span, "days"],
  [Range, "range"],
  [Func, "function"],
]);
const ORDERED = ["number", "string", "date", "months", "days"];

export function kind(value) {
  return value === null ? "null" : KINDS.get(value.constructor) || leave("value");
}

// --- days ------------------------------------------------------------------------------------------------------------

const DAY = 86400000;
export const DAY_SPAN = 86400000000n;

/** That day, or null if there is none. */
export function day(year, month, dayOfMonth) {
  if (month < 1 || month > 12 || dayOfMonth < 1 || dayOfMonth > 31) return null;
  if (year < 1 || year > 9999) leave("year");
  const at = new Date(0);
  at.setUTCFullYear(year, month - 1, dayOfMonth);
  return at.getUTCDate() === dayOfMonth ? new Day(at.getTime() / DAY) : null;
}

/** Year, month, day of the month, day of the week (Monday is 1). */
export function parts(date) {
  const at = new Date(date.n * DAY);
  return [at.getUTCFullYear(), at.getUTCMonth() + 1, at.getUTCDate(), at.getUTCDay() || 7];
}

export function dayFrom(text) {
  const found = /^(-?(?:[1-9]\d{4,8}|\d{4}))-(\d\d)-(\d\d)$/.exec(text);
  return found && day(+found[1], +found[2], +found[3]);
}

export function addDays(date, n) {
  const found = new Day(date.n + n);
  const year = parts(found)[0];
  return year >= 1 && year <= 9999 ? found : leave("year");
}

export function durationFrom(text) {
  const months = /^(-)?P(?=\d)(?:(\d{1,9})Y)?(?:(\d{1,9})M)?$/.exec(text);
  if (months) return new Months((+(months[2] || 0) * 12 + +(months[3] || 0)) * (months[1] ? -1 : 1));
  const found = /^(-)?P(?=\d|T\d)(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d+))?S)?)?$/.exec(text);
  if (!found) return null;
  const [days, hours, minutes, seconds] = found.slice(2, 6).map((n) => BigInt(n || 0));
  const fraction = (found[6] || "").replace(/0+$/, "");
  const n = (((days * 24n + hours) * 60n + minutes) * 60n + seconds) * 1000000n + BigInt(fraction.padEnd(6, "0"));
  return fraction.length > 6 ? leave("fraction") : span(found[1] ? -n : n);
}

/** A span that Python's timedelta has as well. */
export function span(n) {
  return n / DAY_SPAN < 999999999n && n / DAY_SPAN > -999999999n ? new Span(n) : leave("span");
}

/** A day or duration, as FEEL writes it. */
export function temporal(text) {
  return dayFrom(text) || durationFrom(text) || leave("time");
}

function writtenSpan({ n }) {
  const size = n < 0n ? -n : n;
  const seconds = (size / 1000000n) % 60n;
  const fraction = String(size % 1000000n).padStart(6, "0").replace(/0+$/, "");
  const amounts = [
    [(size / 3600000000n) % 24n, "H"],
    [(size / 60000000n) % 60n, "M"],
    [fraction ? `${seconds}.${fraction}` : seconds, "S"],
  ];
  const clock = amounts.map(([amount, unit]) => (amount ? amount + unit : "")).join("");
  const days = size / DAY_SPAN ? `${size / DAY_SPAN}D` : "";
  return days || clock ? `${n < 0n ? "-" : ""}P${days}${clock && "T" + clock}` : "PT0S";
}

function writtenMonths({ n }) {
  const years = Math.floor(Math.abs(n) / 12);
  const months = Math.abs(n) % 12;
  return `${n < 0 ? "-" : ""}P${years ? years + "Y" : ""}${months || !years ? months + "M" : ""}`;
}

/** What stands behind a point after a day or a duration. */
export function members(value) {
  const named = (names, values) => new Map(names.map((name, at) => [name, values[at]]));
  if (value instanceof Day) return named(["year", "month", "day", "weekday"], parts(value).map(whole));
  if (value instanceof Months) {
    return named(["years", "months"], [whole(Math.trunc(value.n / 12)), whole(value.n % 12)]);
  }
  if (!(value instanceof Span)) return null;
  const minute = 60000000n;
  const amounts = [value.n / DAY_SPAN, (value.n / (minute * 60n)) % 24n, (value.n / minute) % 60n].map(whole);
  return named(["days", "hours", "minutes", "seconds"], [...amounts, new Decimal(value.n % minute, -6)]);
}

// --- two values ------------------------------------------------------------------------------------------------------

/** -1, 0, 1 for two values of one ordered kind, else null. Texts go by their letters, not by halves of them. */
export function comparison(a, b) {
  const one = kind(a);
  if (!ORDERED.includes(one) || one !== kind(b)) return null;
  if (one === "number") return order(a, b);
  if (one !== "string") return a.n < b.n ? -1 : a.n > b.n ? 1 : 0;
  const [left, right] = [[...a], [...b]];
  const at = left.findIndex((letter, index) => letter !== right[index]);
  if (at < 0) return left.length < right.length ? -1 : 0;
  return at < right.length && left[at].codePointAt(0) < right[at].codePointAt(0) ? -1 : 1;
}

/** Are they equal? Null for values of different kinds. */
export function equal(a, b) {
  const one = kind(a);
  const other = kind(b);
  if (a === null || b === null) return a === b;
  if (one !== other) return null;
  const same = DEEP[one];
  return same ? same(a, b) : ORDERED.includes(one) ? comparison(a, b) === 0 : a === b;
}

const DEEP = {
  list: (a, b) => a.length === b.length && a.every((item, at) => equal(item, b[at]) === true),
  context: (a, b) => a.size === b.size && [...a].every(([key, item]) => b.has(key) && equal(item, b.get(key)) === true),
  range: (a, b) =>
    ["op", "lowClosed", "highClosed"].every((part) => a[part] === b[part]) &&
    equal(a.low, b.low) === true &&
    equal(a.high, b.high) === true,
};

const HOLDS = { "<": (n) => n < 0, "<=": (n) => n <= 0, ">": (n) => n > 0, ">=": (n) => n >= 0 };

export function compare(op, a, b) {
  if (a === null || b === null) return null;
  const found = comparison(a, b);
  return found === null ? null : HOLDS[op](found);
}

export const not = (a) => (typeof a === "boolean" ? !a : null);
export const either = (all) => (all.includes(true) ? true : all.includes(null) ? null : false);
export const both = (a, b) => not(either([not(a), not(b)]));

export function inside(range, value) {
  const { op, low, high } = range;
  if (op === "=") return equal(value, low);
  if (op === "!=") return not(equal(value, low));
  if (op) return compare(op, value, high === null ? low : high);
  return both(compare(range.lowClosed ? ">=" : ">", value, low), compare(range.highClosed ? "<=" : "<", value, high));
}

/** Does `value` pass `test`: in a range, among the elements of a list, else equal? */
export function matches(value, test) {
  if (test instanceof Range) return value instanceof Range ? equal(value, test) : inside(test, value);
  if (!Array.isArray(test)) return equal(value, test);
  if (!Array.isArray(value)) return either(test.map((item) => matches(value, item)));
  return equal(value, test) === true || either(test.map((item) => equal(value, item)));
}

// --- text ------------------------------------------------------------------------------------------------------------

/** Any value as FEEL's `string` gives it. */
export function string(value) {
  return typeof value === "string" ? value : plain(value);
}

const WRITERS = {
  number: written,
  string: (text) => `"${text.replace(/["\\]/g, "\\$&")}"`,
  list: (items) => `[${items.map(plain).join(", ")}]`,
  context: (entries) => `{${[...entries].map(([key, value]) => `${key}: ${plain(value)}`).join(", ")}}`,
  date: (date) => parts(date).slice(0, 3).map((n, at) => String(n).padStart(at ? 2 : 4, "0")).join("-"),
  months: writtenMonths,
  days: writtenSpan,
  function: () => "function",
  range: ({ op, low, high, lowClosed, highClosed }) =>
    op
      ? `(${op} ${plain(high === null ? low : high)})`
      : `${lowClosed ? "[" : "("}${plain(low)}..${plain(high)}${highClosed ? "]" : ")"}`,
};

function plain(value) {
  const writer = WRITERS[kind(value)];
  return writer ? writer(value) : String(value);
}

// --- JSON ------------------------------------------------------------------------------------------------------------

/** A value as the server ships it: {"#": "1.5"} is a number, {"@": "2026-01-31"} a day or a
 * duration, {"{": [["name", "value"]]} a context, {"?": 1} is known to the server only. */
export function decoded(json) {
  if (json === null || typeof json !== "object") return json;
  if (Array.isArray(json)) return json.map(decoded);
  if ("#" in json) return decimal(json["#"]);
  if ("@" in json) return temporal(json["@"]);
  if ("?" in json) return UNKNOWN;
  return new Map(json["{"].map(([key, value]) => [key, decoded(value)]));
}

/** The whole numbers or days from one to the other; null where there are none to count. */
export function counted(first, last) {
  if (first instanceof Day && last instanceof Day) return steps(first.n, last.n).map((n) => new Day(n));
  const isCount = (n) => n instanceof Decimal && isWhole(n);
  return isCount(first) && isCount(last) ? steps(integer(first), integer(last)).map(whole) : null;
}

function steps(first, last) {
  const count = Math.abs(last - first) + 1;
  if (count > 10000) leave("list");
  return Array.from({ length: count }, (_, at) => first + (last < first ? -at : at));
}
