// The browser's twin of engine/feel: evaluates the JSON of a checked expression (engine/feel/jsonast.py).
//
// It gives the value that Python gives, or throws Unsupported; it never gives another one. `tests/twin` holds both to
// the same cases.

import { Decimal, Nothing, Unsupported, add, decimal, divide, integer, isWhole, leave, multiply, negative, raised, subtract, toPlaces } from "./decimal.js"; // prettier-ignore
import { BUILTINS, callBuiltin } from "./builtins.js";
import {
  DAY_SPAN,
  Day,
  Func,
  Months,
  Range,
  Span,
  UNKNOWN,
  addDays,
  both,
  compare,
  counted,
  day,
  decoded,
  either,
  equal,
  kind,
  matches,
  members,
  not,
  parts,
  span,
  temporal,
} from "./values.js";

const STEPS = 200000;
const LONGEST = 10000;
let steps = 0;

/**
 * The value of `node` where `read(name)` gives the value of a name and `called` holds what definitions let it call.
 * Throws Unsupported where only the server may say.
 */
export function evaluate(node, read, called = {}) {
  steps = 0;
  try {
    return run(node, { read, called });
  } catch (error) {
    throw error instanceof RangeError ? new Unsupported("depth") : error;
  }
}

function run(node, scope) {
  if (++steps > STEPS) leave("steps");
  const rule = RULES[node.node];
  const value = rule ? rule(node, scope) : leave(node.node);
  return isUnknown(value) ? leave("value") : value;
}

const isUnknown = (value) =>
  value === undefined || value === UNKNOWN || (Array.isArray(value) && value.some(isUnknown));

// --- names -----------------------------------------------------------------------------------------------------------

const bound = (up, name, value) => ({ up, name, value });
const held = (up, element) => ({ up, element });

/** The value of a name: a variable, a member of the element a filter looks at, or a name outside. */
function read(scope, name) {
  let at = scope;
  for (; at.up; at = at.up) {
    if (at.name === name) return at.value;
    if (!("element" in at)) continue;
    if (at.element instanceof Map && at.element.has(name)) return at.element.get(name);
    if (name === "item") return at.element;
  }
  return at.read(name);
}

function root(scope) {
  let at = scope;
  while (at.up) at = at.up;
  return at;
}

function isVariable(scope, name) {
  for (let at = scope; at.up; at = at.up) if (at.name === name) return true;
  return false;
}

function member(value, name) {
  if (value === null) return null;
  if (Array.isArray(value)) return value.map((item) => member(item, name));
  if (value instanceof Range) {
    const part = { start: "low", end: "high", "start included": "lowClosed", "end included": "highClosed" }[name];
    return part ? value[part] : null;
  }
  const all = value instanceof Map ? value : members(value);
  return all && all.has(name) ? all.get(name) : null;
}

// --- operators -------------------------------------------------------------------------------------------------------

const NUMBERS = { "+": add, "-": subtract, "*": multiply, "/": divide, "**": raised };

function calculated(op, a, b) {
  if (a === null || b === null) return null;
  const rule = CALCULATIONS[kind(a) + op + kind(b)];
  try {
    return kind(a) === "number" && kind(b) === "number" ? NUMBERS[op](a, b) : rule ? rule(a, b) : null;
  } catch (error) {
    if (error instanceof Nothing) return null;
    throw error;
  }
}

/** The same day so many months on, or the last day of a month that is shorter. */
function later(date, months) {
  const [year, month, dayOfMonth] = parts(date);
  const at = year * 12 + month - 1 + months;
  const first = [Math.floor(at / 12), (((at % 12) + 12) % 12) + 1];
  for (let n = dayOfMonth; n > 27; n--) {
    const found = day(...first, n);
    if (found) return found;
  }
  return day(...first, dayOfMonth);
}

/** A date is its midnight; what is left of a day does not count. */
function laterDays(date, n) {
  const rest = n % DAY_SPAN < 0n ? 1n : 0n;
  return addDays(date, Number(n / DAY_SPAN - rest));
}

const cut = (n) => (n.e >= 0 ? n.c * 10n ** BigInt(n.e) : n.c / 10n ** BigInt(-n.e));
const of = (duration) => new Decimal(BigInt(duration.n));
const months = (n) => new Months(integer(n));
const spanOf = (n) => span(cut(n));

