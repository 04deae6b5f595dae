// The built-in functions that the evaluator knows (engine/feel/builtins). What is not here is left to the server.
//
// A signature is the kinds of its parameters: n number, t text, b boolean, d day, M months, D span, l list, c context,
// f function, a anything; `|` between alternatives. Behind them: ? may be left out, ~ may be null, * one list or any
// number of values, + any number of values as they are.

import * as dec from "./decimal.js";
import { Nothing, integer, leave, whole } from "./decimal.js";
import {
  Day,
  Func,
  Months,
  Span,
  comparison,
  day,
  dayFrom,
  durationFrom,
  either,
  equal,
  kind,
  not,
  parts,
  string,
} from "./values.js";

const LETTERS = {
  number: "n",
  string: "t",
  boolean: "b",
  date: "d",
  months: "M",
  days: "D",
  list: "l",
  context: "c",
  function: "f",
};
const NO_FIT = Symbol("no fit");
const LONGEST = 10000;

/** `value` as a parameter wants it; a list of one element stands for the element. */
function fit(param, value) {
  if (value === null) return param.includes("~") ? null : NO_FIT;
  const takes = param.replace(/[?~*+]/g, "").split("|");
  if (takes[0] === "a" || takes.includes(LETTERS[kind(value)])) return value;
  if (takes.includes("l")) return [value];
  return Array.isArray(value) && value.length === 1 ? fit(param, value[0]) : NO_FIT;
}

function gathered(params, given) {
  const first = params.length - 1;
  const rest = given.slice(first);
  const one = params[first].includes("*") && rest.length === 1 && (Array.isArray(rest[0]) || rest[0] === null);
  return one ? given : [...given.slice(0, first), rest];
}

function attempt([signature, run], given) {
  const params = signature ? signature.split(",") : [];
  const many = /[*+]/.test(signature);
  const least = params.filter((param) => !param.includes("?")).length;
  if (given.length < least || (!many && given.length > params.length)) return null;
  const fitted = (many ? gathered(params, given) : given).map((value, at) => fit(params[at], value));
  return fitted.includes(NO_FIT) ? null : run(...fitted);
}

/** What the first way to call `name` gives that can do something with the values `given`. */
export function callBuiltin(name, given) {
  try {
    for (const way of BUILTINS[name]) {
      const found = attempt(way, given);
      if (found !== null && found !== undefined) return found;
    }
  } catch (error) {
    if (!(error instanceof Nothing)) throw error;
  }
  return null;
}

// --- lists -----------------------------------------------------------------------------------------------------------

const within = (items) => (items.length > LONGEST ? leave("list") : items);
const areNumbers = (items) => items.length > 0 && items.every((item) => kind(item) === "number");
const added = (items) => items.reduce(dec.add, whole(0));
const numbers = (run) => ["l*", (items) => (areNumbers(items) ? run(items) : null)];

function sum(items) {
  if (areNumbers(items)) return added(items);
  const [first] = items;
  if (!(first instanceof Months || first instanceof Span)) return null;
  if (items.some((item) => kind(item) !== kind(first))) return null;
  return new first.constructor(items.map((item) => item.n).reduce((a, b) => a + b));
}

const inOrder = (items) => [...items].sort((a, b) => dec.order(a, b));

function median(items) {
  const sorted = inOrder(items);
  const middle = sorted.length >> 1;
  if (sorted.length % 2) return sorted[middle];
  return dec.divide(dec.add(sorted[middle - 1], sorted[middle]), whole(2));
}

/** The first or last of `items` in their order; null if two of them have none. */
function extreme(wanted) {
  return (items) => {
    if (!items.length || comparison(items[0], items[0]) === null) return null;
    let best = items[0];
    for (const item of items.slice(1)) {
      const found = comparison(item, best);
      if (found === null) return null;
      if (found === wanted) best = item;
    }
    return best;
  };
}

