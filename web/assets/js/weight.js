// A file that is too large is told when it is chosen; otherwise it would be sent in full and refused at the door.

export function weighFiles() {
  document.addEventListener("change", ({ target }) => {
    if (target.type !== "file" || !target.dataset.most) return;
    document.getElementById(`${target.id}-weight`)?.remove();
    if (![...target.files].some((file) => file.size > Number(target.dataset.most))) return;
    target.value = "";
    target.before(told(target));
  });
}

function told(input) {
  const line = document.createElement("p");
  line.id = `${input.id}-weight`;
  line.className = "govuk-error-message";
  line.setAttribute("role", "alert");
  line.textContent = input.dataset.tooLarge;
  return line;
}
