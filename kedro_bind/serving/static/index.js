const list = document.querySelector("#models");
const template = document.querySelector("#model");

function fill(table, rows) {
  if (!rows.length) {
    table.previousElementSibling.remove();
    table.remove();
    return;
  }
  for (const cells of rows) {
    const row = table.tBodies[0].insertRow();
    for (const text of cells) row.insertCell().textContent = text;
  }
}

function typeOf(column) {
  return column["tensor-spec"] ? `${column["tensor-spec"].dtype} ${JSON.stringify(column["tensor-spec"].shape)}` : column.type;
}

async function predict(model, form) {
  const output = form.querySelector("output");
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const response = await fetch(model.invocations, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: form.querySelector("textarea").value,
    });
    const content = await response.json();
    output.className = response.ok ? "" : "bad";
    output.textContent = response.ok ? JSON.stringify(content, null, 2) : `${response.status}: ${content.message}`;
  } catch (error) {
    output.className = "bad";
    output.textContent = String(error);
  } finally {
    button.disabled = false;
  }
}

function show(model) {
  const section = template.content.cloneNode(true).firstElementChild;
  section.querySelector("h2").textContent = model.version ? `${model.name}, version ${model.version}` : model.name;
  section.querySelector(".description").textContent = model.description;
  fill(section.querySelector(".inputs"), (model.inputs || []).map((c) => [c.name ?? "", typeOf(c), c.required === false ? "no" : "yes"]));
  fill(section.querySelector(".params"), (model.params || []).map((p) => [p.name, p.type, JSON.stringify(p.default)]));
  fill(section.querySelector(".outputs"), (model.outputs || []).map((c) => [c.name ?? "", typeOf(c)]));
  if (model.row_wise) section.querySelector(".rows").textContent = "Verified: the prediction for a row never depends on other rows.";
  else section.querySelector(".rows").remove();
  const form = section.querySelector("form");
  const request = form.querySelector("textarea");
  request.value = JSON.stringify(model.example, null, 2);
  request.rows = Math.min(request.value.split("\n").length, 24);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    predict(model, form);
  });
  list.append(section);
}

fetch("models")
  .then((response) => response.json())
  .then((models) => models.forEach(show))
  .catch((error) => { list.textContent = `The models can't be listed: ${error}`; })
  .finally(() => list.removeAttribute("aria-busy"));