const CALCULATIONS = {
  "string+string": (a, b) => (a.length + b.length > 100000 ? leave("text") : a + b),
  "months+months": (a, b) => new Months(a.n + b.n),
  "months-months": (a, b) => new Months(a.n - b.n),
  "months*number": (a, b) => months(multiply(of(a), b)),
  "number*months": (a, b) => months(multiply(of(b), a)),
  "months/number": (a, b) => months(divide(of(a), b)),
  "months/months": (a, b) => divide(of(a), of(b)),
  "days+days": (a, b) => span(a.n + b.n),
  "days-days": (a, b) => span(a.n - b.n),
  "days*number": (a, b) => spanOf(multiply(of(a), b)),
  "number*days": (a, b) => spanOf(multiply(of(b), a)),
  "days/number": (a, b) => spanOf(divide(of(a), b)),
  "days/days": (a, b) => divide(of(a), of(b)),
  "date+months": (a, b) => later(a, b.n),
  "months+date": (a, b) => later(b, a.n),
  "date-months": (a, b) => later(a, -b.n),
  "date+days": (a, b) => laterDays(a, b.n),
  "days+date": (a, b) => laterDays(b, a.n),
  "date-days": (a, b) => laterDays(a, -b.n),
  "date-date": (a, b) => new Span(BigInt(a.n - b.n) * DAY_SPAN),
};

function negate(value) {
  if (value instanceof Decimal) return negative(value);
  return value instanceof Months || value instanceof Span ? new value.constructor(-value.n) : null;
}

/** `and` and `or`: `decided` is the value that decides, null where neither is certain. */
function logic({ op, parts: all }, scope) {
  const decided = op === "or";
  let unknown = false;
  for (const part of all) {
    const value = run(part, scope);
    if (value === decided) return decided;
    unknown = unknown || typeof value !== "boolean";
  }
  return unknown ? null : !decided;
}

/** Does `value` pass the test `node`? One that names the tested value `?` says so itself. */
function passes(node, value, scope) {
  const found = run(node, scope);
  if (!namesTested(node)) return matches(value, found);
  return typeof found === "boolean" ? found : null;
}

const namesTested = (node) =>
  node !== null && typeof node === "object" &&
  ((node.node === "Name" && node.name === "?") || Object.values(node).some(namesTested)); // prettier-ignore

function halfRange({ op, bound: end }, scope) {
  const value = run(end, scope);
  const closed = op.includes("=") && op !== "!=";
  if (op[0] === "<") return new Range(null, value, false, closed, op);
  if (op[0] === ">") return new Range(value, null, closed, false, op);
  return new Range(value, value, closed, closed, op);
}

// --- lists -----------------------------------------------------------------------------------------------------------

/** The element at a position, which counts from 1, or from the end if it is negative. */
function atPosition(items, position) {
  const at = isWhole(position) ? integer(position) : 0;
  const found = at ? items[at > 0 ? at - 1 : items.length + at] : undefined;
  return found === undefined ? null : found;
}

function filter({ base, condition }, scope) {
  const value = run(base, scope);
  if (value === null) return null;
  const items = Array.isArray(value) ? value : [value];
  const found = [];
  for (const element of items.length ? items : [null]) {
    const holds = run(condition, held(scope, element));
    if (holds instanceof Decimal) return atPosition(items, holds);
    if (holds === true) found.push(element);
  }
  return items.length ? found : [];
}

/** There is no list to go through. */
class NotCountable extends Error {}

function elements({ source, last }, scope) {
  const from = run(source, scope);
  if (last !== null) return counted(from, run(last, scope));
  if (!(from instanceof Range)) return from === null || Array.isArray(from) ? from : [from];
  const all = from.op ? null : counted(from.low, from.high);
  return all && all.slice(from.lowClosed ? 0 : 1, from.highClosed ? all.length : all.length - 1);
}

/** Every combination of the bindings, the last one fastest; each as a scope. */
function* turns(bindings, scope) {
  const [first, ...rest] = bindings;
  const all = elements(first, scope);
  if (all === null) throw new NotCountable();
  for (const value of all) {
    const inner = bound(scope, first.name, value);
    if (rest.length) yield* turns(rest, inner);
    else yield inner;
  }
}

function unlessCountless(work) {
  try {
    return work();
  } catch (error) {
    if (error instanceof NotCountable) return null;
    throw error;
  }
}

function loop({ bindings, body }, scope) {
  const done = [];
  for (const inner of turns(bindings, scope)) {
    done.push(run(body, bound(inner, "partial", [...done])));
    if (done.length > LONGEST) leave("list");
  }
  return done;
}

function quantified({ quantifier, bindings, condition }, scope) {
  const decided = quantifier === "some";
  let unknown = false;
  for (const inner of turns(bindings, scope)) {
    const holds = run(condition, inner);
    if (holds === decided) return decided;
    unknown = unknown || typeof holds !== "boolean";
  }
  return unknown ? null : !decided;
}

function context({ entries }, scope) {
  const found = new Map();
  let inner = scope;
  for (const { key, value } of entries) {
    found.set(key, run(value, inner));
    inner = bound(inner, key, found.get(key));
  }
  return found;
}

