/**
 * The heap of the lane thread. While V8 collects it, no socket is read: that was nearly all of the lag that an
 * otherwise idle machine showed (docs/decisions/0027). Collections are made short here, and the long ones rare.
 */
import { setFlagsFromString } from 'node:v8'
import type { ResourceLimits } from 'node:worker_threads'

/**
 * V8 collects the young generation when a third of this is full, in some 0.4 ms. With V8's own limit, 16 times as much,
 * it takes 2 to 5.
 */
const youngMb = 6

/**
 * A full collection takes 5 to 15 ms. V8 begins one when the old generation has grown by some 15 MB, and the thread
 * starts with 50, most of it the tokenizer. Of 4,000 tokens a second 2 MB a second grow old: with this, the first one
 * comes after a minute.
 */
const oldMbAtStart = 160

/** Far above the need of 128 lanes with answers of a usual size. Beyond it the thread dies, but not the app. */
const oldMb = 1_024

/** For the next thread that is started. */
export function toLaneHeap(): ResourceLimits {
  // V8 reads it whenever it sets up a heap; among the limits of a thread there is none like it.
  setFlagsFromString(`--initial-old-space-size=${oldMbAtStart}`)
  return { maxYoungGenerationSizeMb: youngMb, maxOldGenerationSizeMb: oldMb }
}
