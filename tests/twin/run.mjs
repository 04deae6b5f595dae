// Runs cases with the browser's own code: JSON {"called": …, "cases": […]} on stdin, a line of JSON each on stdout.
// {"node", "context"} is evaluated: {"value": …}, or {"left": why} where the evaluator leaves the case to the server;
// {"kind", "typed"} is read; {"plan", "values"} is a form that is worked out. The first line says what is known.

import { readFileSync } from "node:fs";

import { BUILTINS, NODES, Unsupported, decoded, evaluate } from "../../web/assets/js/feel/evaluate.js";
import { Decimal, written } from "../../web/assets/js/feel/decimal.js";
import { Day, Months, Span, string } from "../../web/assets/js/feel/values.js";
import { prepared, workedOut } from "../../web/assets/js/twin/sheet.js";
import { typed } from "../../web/assets/js/twin/typed.js";

function encoded(value) {
  if (typeof value === "symbol") return { "?": "1" };
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(encoded);
  if (value instanceof Decimal) return { "#": written(value) };
  if (value instanceof Map) return { "{": [...value].map(([name, member]) => [name, encoded(member)]) };
  if (value instanceof Day || value instanceof Months || value instanceof Span) return { "@": string(value) };
  return { "?": "1" };
}

function form({ plan, values }) {
  const { local, hidden, wanted, unsure, left } = workedOut(prepared(plan), decoded(values));
  const worked = plan.worked.map((name) => [name, encoded(local.get(name))]);
  return { worked: Object.fromEntries(worked), hidden: [...hidden], wanted: [...wanted], unsure: [...unsure], left };
}

function outcome({ kind, typed: text, node, context, ...more }, called) {
  if (more.plan) return form(more);
  if (kind) return { value: encoded(typed(kind, [text])) };
  const names = decoded(context);
  try {
    return { value: encoded(evaluate(node, (name) => (names.has(name) ? names.get(name) : null), called)) };
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error;
    return { left: error.message };
  }
}

const { called, cases } = JSON.parse(readFileSync(0, "utf8"));
const lines = [{ builtins: Object.keys(BUILTINS), nodes: NODES }, ...cases.map((one) => outcome(one, called))];
process.stdout.write(lines.map((line) => JSON.stringify(line)).join("\n"));
