// Sends the forms of the documentation page and shows the answers as text. A key stays in its field, nowhere else.
"use strict";

const key = document.getElementById("key");

// Each parameter stands where the path template names it, or in the query.
function address(form) {
  let path = form.dataset.path;
  const query = new URLSearchParams();
  for (const field of form.querySelectorAll("input[data-place]")) {
    if (field.dataset.place === "header") {
      continue;
    } else if (field.dataset.place === "path") {
      path = path.replace(`{${field.name}}`, encodeURIComponent(field.value));
    } else if (field.value) {
      query.set(field.name, field.value);
    }
  }
  return query.size ? `${path}?${query}` : path;
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

// A file goes as a form, with the fields beside it that are filled in; JSON goes where there is no file.
function bodyOf(form, headers) {
  const text = form.querySelector("textarea");
  const file = form.querySelector("input[type=file]");
  if (file && (file.files.length || !text)) {
    const parts = new FormData();
    for (const field of form.querySelectorAll("input[data-part]:not([type=file])")) {
      if (field.value) parts.append(field.name, field.value);
    }
    for (const one of file.files) parts.append(file.name, one);
    return parts;
  }
  if (text) headers["Content-Type"] = "application/json";
  return text ? text.value : undefined;
}

async function send(form) {
  const headers = {};
  const body = bodyOf(form, headers);
  for (const field of form.querySelectorAll("input[data-place=header]")) {
    if (field.value) headers[field.name] = field.value;
  }
  if (key.value) headers.Authorization = `Bearer ${key.value}`;
  const output = form.querySelector("pre");
  output.classList.remove("failed");
  output.textContent = "…";
  try {
    const answer = await fetch(address(form), {
      method: form.dataset.method,
      headers,
      body,
      cache: "no-store",
    });
    const text = await answer.text();
    output.classList.toggle("failed", !answer.ok);
    output.textContent = `${answer.status} ${answer.statusText}\n${pretty(text)}`;
  } catch {
    output.classList.add("failed");
    output.textContent = "没有收到答复，请检查服务是否在运行。No answer: is the service running?";
  }
}

for (const form of document.querySelectorAll("form[data-path]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form);
  });
}

// A link from the start page opens the call that it names.
function openNamed() {
  const named = location.hash && document.getElementById(location.hash.slice(1));
  if (named instanceof HTMLDetailsElement) named.open = true;
}
addEventListener("hashchange", openNamed);
openNamed();
