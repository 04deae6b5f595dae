// The script of every page. Nothing depends on it: without it the same forms are sent by their buttons.

import { Button, CharacterCount, createAll, ErrorSummary, PasswordInput } from "govuk-frontend";

import { saveDrafts } from "./draft.js";
import { showConnection } from "./connection.js";
import { offerPrint, openForPrint } from "./paper.js";
import { refreshForms } from "./refresh.js";
import { keepUp } from "./twin/page.js";
import { weighFiles } from "./weight.js";

/** Starts what acts on single elements; again for the part of the page that a refresh has replaced. */
function start(scope) {
  createAll(Button, { preventDoubleClick: true }, scope);
  createAll(CharacterCount, undefined, scope);
  createAll(PasswordInput, undefined, scope);
}

// The components look for this class before they do anything.
document.body.classList.add("js-enabled", "govuk-frontend-supported");
start(document);
createAll(ErrorSummary);
const twin = keepUp(start);
twin.update();
refreshForms(start, twin);
saveDrafts();
showConnection();
openForPrint();
offerPrint();
weighFiles();
