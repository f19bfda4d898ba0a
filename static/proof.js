// Solves the puzzle of an open form: the number whose SHA-256 with the salt is the challenge. The form waits for it.
const hex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");

async function solve(puzzle) {
  for (let number = 0; number <= puzzle.max_number; number++) {
    const tried = new TextEncoder().encode(puzzle.salt + number);
    if (hex(await crypto.subtle.digest(puzzle.algorithm, tried)) === puzzle.challenge) return number;
  }
  return null;
}

for (const input of document.querySelectorAll("input[data-puzzle]")) {
  const form = input.form, puzzle = JSON.parse(input.dataset.puzzle);
  const solved = solve(puzzle).then((number) => {
    const { algorithm, challenge, salt, signature } = puzzle;
    input.value = btoa(JSON.stringify({ algorithm, challenge, number, salt, signature }));
  });
  form.addEventListener("submit", (event) => {
    if (input.value) return;
    event.preventDefault();
    form.querySelector("[data-proof-waits]").hidden = false;
    solved.then(() => form.requestSubmit(event.submitter));
  });
}
