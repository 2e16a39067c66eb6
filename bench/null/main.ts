/**
 * `pnpm bench:null [--quick]`: races of one simulated profile against itself, through simulator, gateway and app as
 * real processes. A win there is chance, and a leaderboard that finds a winner has a defect.
 *
 * Two pairs of twins, each pair the same profile under two names. The exact pair answers to the millisecond: only the
 * clock can tell its lanes apart, and within the margin it must not. The jittered pair draws its times anew for each
 * race and name, so that either wins about half of the races: the leaderboard's intervals must contain 50 % as often as
 * they claim.
 *
 * Races are run in blocks with a prompt category each, so that `GET /api/leaderboard?category=…` is a board of its own.
 */
import type { Leaderboard, Measure } from '@drag-race/contracts'
import { startHouse } from '../../tests/support/programs.ts'
import { type NullRace, raceTwins, toModels } from './races.ts'
import { writeReport } from './report.ts'

const isQuick = process.argv.includes('--quick')
const blocks = isQuick ? 4 : 20
const racesABlock = 10
const exactRaces = isQuick ? 20 : 100

const house = await startHouse({ models: toModels(), isRealTime: true })
try {
  const appUrl = house.app.url
  const calibrated = await fetch(`${appUrl}/api/calibrate`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })
  if (!calibrated.ok) throw new Error(`calibration: ${await calibrated.text()}`)
  const exact: NullRace[] = []
  for (let count = 0; count < exactRaces; count++) exact.push(await raceTwins(house, 'exact', 'null-exact'))
  process.stderr.write(`${exactRaces} exact races\n`)

  const jittered: NullRace[] = []
  const boards: { by: Measure; board: Leaderboard }[] = []
  for (let block = 0; block < blocks; block++) {
    const category = `null-${block}`
    for (let count = 0; count < racesABlock; count++)
      jittered.push(await raceTwins(house, 'jittered', category))
    for (const by of ['total', 'ttft', 'decode'] as const)
      boards.push({ by, board: await read(category, by) })
    process.stderr.write(`block ${block + 1} of ${blocks}\n`)
  }
  const exactBoard = await read('null-exact', 'total')
  writeReport({ exact, exactBoard, jittered, boards, racesABlock }, !isQuick)

  async function read(category: string, by: Measure) {
    const response = await fetch(`${appUrl}/api/leaderboard?by=${by}&category=${category}`)
    return (await response.json()) as Leaderboard
  }
} finally {
  await house.stop()
}
process.exit()
