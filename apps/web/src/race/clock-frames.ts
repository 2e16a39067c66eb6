/**
 * One loop for all running clocks: with two clocks for each lane, loops of their own would be as many callbacks in each
 * frame. Clocks are drawn in every second frame at 60 Hz, because nobody can read hundredths of a second that run.
 */

/** Returns false when it must not be called again. */
type Draw = () => boolean

const drawMsMin = 30
const draws = new Set<Draw>()
let isAsked = false
let drawnAtMs = 0

/** Calls `draw` now, and then until it returns false. Returns a function that ends this sooner. */
export function drawOnFrames(draw: Draw): () => void {
  if (draw()) draws.add(draw)
  ask()
  return () => void draws.delete(draw)
}

function ask() {
  if (isAsked || draws.size === 0) return
  isAsked = true
  requestAnimationFrame((nowMs) => {
    isAsked = false
    if (nowMs - drawnAtMs >= drawMsMin) {
      drawnAtMs = nowMs
      for (const draw of draws) if (!draw()) draws.delete(draw)
    }
    ask()
  })
}
