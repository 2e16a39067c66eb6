/**
 * Cuts a byte stream into Server-Sent Events frames without changing a byte: joined again, the frames are the stream.
 *
 * Network reads do not end where events end, so a frame is handed out only when its blank line has come. Works on bytes:
 * a UTF-8 character cut between reads stays whole, because a line end is never part of one.
 */
export interface FrameSplitter {
  /** The frames that these bytes complete, each with its closing blank line. */
  push(bytes: Uint8Array): Uint8Array[]
  /** What came after the last blank line; empties the splitter. Many servers end `[DONE]` with one line end only. */
  rest(): Uint8Array
}

/** A frame longer than this is not an event of any provider: 16 MiB holds the largest image in base64 seen so far. */
const frameBytesMax = 16 * 1024 * 1024

export class FrameTooLarge extends Error {
  override name = 'FrameTooLarge'
}

const LF = 10
const CR = 13

/** Throws `FrameTooLarge` when no blank line comes within `bytesMax`. */
export function createFrameSplitter(bytesMax = frameBytesMax): FrameSplitter {
  let held: Uint8Array[] = []
  let heldBytes = 0
  let isLineEmpty = true
  let afterCr = false

  /** Feeds one byte; true when it completes a blank line. CRLF counts once: the LF after a CR ends no second line. */
  function endsFrame(byte: number): boolean {
    if (byte === LF && afterCr) {
      afterCr = false
      return false
    }
    afterCr = byte === CR
    if (byte !== LF && byte !== CR) {
      isLineEmpty = false
      return false
    }
    const wasEmpty = isLineEmpty
    isLineEmpty = true
    return wasEmpty
  }

  return {
    push(bytes) {
      const frames: Uint8Array[] = []
      let start = 0
      for (let index = 0; index < bytes.length; index++) {
        if (!endsFrame(bytes[index]!)) continue
        // The LF of a CRLF belongs to the line that the CR ended.
        if (bytes[index] === CR && bytes[index + 1] === LF) endsFrame(bytes[++index]!)
        frames.push(join(held, heldBytes, bytes.subarray(start, index + 1)))
        held = []
        heldBytes = 0
        start = index + 1
      }
      if (start < bytes.length) {
        // Copied: the caller may reuse its read buffer. (`slice` of a Node Buffer would be a view.)
        const tail = new Uint8Array(bytes.subarray(start))
        held.push(tail)
        heldBytes += tail.length
        if (heldBytes > bytesMax) throw new FrameTooLarge(`No end of event within ${bytesMax} bytes.`)
      }
      return frames
    },
    rest() {
      const rest = join(held, heldBytes, new Uint8Array(0))
      held = []
      heldBytes = 0
      isLineEmpty = true
      afterCr = false
      return rest
    },
  }
}

function join(held: Uint8Array[], heldBytes: number, last: Uint8Array): Uint8Array {
  if (heldBytes === 0) return last
  const joined = new Uint8Array(heldBytes + last.length)
  let offset = 0
  for (const part of held) {
    joined.set(part, offset)
    offset += part.length
  }
  joined.set(last, offset)
  return joined
}
