/**
 * Cuts a byte stream into Server-Sent Events frames without changing a byte: joined again, the frames are the stream.
 *
 * Network reads do not end where events end, so a frame is returned only when its blank line has come. Works on bytes:
 * a UTF-8 character that is cut between reads stays whole, because a line end is never part of one. Looks at line ends
 * only: what stands between them is skipped by `indexOf`. Blank lines without an event before them are one frame:
 * otherwise a provider that sends nothing else would cost a frame for each byte.
 */
export interface FrameSplitter {
  /** The frames that these bytes complete, each with its closing blank line. */
  push(bytes: Uint8Array): Uint8Array[]
  /** What came after the last blank line; empties the splitter. Many servers end `[DONE]` with a single line end. */
  rest(): Uint8Array
  /** Nothing is held, so the next byte begins a frame. */
  readonly isBetween: boolean
}

/** A frame longer than this is not an event of any provider: 16 MiB holds the largest image in base64 seen so far. */
export const frameBytesMax = 16 * 1024 * 1024

export class FrameTooLarge extends Error {
  override name = 'FrameTooLarge'
}

const nothing: Uint8Array = new Uint8Array(0)
const LF = 10
const CR = 13

/** Throws `FrameTooLarge` when no blank line comes within `bytesMax`. */
export function createFrameSplitter(bytesMax = frameBytesMax): FrameSplitter {
  let held = nothing
  let heldBytes = 0
  let isLineEmpty = true
  let afterCr = false

  // Copied, because the caller can reuse its read buffer. Into one buffer that grows: kept one by one, bytes that come
  // in HTTP chunks of one byte took 235 bytes each, and an event without end took 4 GB before it was refused.
  const hold = (bytes: Uint8Array) => {
    const end = heldBytes + bytes.length
    if (end > held.length) held = join(held.subarray(0, heldBytes), nothing, Math.max(end, 2 * held.length))
    held.set(bytes, heldBytes)
    heldBytes = end
    if (heldBytes > bytesMax) throw new FrameTooLarge(`No end of event within ${bytesMax} bytes.`)
  }
  const complete = (last: Uint8Array): Uint8Array => {
    if (heldBytes === 0) return last
    const frame = join(held.subarray(0, heldBytes), last, heldBytes + last.length)
    held = nothing
    heldBytes = 0
    return frame
  }

  return {
    push(bytes) {
      const frames: Uint8Array[] = []
      const ends = createLineEnds(bytes)
      let frameStart = 0
      // CRLF is one line end: the LF after a CR, here or in the read before, ends no second line.
      let lineStart = afterCr && bytes[0] === LF ? 1 : 0
      if (bytes.length > 0) afterCr = false
      for (let end = ends.next(lineStart); end < bytes.length; end = ends.next(lineStart)) {
        const isBlank = isLineEmpty && end === lineStart
        isLineEmpty = true
        lineStart = end + (bytes[end] === CR && bytes[end + 1] === LF ? 2 : 1)
        // A blank line without an event before it: those that follow close no event either, and join this frame.
        if (isBlank && end === frameStart && heldBytes === 0) lineStart = endOfBlankLines(bytes, lineStart)
        afterCr = bytes[lineStart - 1] === CR && lineStart === bytes.length
        if (!isBlank) continue
        frames.push(complete(bytes.subarray(frameStart, lineStart)))
        frameStart = lineStart
      }
      if (lineStart < bytes.length) isLineEmpty = false
      if (frameStart < bytes.length) hold(bytes.subarray(frameStart))
      return frames
    },
    rest() {
      isLineEmpty = true
      afterCr = false
      return complete(new Uint8Array(0))
    },
    get isBetween() {
      return heldBytes === 0 && isLineEmpty && !afterCr
    },
  }
}

/** Every LF or CR at the start of a line is a blank line or a part of one. */
function endOfBlankLines(bytes: Uint8Array, from: number): number {
  let end = from
  while (bytes[end] === LF || bytes[end] === CR) end++
  return end
}

/** Finds the next LF or CR from a place on; the length where there is none. A CR is rare: its place is remembered. */
function createLineEnds(bytes: Uint8Array): { next(from: number): number } {
  const find = (byte: number, from: number): number => {
    const at = bytes.indexOf(byte, from)
    return at === -1 ? bytes.length : at
  }
  let cr = find(CR, 0)
  return {
    next(from) {
      if (cr < from) cr = find(CR, from)
      return Math.min(find(LF, from), cr)
    },
  }
}

function join(first: Uint8Array, second: Uint8Array, length: number): Uint8Array {
  const joined = new Uint8Array(length)
  joined.set(first)
  joined.set(second, first.length)
  return joined
}
