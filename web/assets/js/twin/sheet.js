// A form as it stands, worked out from what is typed: the twin of engine/sheet.py. `plan` is what the server ships
// (engine/twin.py); what it left to itself is `left` here and changes nothing.

import { Unsupported, UNKNOWN, decoded, evaluate, rounded } from "../feel/evaluate.js";
import { add, decimal, digits, divide, leave, multiply, whole } from "../feel/decimal.js";

/** The plan with its values ready. Made once for each page. */
export function prepared(plan) {
  const values = (entries) => new Map(Object.entries(entries).map(([name, value]) => [name, decoded(value)]));
  const parts = Object.fromEntries(["moment", "fixed", "given", "earlier", "outside"].map((p) => [p, values(plan[p])]));
  const byId = new Map(plan.fields.map((field) => [field.id, field]));
  const items = plan.fields.flatMap((field) => (field.items || []).map(([key]) => key));
  return { ...plan, ...parts, byId, known: new Set([...plan.blank, ...byId.keys(), ...items]) };
}

/**
 * What follows from `typed`: values by field (ratings: by item), rows of a table as a list of Maps.
 *
 * Gives `local` (name: value), `hidden` (names), `wanted` (field: whether it must be filled in), `unsure` (fields of which
 * only the server knows whether they are shown), and `left`: whether the server has to be asked.
 */
export function workedOut(plan, typed) {
  const gone = new Set();
  const unsure = new Set();
  for (;;) {
    const form = new Form(plan, typed, gone, unsure);
    const hidden = form.hidden();
    if (form.isUnsure) continue;
    const stray = [...hidden].filter((name) => !gone.has(name) && (form.answers.get(name) ?? null) !== null);
    if (!stray.length) return form.settled(hidden);
    for (const name of stray) gone.add(name);
  }
}

class Form {
  /** Of fields in `unsure` only the server knows whether they are shown. */
  constructor(plan, typed, gone, unsure) {
    this.plan = plan;
    this.unsure = unsure;
    this.left = unsure.size > 0;
    this.answers = answered(plan, typed, gone);
    this.local = new Map(plan.blank.map((name) => [name, null]));
    for (const [name, value] of [...this.answers, ...plan.moment]) this.local.set(name, value);
    for (const field of plan.fields) this.begin(field);
    this.work(gone);
  }

  begin(field) {
    if (this.isLeft(field)) {
      for (const name of [field.id, ...(field.items || []).map(([key]) => key)]) this.keep(name, UNKNOWN);
    } else if (field.items) {
      this.local.set(field.id, marks(field, this.answers));
    }
  }

  isLeft(field) {
    return field.left || this.unsure.has(field.id);
  }

  keep(name, value) {
    this.local.set(name, value);
    this.answers.set(name, value);
  }

  /** What is computed, each seen by those behind it. */
  work(gone) {
    for (const id of this.plan.worked) {
      const field = this.plan.byId.get(id);
      this.values = new Map();
      if (gone.has(id) || this.isLeft(field)) continue;
      if (field.columns) this.workRows(field);
      else this.keep(id, this.plan.fixed.has(id) ? this.plan.fixed.get(id) : this.computed(field, this.read));
    }
    this.values = new Map();
  }

  computed({ formula, decimals }, read) {
    if (!formula) return null;
    return this.tried(() => rounded(evaluate(formula, read, this.plan.called), decimals));
  }

