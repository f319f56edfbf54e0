// Sends an endpoint's form without leaving the page. Without this file the form works all the same.
"use strict";

const form = document.querySelector("form[data-try]");
const problem = form.querySelector(".problem");
const button = form.querySelector("button");

function complain(words) {
  problem.textContent = words;
  problem.hidden = !words;
}

function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    complain(`This is no JSON: ${error.message}`);
    return false;
  }
}

async function send() {
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const shown = page.getElementById("answer");
  if (shown) {
    document.getElementById("answer").replaceWith(shown);
  } else {
    complain(page.querySelector("main p")?.textContent ?? `The local cloud answered ${answer.status}.`);
  }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  complain("");
  if (!isJson(form.elements.request.value)) return;
  button.disabled = true;
  try {
    await send();
  } catch {
    complain("The local cloud does not answer.");
  } finally {
    button.disabled = false;
  }
});
