// The page of /graphql: asks without leaving the page, fills in examples. Without this file the form does the same by itself.
const form = document.getElementById("console");
const answer = document.getElementById("answer");
const note = document.getElementById("answer-note");
const { query, variables } = form.elements;

function show(words, text) {
  note.textContent = words;
  answer.hidden = text === null;
  answer.textContent = text ?? "";
}

function typedVariables() {
  const typed = variables.value.trim();
  if (!typed) return null;
  const value = JSON.parse(typed);
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new SyntaxError("expected an object, { … }");
  return value;
}

async function ask() {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrf_token.value };
  const body = JSON.stringify({ query: query.value, variables: typedVariables() });
  const began = performance.now();
  const response = await fetch(form.action, { method: "POST", headers, body });
  const told = await response.json();
  const took = Math.round(performance.now() - began);
  show(`${response.status} · ${took} ms`, JSON.stringify(told, null, 2));
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const [button] = form.querySelectorAll("[type=submit]");
  button.disabled = true;
  variables.setCustomValidity("");
  try {
    await ask();
  } catch (error) {
    if (error instanceof SyntaxError) show(`${variables.labels[0].textContent}: ${error.message}`, null);
    else show(form.dataset.failed, null);
  } finally {
    button.disabled = false;
  }
});

document.querySelector(".examples").addEventListener("click", (event) => {
  const link = event.target.closest("[data-query]");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  query.value = link.dataset.query;
  variables.value = link.dataset.variables;
  query.focus();
});