  /** The value, or that only the server knows it. */
  tried(work) {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof Unsupported)) throw error;
      this.left = true;
      return UNKNOWN;
    }
  }

  workRows(field) {
    const rows = this.answers.get(field.id);
    if (Array.isArray(rows)) this.keep(field.id, rows.map((row) => this.workRow(field, row))); // prettier-ignore
  }

  workRow({ columns }, row) {
    const inner = new Map([...columns.map((column) => [column.id, null]), ...row]);
    const read = (name) => (inner.has(name) ? inner.get(name) : this.read(name));
    for (const column of columns) {
      const shown = column.left || this.holds(column.show, read);
      if (column.left) inner.set(column.id, UNKNOWN);
      else if (shown === UNKNOWN) inner.set(column.id, UNKNOWN);
      else if (!shown) inner.set(column.id, null);
      else if (column.formula) inner.set(column.id, this.computed(column, read));
    }
    return inner;
  }

  /** Whether a condition holds; none at all always does. */
  holds(condition, read = this.read) {
    return !condition || this.tried(() => evaluate(condition, read, this.plan.called) === true);
  }

  // --- names ---

  /** A name of the form, or behind it of the case. */
  read = (name) => (this.local.has(name) ? this.local.get(name) : this.known(name));

  known = (name) => {
    const { plan } = this;
    if (plan.outside.has(name)) return plan.outside.get(name);
    if (plan.values[name]) return this.value(name);
    return name === plan.task ? this.task() : UNKNOWN;
  };

  /** What is typed, as it will be known under the task's own name. */
  task() {
    const found = new Map([...this.plan.known].map((name) => [name, this.answers.get(name) ?? null]));
    for (const field of this.plan.fields) if (field.items && !this.isLeft(field)) found.set(field.id, marks(field, this.answers));
    return found;
  }

  value(name) {
    if (!this.values.has(name)) this.values.set(name, this.worth(this.plan.values[name]));
    return this.values.get(name);
  }

  worth(rule) {
    const run = (node) => evaluate(node, this.known, this.plan.called);
    for (const override of rule.override) {
      const decided = run(override);
      if (decided !== null) return rounded(decided, rule.decimals);
    }
    const found = rule.formula ? run(rule.formula) : rule.weights ? this.weighed(rule.weights) : firstOf(rule.first, run);
    return rounded(found, rule.decimals);
  }

  /** The first weighting whose parts are all there. */
  weighed(lines) {
    for (const line of lines) {
      const parts = line.map(([name, weight]) => [this.part(name), decoded(weight)]);
      if (parts.every(([value]) => value !== null)) return weighted(parts);
    }
    return null;
  }

  part(name) {
    const found = this.known(name);
    return found === UNKNOWN ? leave(name) : found;
  }

  // --- what is shown ---

  /** The names of what is not shown; a hidden section hides its fields. */
  hidden() {
    const hidden = new Set();
    let section = true;
    for (const field of this.plan.fields) {
      const shown = this.isShown(field);
      if (field.kind === "section" && !field.left) section = shown;
      if (this.isLeft(field)) {
        if (shown !== false) continue;
      } else if (shown === UNKNOWN || section === UNKNOWN) {
        this.unsure.add(field.id);
        this.isUnsure = true;
        continue;
      } else if (section && shown) continue;
      for (const name of [field.id, ...(field.items || []).map(([key]) => key)]) hidden.add(name);
    }
    return hidden;
  }

  isShown(field) {
    return field.show ? this.holds(field.show) : !this.plan.hidden.includes(field.id);
  }

  settled(hidden) {
    for (const name of hidden) if (this.local.has(name)) this.local.set(name, null);
    const wanted = new Map();
    for (const field of this.plan.fields) {
      if (field.wanted) wanted.set(field.id, !hidden.has(field.id) && this.holds(field.wanted));
    }
    return { local: this.local, hidden, wanted, unsure: this.unsure, left: this.left };
  }
}

/** The answers as they are kept: given rows with what is typed laid over them, earlier rows before new ones. */
function answered(plan, typed, gone) {
  const answers = new Map();
  for (const field of plan.fields) {
    if (gone.has(field.id)) continue;
    for (const name of [field.id, ...(field.items || []).map(([key]) => key)]) {
      const value = typed.get(name);
      if (field.mine && !gone.has(name) && value !== undefined && value !== null) answers.set(name, value);
    }
    if (plan.given.has(field.id)) answers.set(field.id, laidOver(plan.given.get(field.id), field, typed.get(field.id)));
    if (plan.earlier.has(field.id)) {
      answers.set(field.id, [...plan.earlier.get(field.id), ...(answers.get(field.id) || [])]);
    }
  }
  return answers;
}

function laidOver(given, { key, columns }, typed = []) {
  const own = new Map((typed || []).map((row) => [row.get(key), row]));
  const names = columns.filter((column) => column.kind !== "computed").map((column) => column.id);
  return given.map((row) => {
    const mine = own.get(row.get(key));
    return new Map([...row, ...(mine ? names.map((name) => [name, mine.get(name) ?? null]) : [])]);
  });
}

/** The rows of rated items, those without a mark left out. */
function marks({ items }, answers) {
  return items.flatMap(([key, row]) => {
    const mark = answers.get(key) ?? null;
    return mark === null ? [] : [new Map([...decoded(row), ["nilai", mark]])];
  });
}

function firstOf(lines, run) {
  const line = lines.find(({ condition }) => condition === null || run(condition) === true);
  return !line ? null : line.formula ? run(line.formula) : decoded(line.value);
}

/** Sum of value times weight by hundred, as long as it is exact. */
function weighted(parts) {
  const products = parts.map(([value, weight]) => multiply(value, weight));
  const sum = products.reduce(add, whole(0));
  return products.some((one) => digits(one) > 28) || digits(sum) > 28 ? leave("digits") : divide(sum, decimal("100"));
}
