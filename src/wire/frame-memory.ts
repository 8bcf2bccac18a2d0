/** One piece of memory seen twice: index i of `bytes` is offset i of `view`. */
export interface FrameMemory {
  readonly bytes: Buffer;
  readonly view: DataView;
}

/** Both views of a buffer's memory; made once per buffer, never per frame. */
export function frameMemory(bytes: Buffer): FrameMemory {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };
}
