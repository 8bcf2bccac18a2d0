import { basename, dirname, extname, join } from "node:path";

/** `out-2.json` for the second run that is to be saved to `out.json`: what tells runs apart stands before the ending. */
export function fileOfMember(file: string, mark: string): string {
  const ending = extname(file);
  return join(dirname(file), `${basename(file, ending)}-${mark}${ending}`);
}
