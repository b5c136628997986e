/** What the server tells about itself. */
import { MalformedAnswer, object, readAs, text } from './schema.ts';

const version = object({ version: text });
const health = object({ status: text });

/** @throws MalformedAnswer */
export function readVersion(body: string): string {
  return readAs(body, version).version;
}

/** @throws MalformedAnswer unless the status is "ok": proxies answer 200 with pages of their own */
export function readHealth(body: string): true {
  if (readAs(body, health).status !== 'ok') throw new MalformedAnswer('"status" is not "ok"');
  return true;
}