const isIn = (items, element) => items.some((item) => equal(item, element) === true);
const distinct = (items) => items.reduce((found, item) => (isIn(found, item) ? found : [...found, item]), []);
const flat = (lists) => within(lists.flat(1));
const leaves = (items) => items.flatMap((item) => (Array.isArray(item) ? leaves(item) : [item]));

function duplicates(items) {
  return distinct(items).filter((item) => items.filter((other) => equal(item, other) === true).length > 1);
}

/** The index of a position that counts from 1, or from the end if negative; null if there is none. */
function index(items, position) {
  const at = integer(position);
  return !at || Math.abs(at) > items.length ? null : at > 0 ? at - 1 : items.length + at;
}

function sublist(items, position, length) {
  const first = index(items, position);
  if (first === null || (length && dec.order(length, whole(1)) < 0)) return null;
  return items.slice(first, length ? first + integer(length) : undefined);
}

function spliced(items, position, removed, ...put) {
  const at = index(items, position);
  return at === null ? null : within([...items.slice(0, at), ...put, ...items.slice(at + removed)]);
}

function sort(items, precedes) {
  if (precedes && precedes.arity !== 2) return null;
  const [first] = items;
  if (!precedes && items.some((item) => kind(item) !== kind(first) || comparison(item, first) === null)) return null;
  const before = precedes ? precedes.call : (a, b) => comparison(a, b) < 0;
  return [...items].sort((a, b) => (before(a, b) === true ? -1 : before(b, a) === true ? 1 : 0));
}

// --- numbers ---------------------------------------------------------------------------------------------------------

const rounding = (mode, scale = "n") => [`n,${scale}`, (n, places = whole(0)) => dec.rounded(n, places, mode)];

function parity(rest) {
  return ["n", (n) => dec.order(dec.absolute(dec.modulo(n, whole(2))), whole(rest)) === 0];
}

function number(text, grouping, point) {
  const separators = [" ", ",", "."];
  if (grouping && (!separators.includes(grouping) || grouping === point)) return null;
  if (grouping === "" || (point && !separators.includes(point, 1)) || (grouping === "." && !point)) return null;
  if (point === "" || (grouping === undefined && point)) return null;
  let plain = grouping ? text.replaceAll(grouping, "") : text;
  if (point === ",") plain = plain.replaceAll(".", "?").replaceAll(",", ".");
  return /^-?(\d{1,40}(\.\d{1,40})?|\.\d{1,40})([eE][+-]?\d{1,4})?$/.test(plain) ? dec.decimal(plain) : null;
}

// --- texts -----------------------------------------------------------------------------------------------------------

function substring(text, position, length) {
  const letters = [...text];
  const first = integer(position);
  if (!first || (length && dec.order(length, whole(1)) < 0)) return null;
  const begin = first > 0 ? first - 1 : Math.max(0, letters.length + first);
  return letters.slice(begin, length ? begin + integer(length) : undefined).join("");
}

function cutAt(text, match, behind, none) {
  const at = match ? text.indexOf(match) : -1;
  return at < 0 ? none : behind ? text.slice(at + match.length) : text.slice(0, at);
}

function join(items, delimiter) {
  if (items.some((item) => item !== null && typeof item !== "string")) return null;
  return items.filter((item) => item !== null).join(delimiter || "");
}

// --- days ------------------------------------------------------------------------------------------------------------

const WEEK = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const YEAR = [
  "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
  "December",
]; // prettier-ignore

function dayOf(year, month, dayOfMonth) {
  const all = [year, month, dayOfMonth];
  return all.every(dec.isWhole) ? day(...all.map(integer)) : null;
}

function monthsBetween(from, to) {
  const [one, other] = [parts(from), parts(to)];
  const months = (other[0] - one[0]) * 12 + other[1] - one[1];
  if (months > 0 && other[2] < one[2]) return new Months(months - 1);
  return new Months(months < 0 && other[2] > one[2] ? months + 1 : months);
}

// --- contexts --------------------------------------------------------------------------------------------------------

function is(a, b) {
  if (kind(a) !== kind(b) || a === null) return a === b;
  return equal(a, b) === true;
}

