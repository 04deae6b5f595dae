// The form on the page: what is typed is read from its inputs, what follows is shown at once. Fields that do not count
// wait in <template>, where nobody sees them and nothing of them is sent. The server works everything out again.

import { Decimal, written } from "../feel/decimal.js";
import { string } from "../feel/values.js";
import { UNKNOWN } from "../feel/evaluate.js";
import { prepared, workedOut } from "./sheet.js";
import { isBlank, typed } from "./typed.js";

const PAUSE = 250;
// Enough for fields that show fields that show fields; no definition has more.
const TURNS = 20;

/** Keeps the form up to date. `update(form)` does it now; `asks()` tells whether only the server knows the rest. */
export function keepUp(start) {
  const form = document.getElementById("formulir");
  let page = null;
  let asks = false;
  let timer = null;

  /** Whatever goes wrong here, drafts are kept and the server is asked. */
  function update() {
    try {
      work();
    } catch (error) {
      asks = true;
      console.error(error);
    }
  }

  function work() {
    clearTimeout(timer);
    const script = form?.querySelector("script[data-twin]");
    if (!script) return void (page = null);
    if (page?.script !== script) page = { script, plan: prepared(JSON.parse(script.textContent)) };
    for (let turn = 0; turn < TURNS; turn++) {
      const { values, order } = inputs(form, page.plan);
      const result = workedOut(page.plan, values);
      asks = result.left;
      if (!arrange(form, page.plan, result, start)) return void tell(form, page.plan, result, order);
    }
  }

  const later = (event) => {
    if (event.target.name?.startsWith("_")) return;
    clearTimeout(timer);
    timer = setTimeout(update, PAUSE);
  };
  form?.addEventListener("input", later);
  form?.addEventListener("change", update);
  form?.addEventListener("submit", update, true);
  // Going back, the browser fills in once more what was typed.
  addEventListener("pageshow", update);
  return { update, asks: () => asks };
}

// --- reading ---------------------------------------------------------------------------------------------------------

/** What is typed, by name; of a table the rows, of a person's own without those that are empty; their names by table. */
function inputs(form, plan) {
  const texts = new Map();
  for (const [name, text] of new FormData(form)) {
    if (typeof text === "string") texts.set(name, [...(texts.get(name) || []), text]);
  }
  const found = new Map();
  const order = new Map();
  for (const field of plan.fields) {
    if (!field.mine) continue;
    if (field.columns) {
      const counted = rows(field, texts);
      order.set(field.id, [...counted.keys()]);
      found.set(field.id, [...counted.values()]);
    }
    for (const [key] of field.items || []) found.set(key, typed("scale", texts.get(key) || []));
    if (!field.columns && !field.items) found.set(field.id, value(field, texts.get(field.id)));
  }
  return { values: found, order };
}

const value = ({ kind }, texts = []) => (kind === "file" ? UNKNOWN : typed(kind, texts));

/** The rows of a table by their names. */
function rows(field, texts) {
  const found = new Map();
  for (const [name, all] of texts) {
    const cell = cellOf(field.id, name);
    if (cell) found.set(cell.row, new Map([...(found.get(cell.row) || []), [cell.column, all]]));
  }
  const named = [...found].filter(([, cells]) => field.key || ![...cells.values()].every(isBlank));
  const asked = field.columns.filter((column) => column.kind !== "computed");
  const rowOf = ([row, cells]) => {
    const values = asked.map((column) => [column.id, value(column, cells.get(column.id))]);
    return [row, new Map(field.key ? [[field.key, row], ...values] : values)];
  };
  return new Map(named.map(rowOf));
}

/** Row and column of an input, if it is one of this table. */
function cellOf(table, name) {
  if (!name.startsWith(`${table}.`)) return null;
  const rest = name.slice(table.length + 1);
  const at = rest.lastIndexOf(".");
  return at < 0 ? null : { row: rest.slice(0, at), column: rest.slice(at + 1) };
}

// --- showing ---------------------------------------------------------------------------------------------------------

/** Puts what is shown on the page and takes off it what is not; whether anything moved. */
function arrange(form, plan, { hidden, unsure }, start) {
  let moved = false;
  for (const part of form.querySelectorAll("[data-part]")) {
    const isAway = part.localName === "template";
    if (hidden.has(part.dataset.part) === isAway || unsure.has(part.dataset.part)) continue;
    const other = document.createElement(isAway ? "div" : "template");
    other.dataset.part = part.dataset.part;
    const from = isAway ? part.content : part;
    (isAway ? other : other.content).append(...from.childNodes);
    part.replaceWith(other);
    if (isAway) {
      start(other);
      announce(form, plan, other);
    }
    moved = true;
  }
  return moved;
}

/** Says that there is more to fill in, to whoever does not see it. */
function announce(form, plan, part) {
  const line = form.querySelector("[data-announce]");
  const title = part.querySelector("label, legend, h2, .computed__title")?.textContent.trim();
  if (line && title) line.textContent = plan.texts.more.replace("{}", title);
}

function tell(form, plan, { local, wanted }, order) {
  for (const output of form.querySelectorAll("output[data-live]")) {
    const found = shown(plan, local, output.dataset.live, order);
    if (found !== undefined) write(plan, output, found);
  }
  for (const mark of form.querySelectorAll("[data-optional]")) {
    const is = wanted.get(mark.dataset.optional);
    if (typeof is === "boolean") mark.hidden = is;
  }
}

/** The value of a computed field or cell; undefined where only the server knows it. */
function shown(plan, local, path, order) {
  const field = plan.byId.get(path.split(".")[0]);
  const found = local.get(field.id);
  if (field.id === path || !Array.isArray(found)) return sayable(found);
  const { row, column } = cellOf(field.id, path);
  const earlier = plan.earlier.get(field.id)?.length || 0;
  const at = (order.get(field.id) || []).indexOf(row);
  const one = field.key ? found.find((each) => each.get(field.key) === row) : at < 0 ? null : found[earlier + at];
  return one ? sayable(one.get(column)) : null;
}

const sayable = (found) => (found === UNKNOWN ? undefined : found);

function write(plan, output, found) {
  const words = found === null ? plan.texts.none : said(plan, output.dataset.live, found);
  if (words === undefined) return;
  if (output.textContent !== words) {
    output.textContent = words;
    output.classList.toggle("computed__none", found === null);
  }
  let kept = output.parentElement.querySelector("input[type=hidden]");
  if (!kept) {
    kept = Object.assign(document.createElement("input"), { type: "hidden", name: `_layar.${output.dataset.live}` });
    output.after(kept);
  }
  kept.value = found === null ? "" : string(found);
}

/** A value in the words of the page; undefined for what it has no words for. */
function said(plan, path, found) {
  if (found instanceof Decimal) return number(written(found));
  if (typeof found === "boolean") return found ? plan.texts.yes : plan.texts.no;
  const column = path.includes(".") ? `${path.slice(0, path.indexOf("."))}${path.slice(path.lastIndexOf("."))}` : path;
  return plan.texts.codes[column]?.[found];
}

/** With the separators of the page's language: 12.345,50 or 12,345.50. */
function number(text) {
  const [group, point] = document.documentElement.lang === "en" ? [",", "."] : [".", ","];
  const [digits, fraction] = text.split(".");
  const grouped = digits.replace(/\B(?=(\d{3})+$)/g, group);
  return fraction === undefined ? grouped : grouped + point + fraction;
}