const has = (object, name) => Object.prototype.hasOwnProperty.call(object, name);

// --- calls -----------------------------------------------------------------------------------------------------------

function call({ function: target, arguments: given, names }, scope) {
  if (names.length) leave("names");
  const values = () => given.map((argument) => run(argument, scope));
  if (target.node === "Name" && !isVariable(scope, target.name)) {
    const { called } = root(scope);
    if (has(called, target.name)) return declared(called[target.name], values(), called);
    return has(BUILTINS, target.name) ? callBuiltin(target.name, values()) : leave(target.name);
  }
  const found = run(target, scope);
  const all = values();
  return found instanceof Func && found.arity === all.length ? found.call(...all) : null;
}

function lambda({ params, body }, scope) {
  const invoke = (...values) => run(body, params.reduce((up, [name], at) => bound(up, name, values[at]), scope));
  return new Func(params.length, invoke);
}

/** A function, a decision table or the look-up of a catalogue's row, as a definition declares it. */
function declared(one, values, called) {
  if (one.key) return lookedUp(one, values[0]);
  const own = (name) => (one.inputs.includes(name) ? values[one.inputs.indexOf(name)] : leave(name));
  if (one.formula) return rounded(run(one.formula, { read: own, called }), one.decimals);
  const row = one.rows.find((cells) => cells.tests.every((cell, at) => accepts(cell, values[at], called)));
  if (!row) return null;
  return row.formula ? run(row.formula, { read: own, called }) : decoded(row.value);
}

function lookedUp({ key, rows }, wanted) {
  const row = rows.find((one) => one["{"].some(([name, value]) => name === key && value === wanted));
  return row ? decoded(row) : null;
}

/** A cell of a decision table: null is anything but null, codes are those listed, else unary tests. */
function accepts(cell, value, called) {
  if (cell === null) return value !== null;
  if (cell.codes) return cell.not ? value !== null && !cell.codes.includes(value) : cell.codes.includes(value);
  return run(cell, { read: (name) => (name === "?" ? value : leave(name)), called }) === true;
}

/** With its numbers half up to so many places, also inside lists and contexts. */
export function rounded(value, places) {
  if (places === null || value === null) return value;
  if (value instanceof Decimal) return toPlaces(value, places);
  if (Array.isArray(value)) return value.map((item) => rounded(item, places));
  return value instanceof Map ? new Map([...value].map(([key, item]) => [key, rounded(item, places)])) : value;
}

const LITERALS = { number: decimal, date: temporal };

function literal({ type, value }) {
  if (value === null || typeof value === "boolean" || type === "string") return value;
  return (LITERALS[type] || (type.endsWith("duration") ? temporal : () => leave(type)))(value);
}

const RULES = {
  Literal: literal,
  Name: ({ name }, scope) => read(scope, name),
  Path: ({ base, member: name }, scope) => member(run(base, scope), name),
  Filter: filter,
  Call: call,
  Negate: ({ value }, scope) => negate(run(value, scope)),
  Arithmetic: ({ op, left, right }, scope) => calculated(op, run(left, scope), run(right, scope)),
  Comparison({ op, left, right }, scope) {
    const [a, b] = [run(left, scope), run(right, scope)];
    return op === "=" ? equal(a, b) : op === "!=" ? not(equal(a, b)) : compare(op, a, b);
  },
  Logic: logic,
  Between({ value, low, high }, scope) {
    const tested = run(value, scope);
    return both(compare(">=", tested, run(low, scope)), compare("<=", tested, run(high, scope)));
  },
  In({ value, tests }, scope) {
    const tested = run(value, scope);
    return either(tests.map((test) => passes(test, tested, scope)));
  },
  If: ({ condition, yes, no }, scope) => run(run(condition, scope) === true ? yes : no, scope),
  For: (node, scope) => unlessCountless(() => loop(node, scope)),
  Quantified: (node, scope) => unlessCountless(() => quantified(node, scope)),
  ListLiteral: ({ items }, scope) => items.map((item) => run(item, scope)),
  ContextLiteral: context,
  RangeLiteral: ({ low, high, low_closed, high_closed }, scope) =>
    new Range(run(low, scope), run(high, scope), low_closed, high_closed),
  HalfRange: halfRange,
  FunctionLiteral: lambda,
  Tests({ tests, negated }, scope) {
    if (!tests.length) return true;
    const holds = either(tests.map((test) => passes(test, read(scope, "?"), scope)));
    return negated ? not(holds) : holds;
  },
};

/** The kinds of node that are evaluated here. */
export const NODES = Object.keys(RULES);
export { BUILTINS, UNKNOWN, Unsupported, decoded };
