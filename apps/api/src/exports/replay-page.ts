/**
 * The page that replays a race anywhere: the web's own replay, built into one file, with the tape between its two
 * halves. The tape stands in a script of a type that no browser runs.
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

/** `webFolder`: what Vite builds. Read anew each time: a build may end after the app has started. */
export function readReplayPage(webFolder: string): ReplayPage {
  const file = path.join(webFolder, 'export', 'replay.html')
  const [before, after] = existsSync(file) ? readFileSync(file, 'utf8').split(place) : []
  if (before !== undefined && after !== undefined) {
    return {
      before: `${before}<script type="application/jsonl" id="tape">\n`,
      after: `</script>${after}`,
    }
  }
  throw new ApiFault(503, 'not_built', 'The page that replays is not built yet. Run: npm start')
}

/**
 * Lines of JSON as they may stand in a script: what could end or open a tag there, and the two line ends that JSON
 * allows and HTML's readers trip over, are written as escapes. Such characters stand in strings alone, so the JSON is
 * the same.
 */
export function escapeForScript(lines: string): string {
  return lines.replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
