// Sending a form as the browser would, without leaving the page.

/** What the form holds, without files: those go only with a real submit. */
export function contents(form, extra) {
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && name !== extra[0]) body.append(name, value);
  }
  body.append(...extra);
  return body;
}

/** Posts *body*; a redirect (to the sign-in page, say) is not followed. */
export function post(url, body, options = {}) {
  return fetch(url, {
    method: "POST",
    body,
    headers: { "X-Requested-With": "fetch" },
    credentials: "same-origin",
    redirect: "manual",
    ...options,
  });
}
