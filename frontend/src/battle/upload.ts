// Send one picture, and say how far it has come. `fetch` cannot tell the progress of what it sends.

import { RefusedError, sentenceOf, UNREACHABLE } from "./api";

/** What `POST /images` answers. */
export interface SentImage {
  sha256: string;
  media_type: string;
  width: number;
  height: number;
  url: string;
}

export interface Sending {
  done: Promise<SentImage>;
  cancel(): void;
}

const CREATED = 201;

export function sendImage(arena: string, file: File, onProgress: (share: number) => void): Sending {
  const request = new XMLHttpRequest();
  const done = new Promise<SentImage>((resolve, reject) => {
    request.open("POST", `/api/v1/images?arena=${encodeURIComponent(arena)}`);
    request.setRequestHeader("Content-Type", file.type);
    request.upload.addEventListener("progress", (event) => onProgress(event.loaded / event.total));
    request.addEventListener("load", () => {
      if (request.status === CREATED) resolve(JSON.parse(request.responseText) as SentImage);
      else reject(new RefusedError(sentenceOf(request.status, request.responseText), request.status));
    });
    request.addEventListener("error", () => reject(new RefusedError(UNREACHABLE, 0)));
    request.send(file);
  });
  return { done, cancel: () => request.abort() };
}
