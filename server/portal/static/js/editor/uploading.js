// Files on their way to the server, with progress; what is refused is told in a sentence.
const MEGABYTE = 1024 * 1024;

// resolves with what the server answers; rejects with a sentence
export function upload(keeper, address, file, moved, largest) {
  if (file.size > largest) return Promise.reject(new Error(`${file.name} has ${(file.size / MEGABYTE).toFixed(0)} MB; at most ${(largest / MEGABYTE).toFixed(0)} MB can be sent.`));
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("PUT", `/drafts/${keeper.draft}/${address}`);
    request.setRequestHeader("X-CSRF-Token", keeper.token);
    request.setRequestHeader("X-Name", encodeURIComponent(file.name));
    request.upload.addEventListener("progress", (event) => event.lengthComputable && moved(event.loaded / event.total));
    request.addEventListener("error", () => failed(new Error(`${file.name} could not be sent: the server does not answer.`)));
    request.addEventListener("load", () => {
      let told = null;
      try {
        told = JSON.parse(request.responseText);
      } catch {
        // an answer that is no JSON has no words for people
      }
      if (request.status < 300) done(told);
      else failed(new Error(`${file.name}: ${[told?.detail, told?.mend].filter(Boolean).join("; ") || `the server refused it (${request.status})`}.`));
    });
    request.send(file);
  });
}