const entries = (context) => [...context].map(([key, value]) => new Map([["key", key], ["value", value]])); // prettier-ignore

function merged(contexts) {
  return contexts.every((one) => one instanceof Map) ? new Map(contexts.flatMap((one) => [...one])) : null;
}

const size = (a) => (a.n < (a instanceof Span ? 0n : 0) ? new a.constructor(-a.n) : a);

/** By name, the ways to call it: a signature and what it does. */
export const BUILTINS = {
  abs: [["n", dec.absolute], ["M|D", size]],
  all: [["l*", (items) => not(either(items.map(not)))]],
  any: [["l*", (items) => either(items.map((item) => (typeof item === "boolean" ? item : null)))]],
  append: [["l,l+", (items, more) => within([...items, ...more])]],
  ceiling: [rounding("ceiling", "n?")],
  concatenate: [["l+", flat]],
  contains: [["t,t", (text, match) => text.includes(match)]],
  "context merge": [["l", merged]],
  "context put": [["c,t,a~", (context, key, value) => new Map([...context, [key, value]])]],
  count: [["l*", (items) => whole(items.length)]],
  date: [["t", dayFrom], ["d", (date) => date], ["n,n,n", dayOf]],
  "day of week": [["d", (date) => WEEK[parts(date)[3] - 1]]],
  decimal: [rounding("half even")],
  "distinct values": [["l", distinct]],
  "duplicate values": [["l", duplicates]],
  duration: [["t", durationFrom]],
  "ends with": [["t,t", (text, match) => text.endsWith(match)]],
  even: [parity(0)],
  flatten: [["l", (items) => within(leaves(items))]],
  floor: [rounding("floor", "n?")],
  "get entries": [["c", entries]],
  "get value": [["c,t", (context, key) => context.get(key)]],
  "index of": [["l,a~", (items, match) => items.flatMap((item, at) => (equal(item, match) ? [whole(at + 1)] : []))]],
  "insert before": [["l,n,a~", (items, position, item) => spliced(items, position, 0, item)]],
  is: [["a~,a~", is]],
  "last day of month": [["d", (date) => whole(new Date(Date.UTC(2000 + (parts(date)[0] % 400), parts(date)[1], 0)).getUTCDate())]],
  "list contains": [["l,a~", isIn]],
  "lower case": [["t", (text) => text.toLowerCase()]],
  max: [["l*", extreme(1)]],
  mean: [numbers((items) => dec.divide(added(items), whole(items.length)))],
  median: [numbers(median)],
  min: [["l*", extreme(-1)]],
  modulo: [["n,n", dec.modulo]],
  "month of year": [["d", (date) => YEAR[parts(date)[1] - 1]]],
  not: [["b", not]],
  number: [["t", number], ["t,t~,t~", number]],
  odd: [parity(1)],
  product: [numbers((items) => items.reduce(dec.multiply, whole(1)))],
  remove: [["l,n", (items, position) => spliced(items, position, 1)]],
  reverse: [["l", (items) => [...items].reverse()]],
  "round down": [rounding("down")],
  "round half down": [rounding("half down")],
  "round half up": [rounding("half up")],
  "round up": [rounding("up")],
  sort: [["l,f?", sort]],
  "starts with": [["t,t", (text, match) => text.startsWith(match)]],
  string: [["a~", (value) => (value === null ? null : string(value))]],
  "string join": [["l,t?~", join]],
  "string length": [["t", (text) => whole([...text].length)]],
  sublist: [["l,n,n?", sublist]],
  substring: [["t,n,n?", substring]],
  "substring after": [["t,t", (text, match) => cutAt(text, match, true, match ? "" : text)]],
  "substring before": [["t,t", (text, match) => cutAt(text, match, false, "")]],
  sum: [["l*", sum]],
  union: [["l+", (lists) => distinct(flat(lists))]],
  "upper case": [["t", (text) => text.toUpperCase()]],
  "years and months duration": [["d,d", monthsBetween]],
}; // prettier-ignore
