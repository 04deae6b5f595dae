// Exact decimals: a coefficient and a power of ten, both whole. The results, down to the zeros behind the comma, are
// those of Python's decimal with 34 digits, half-even (engine/feel/values.py).

const DIGITS = 34;
const LARGEST = 6144;

/** There is nothing the evaluator here may say: the server decides. */
export class Unsupported extends Error {}

/** What was asked for has no value: the operation around it is null. */
export class Nothing extends Error {}

export function leave(why) {
  throw new Unsupported(why);
}

/** `c` times ten to the power of `e`. */
export class Decimal {
  constructor(c, e = 0) {
    this.c = c;
    this.e = e;
  }
}

const power = (n) => 10n ** BigInt(n);
const size = (c) => (c < 0n ? -c : c);
export const digits = (d) => String(size(d.c)).length;
const adjusted = (d) => d.e + digits(d) - 1;

export const whole = (n) => new Decimal(BigInt(n));
export const isZero = (d) => d.c === 0n;
export const sign = (d) => (d.c < 0n ? -1 : d.c > 0n ? 1 : 0);

/** Whether the magnitude `q` goes up by one; `half` compares the rest with a half: -1, 0, 1. */
const MODES = {
  "half even": (half, q) => half > 0 || (half === 0 && q % 2n === 1n),
  "half up": (half) => half >= 0,
  "half down": (half) => half > 0,
  up: () => true,
  down: () => false,
  floor: (half, q, negative) => negative,
  ceiling: (half, q, negative) => !negative,
};

/** `c` without its last `n` digits, rounded. */
function cut(c, n, mode) {
  const unit = power(n);
  const q = size(c) / unit;
  const rest = size(c) % unit;
  const half = rest * 2n < unit ? -1 : rest * 2n > unit ? 1 : 0;
  const rounded = rest && MODES[mode](half, q, c < 0n) ? q + 1n : q;
  return c < 0n ? -rounded : rounded;
}

/** The number as it may be kept: of 34 digits at most. */
function kept(c, e) {
  let d = new Decimal(c, e);
  for (let over; (over = digits(d) - DIGITS) > 0; ) d = new Decimal(cut(d.c, over, "half even"), d.e + over);
  if (d.c && adjusted(d) > LARGEST) throw new Nothing();
  if (d.e < -LARGEST || d.e > LARGEST) leave("exponent");
  return d;
}

/** The text of a number, such as 0.6 or 1E+5, as a number; null if it is none. */
export function decimal(text) {
  const found = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!found || !(found[2] || found[3])) return null;
  const fraction = found[3] || "";
  return kept(BigInt(found[1].replace("+", "") + found[2] + fraction), Number(found[4] || 0) - fraction.length);
}

/** All digits, with a point. */
export function written(d) {
  const minus = d.c < 0n ? "-" : "";
  const all = String(size(d.c));
  if (d.e >= 0) return minus + all + (d.c ? "0".repeat(d.e) : "");
  const padded = all.padStart(1 - d.e, "0");
  return `${minus}${padded.slice(0, d.e)}.${padded.slice(d.e)}`;
}

const scaled = (d, e) => d.c * power(d.e - e);

function aligned(a, b) {
  if (Math.abs(a.e - b.e) > LARGEST) leave("exponent");
  const e = Math.min(a.e, b.e);
  return [scaled(a, e), scaled(b, e), e];
}

export function add(a, b) {
  const [one, other, e] = aligned(a, b);
  return kept(one + other, e);
}

export const negative = (a) => kept(-a.c, a.e);
export const absolute = (a) => new Decimal(size(a.c), a.e);
export const subtract = (a, b) => add(a, new Decimal(-b.c, b.e));
export const multiply = (a, b) => kept(a.c * b.c, a.e + b.e);

export function divide(a, b) {
  if (!b.c) throw new Nothing();
  const ideal = a.e - b.e;
  if (!a.c) return kept(0n, ideal);
  const shift = Math.max(digits(b) - digits(a) + DIGITS + 1, 0);
  const up = size(a.c) * power(shift);
  let c = up / size(b.c);
  let e = ideal - shift;
  if (up % size(b.c)) {
    // A last digit that tells there is more behind it, so that rounding never takes it for a half.
    if (c % 5n === 0n) c += 1n;
  } else {
    for (; e < ideal && c % 10n === 0n; e++) c /= 10n;
  }
  return kept(a.c < 0n === b.c < 0n ? c : -c, e);
}

/** What is left of a division, with the sign of `b`. */
export function modulo(a, b) {
  if (!b.c) throw new Nothing();
  const [one, other, e] = aligned(a, b);
  if (String(size(one / other)).length > DIGITS) throw new Nothing();
  const rest = kept(one % other, e);
  return rest.c && rest.c < 0n !== b.c < 0n ? add(rest, b) : rest;
}

/** A whole power, as long as it is exact. */
export function raised(a, b) {
  const n = b.e >= 0 ? Number(scaled(b, 0)) : NaN;
  if (!(n > 0 && n < 1000)) return n === 0 && a.c ? whole(1) : leave("power");
  const c = a.c ** BigInt(n);
  return String(size(c)).length > DIGITS ? leave("power") : kept(c, a.e * n);
}

export function order(a, b) {
  const [one, other] = aligned(a, b);
  return one < other ? -1 : one > other ? 1 : 0;
}

/** The whole part, as a number of JavaScript; something far too large for what is far too large. */
export function integer(d) {
  if (adjusted(d) > 15) return d.c < 0n ? -1e16 : 1e16;
  return Number(d.e >= 0 ? scaled(d, 0) : d.c / power(-d.e));
}

export const isWhole = (d) => d.e >= 0 || d.c % power(-d.e) === 0n;

/** With exactly so many places, or null where that takes more than 34 digits. */
function quantized(d, places, mode) {
  const c = d.e >= -places ? scaled(d, -places) : cut(d.c, -places - d.e, mode);
  const found = new Decimal(c, -places);
  return digits(found) > DIGITS ? null : found;
}

/** What FEEL's rounding functions give: a number with fewer places stays as it is. */
export function rounded(d, scale, mode) {
  const places = integer(scale);
  if (places < -6111 || places > 6176) return null;
  if (d.e >= -places && places >= 0) return d;
  if (adjusted(d) + places >= DIGITS) return d.e >= -places ? d : null;
  return quantized(d, places, mode);
}

/** Half up to exactly so many places: what declared values and computed fields are rounded to. */
export function toPlaces(d, places) {
  const found = quantized(d, places, "half up");
  return found && digits(found) <= 28 ? found : leave("digits");
}
