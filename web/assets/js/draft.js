// Drafts save themselves: some seconds after a change the form goes to its `data-draft-url` with `_intent=simpan`.
//
// The line [data-draft-status] says how it went. The server's words are shown (JSON: {"status": "Tersimpan 10.42"});
// for what the server cannot say (no network, session ended, sent by somebody else) the line carries its own.

import { contents, post } from "./sending.js";

const PAUSE = 3000;
const RETRY = 15000;

export function saveDrafts() {
  const form = document.querySelector("form[data-draft-url]");
  if (!form) return;
  let timer = null;
  let saving = false;
  let dirty = false;
  let last = Promise.resolve();

  /** Saves what was typed, after what is being saved; done when that has gone, or could not. */
  function save(options) {
    clearTimeout(timer);
    last = last.then(() => dirty && saveOnce(options));
    return last;
  }

  async function saveOnce(options) {
    saving = true;
    dirty = false;
    say("saving");
    const next = outcome(await send(form, options));
    saving = false;
    dirty = dirty || next.again;
    say(next.state, next.text);
    if (dirty) timer = setTimeout(save, next.again ? RETRY : PAUSE);
  }

  function touch(event) {
    if (event.target.name?.startsWith("_")) return;
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  }

  const held = new WeakSet();

  /** Another form of the page (language, signing out) waits until the draft is kept; pressed again, it goes anyway. */
  async function leave(event) {
    if (event.target === form || !(dirty || saving) || held.has(event.target)) return;
    event.preventDefault();
    held.add(event.target);
    await save();
    if (!dirty) event.target.submit();
  }

  form.addEventListener("input", touch);
  form.addEventListener("change", touch);
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    dirty = false;
  });
  document.addEventListener("submit", leave);
  addEventListener("online", () => save());
  // The last chance on a phone: the page is put away and may never come back.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save({ keepalive: true });
  });
}

async function send(form, options) {
  try {
    const answer = await post(form.dataset.draftUrl, contents(form, ["_intent", "simpan"]), options);
    return { answer, data: await answer.json().catch(() => ({})) };
  } catch {
    return {};
  }
}

function outcome({ answer, data }) {
  if (!answer || answer.status >= 500 || answer.status === 429) return { state: "failed", again: true };
  if (answer.ok) return { state: "saved", text: data.status };
  if (answer.status === 409) return { state: "conflict", text: data.status };
  if (answer.type === "opaqueredirect" || [400, 401, 403].includes(answer.status)) return { state: "gone" };
  return { state: "failed", text: data.status };
}

function say(state, text) {
  const line = document.querySelector("[data-draft-status]");
  if (!line) return;
  line.dataset.state = state === "conflict" || state === "gone" ? "failed" : state;
  const words = text || line.dataset[state];
  if (words) line.textContent = words;
}
