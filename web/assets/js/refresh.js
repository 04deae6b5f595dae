// Forms that change while they are filled in: fields that appear, totals, rows that come and go.
//
// A change inside [data-drives], or any where the twin (twin/page.js) cannot tell what follows, posts the form with
// `_intent=segarkan`; a press on `_tambah` or `_hapus` posts it with that button. From the page that answers, only the form's content is taken. What was typed meanwhile, chosen files
// and the focus stay. Wherever this fails, the button is pressed in earnest.

import { contents, post } from "./sending.js";

const INPUTS = "input, select, textarea";
const ROWS = 'button[name="_tambah"], button[name="_hapus"]';

export function refreshForms(start, twin) {
  const form = document.getElementById("formulir");
  if (!form) return;
  let running = null;

  async function refresh(extra) {
    running?.abort();
    const turn = (running = new AbortController());
    const sent = snapshot(form);
    const answer = await post(form.action, contents(form, extra), { signal: turn.signal });
    const fresh = formOf(await answer.text());
    if (turn.signal.aborted) return true;
    if (!fresh) return false;
    replace(form, fresh, sent, start);
    twin.update();
    return true;
  }

  form.addEventListener("change", (event) => {
    if (event.target.closest("[data-drives]") || twin.asks()) refresh(["_intent", "segarkan"]).catch(() => {});
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest(ROWS);
    if (!button || filesMove(form, button)) return;
    event.preventDefault();
    const before = ids(form);
    refresh([button.name, button.value])
      .then((done) => (done ? focusNew(form, before, button) : press(form, button)))
      .catch((error) => error.name === "AbortError" || press(form, button));
  });
}

function formOf(html) {
  return new DOMParser().parseFromString(html, "text/html").getElementById("formulir");
}

/** Rows that close up would leave a chosen file with the wrong row: such a form is sent in earnest. */
function filesMove(form, button) {
  return button.name === "_hapus" && [...form.querySelectorAll("[data-rows] [type=file]")].some((i) => i.files.length);
}

function press(form, button) {
  const copy = Object.assign(document.createElement("button"), { name: button.name, value: button.value });
  copy.formNoValidate = copy.hidden = true;
  form.append(copy);
  form.requestSubmit(copy);
}

function ids(form) {
  return new Set([...form.querySelectorAll(INPUTS)].map((input) => input.id));
}

function state(input) {
  return input.type === "radio" || input.type === "checkbox" ? input.checked : input.value;
}

function snapshot(form) {
  return new Map([...form.querySelectorAll(INPUTS)].filter((i) => i.id).map((i) => [i.id, state(i)]));
}

function replace(form, fresh, sent, start) {
  const focus = document.activeElement;
  const mark = form.contains(focus) && focus.id ? { id: focus.id, at: caret(focus) } : null;
  const opened = new Set([...form.querySelectorAll("details[open][id]")].map((details) => details.id));
  const kept = [...form.querySelectorAll(INPUTS)].filter((i) => i.id && (changed(i, sent) || i.files?.length));
  form.replaceChildren(...document.adoptNode(fresh).childNodes);
  for (const input of kept) keep(input);
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  start(form);
  if (mark) restore(mark);
}

function changed(input, sent) {
  return input.type !== "hidden" && input.type !== "file" && sent.get(input.id) !== state(input);
}

/** Carries into the fresh page what the server could not know yet. */
function keep(old) {
  const input = document.getElementById(old.id);
  if (!input || input.type !== old.type) return;
  if (old.type === "file") input.replaceWith(old);
  else if (old.type === "radio" || old.type === "checkbox") input.checked = old.checked;
  else input.value = old.value;
}

function caret(input) {
  try {
    return [input.selectionStart, input.selectionEnd];
  } catch {
    return null;
  }
}

function restore({ id, at }) {
  const input = document.getElementById(id);
  if (!input) return;
  input.focus({ preventScroll: true });
  if (at?.[0] != null) {
    try {
      input.setSelectionRange(...at);
    } catch {
      // Some kinds of input have no caret to set.
    }
  }
}

/** The first field of a new row takes the focus; after a removal, the table does. */
function focusNew(form, before, button) {
  const added = [...form.querySelectorAll(INPUTS)].find((i) => i.id && i.type !== "hidden" && !before.has(i.id));
  const table = form.querySelector(`[data-rows="${CSS.escape(button.value.split(".")[0])}"]`);
  (button.name === "_tambah" && added ? added : table)?.focus();
}
