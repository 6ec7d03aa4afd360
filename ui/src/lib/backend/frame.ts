// How a head and a body go to the window's process in one piece: the head's length in four bytes, most significant first, the head
// as JSON, the body as it is. `src-tauri/src/frame.rs` is the other side.

const LENGTH = 4

export function writeFrame(head: unknown, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(JSON.stringify(head))
  const frame = new Uint8Array(LENGTH + bytes.length + body.length)
  new DataView(frame.buffer).setUint32(0, bytes.length)
  frame.set(bytes, LENGTH)
  frame.set(body, LENGTH + bytes.length)
  return frame
}

/** The head must be one that the other side wrote: what does not fit throws. */
export function readFrame<Head>(frame: ArrayBuffer): { head: Head; body: Uint8Array<ArrayBuffer> } {
  const length = new DataView(frame).getUint32(0)
  const head = new Uint8Array(frame, LENGTH, length)
  return {
    head: JSON.parse(new TextDecoder().decode(head)) as Head,
    body: new Uint8Array(frame, LENGTH + length),
  }
}
