// Small helps on top of pages that are complete without them.

function enhance(root) {
  root.querySelector(".error-summary[autofocus]")?.focus();
  if (navigator.clipboard) {
    for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
  }
}

async function copy(button) {
  const field = document.getElementById(button.dataset.copy);
  const said = button.parentElement.querySelector("[role=status]");
  try {
    await navigator.clipboard.writeText(field.value);
    said.textContent = "Copied.";
  } catch {
    field.select();
    said.textContent = "Press Ctrl+C or Command+C to copy.";
  }
}

let shown = location.pathname + location.search;

// Put the answer in the place of this page, as the browser itself would have done.
function show(request) {
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  document.title = page.title;
  document.body.replaceWith(page.body);
  if (request.responseURL !== location.href) history.pushState(null, "", request.responseURL);
  shown = location.pathname + location.search;
  scrollTo(0, 0);
  enhance(document);
  if (!document.querySelector(".error-summary")) document.getElementById("main")?.focus();
}

function upload(form, event) {
  const status = form.querySelector("[data-upload-status]");
  const sends = [...form.querySelectorAll("input[type=file]")].some((input) => input.files.length);
  if (!status || !sends) return;
  event.preventDefault();
  if (form.dataset.sending) return;
  form.dataset.sending = "yes";
  const bar = status.querySelector("progress");
  const said = status.querySelector("[role=status]");
  const failed = () => {
    delete form.dataset.sending;
    said.textContent = "The upload was interrupted. Nothing was stored; please try again.";
  };
  const request = new XMLHttpRequest();
  request.open("POST", form.getAttribute("action") || location.href);
  request.upload.onprogress = ({ loaded, total }) => {
    bar.value = Math.floor((100 * loaded) / total);
    said.textContent = loaded < total ? `Uploading: ${Math.floor(bar.value / 10) * 10} %` : "Checking the file";
  };
  request.onerror = request.ontimeout = failed;
  request.onload = () => (request.responseText ? show(request) : failed());
  status.hidden = false;
  said.textContent = "Uploading";
  const body = new FormData(form);
  if (event.submitter?.name) body.append(event.submitter.name, event.submitter.value);
  request.send(body);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
});
document.addEventListener("submit", (event) => {
  if (event.target.matches("form[data-upload]")) upload(event.target, event);
});
addEventListener("popstate", () => {
  if (location.pathname + location.search !== shown) location.reload();
});
enhance(document);
