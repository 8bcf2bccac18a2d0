import { readProblem, readValue, type Reading } from "./reading.ts";

/** RFC 9110 section 5.6.2: the characters of a field name. */
const fieldName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Fields that the opening handshake writes itself (RFC 6455 section 4.1), or that would end it early. */
const ownFields =
  /^(sec-websocket-(key|version|extensions|protocol|accept)|upgrade|connection|content-length|transfer-encoding)$/i;

/** Reads the name of an extra request header. */
export function readHeaderName(name: string): Reading<string> {
  if (!fieldName.test(name))
    return readProblem("is not a header name", "write letters, digits and hyphens, for example X-Client");
  if (!ownFields.test(name)) return readValue(name);
  const mend = ownMends[name.toLowerCase()] ?? "leave it out";
  return readProblem("is written by floodgate itself", mend);
}

const ownMends: Readonly<Record<string, string>> = {
  "sec-websocket-protocol": "name it with --subprotocol (connect.subprotocols)",
  "sec-websocket-extensions": "ask for compression with --compress (connect.compress)",
};

/** Reads the value of an extra request header: one line of visible characters, tabs and spaces. */
export function readHeaderValue(value: string): Reading<string> {
  if (!/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value)) {
    if (/[^\u0000-\u00ff]/.test(value))
      return readProblem("has characters that a header cannot carry", "write Latin-1 characters only");
    return readValue(value.trim());
  }
  return readProblem("has a line break or control character", "a header value is one line");
}

/** Reads `Name: value`. */
export function readHeaderLine(line: string): Reading<readonly [name: string, value: string]> {
  const colon = line.indexOf(":");
  if (colon < 1) return readProblem("has no colon", "write it like 'X-Client: load-test'");
  const name = readHeaderName(line.slice(0, colon).trim());
  if (name.kind === "problem") return name;
  const value = readHeaderValue(line.slice(colon + 1));
  return value.kind === "problem" ? value : readValue([name.value, value.value]);
}
