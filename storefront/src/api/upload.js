/** Straight to the picture store by presigned POST: the signed fields first, the file last. */
import { Problem, noAnswer } from "./problem.js";

function formOf(fields, file) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", file);
  return form;
}

/** XMLHttpRequest and not fetch, since only it tells how far an upload has come. `onProgress` gets 0 to 1. */
export function sendTo(upload, file, onProgress) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("POST", upload.url);
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) done();
      else failed(new Problem(request.status, { code: "upload_refused" }));
    };
    request.onerror = () => failed(noAnswer());
    request.send(formOf(upload.fields, file));
  });
}
