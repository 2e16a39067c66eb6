/**
 * The page that replays a race anywhere: the web's own replay, built into one file, with the tape between its two
 * halves. The tape is in a script of a type that no browser runs.
 */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { ApiFault } from '../api-fault.ts'

/** Stands in the built page where the tape belongs. */
const place = '<!--tape-->'

export interface ReplayPage {
  before: string
  after: string
}

/** `webFolder`: what Vite builds. Read at each export, because a build can end after the app has started. */
export function readReplayPage(webFolder: string): ReplayPage {
  const file = path.join(webFolder, 'export', 'replay.html')
  const [before, after] = existsSync(file) ? readFileSync(file, 'utf8').split(place) : []
  if (before !== undefined && after !== undefined) {
    return {
      before: `${before}<script type="application/jsonl" id="tape">\n`,
      after: `</script>${after}`,
    }
  }
  throw new ApiFault(503, 'not_built', 'The replay page is not built yet. Run: npm start')
}

/**
 * Lines of JSON that are safe inside a script element: the characters that could open or end a tag there, and U+2028
 * and U+2029, which JSON allows and older scripts take for line ends, are escaped. They occur only within strings, so
 * the JSON is the same.
 */
export function escapeForScript(lines: string): string {
  return lines.replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
