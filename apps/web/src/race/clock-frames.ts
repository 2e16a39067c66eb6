/**
 * One loop for all running clocks: two a lane would be as many callbacks in every frame. They are drawn in every second frame
 * of a display of 60 Hz: hundredths of a second are not read, they are seen to run.
 */

/** False when it is not to be called again. */
type Draw = () => boolean

const drawMsMin = 30
const draws = new Set<Draw>()
let isAsked = false
let drawnAtMs = 0

/** Draws now, and from then on as long as it says so. Gives back what ends it sooner. */
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
