// Evaluates cases with the browser's evaluator: JSON {"called": …, "cases": [{"node", "context"} or {"kind", "typed"}]}
// on stdin, a line of JSON each on stdout: {"value": …}, or {"left": why} where the evaluator leaves the case to the
// server. The first line says what the evaluator knows.

import { readFileSync } from "node:fs";

import { BUILTINS, NODES, Unsupported, decoded, evaluate } from "../../web/assets/js/feel/evaluate.js";
import { Decimal, written } from "../../web/assets/js/feel/decimal.js";
import { Day, Months, Span, string } from "../../web/assets/js/feel/values.js";
import { typed } from "../../web/assets/js/twin/typed.js";

function encoded(value) {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(encoded);
  if (value instanceof Decimal) return { "#": written(value) };
  if (value instanceof Map) return { "{": [...value].map(([name, member]) => [name, encoded(member)]) };
  if (value instanceof Day || value instanceof Months || value instanceof Span) return { "@": string(value) };
  return { "?": "1" };
}

function outcome({ kind, typed: text, node, context }, called) {
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
