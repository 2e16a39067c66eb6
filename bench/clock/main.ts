/**
 * `pnpm bench:clock [--quick] [--roads]`: the error of the clock, by comparing the tape with the simulator's ledger.
 * Simulator, gateway and app are processes of their own, as `npm start` starts them; 1, 4, 8 and 16 lanes at 20, 100
 * and 500 tokens a second, in three cases: nothing else, a second client that hammers history and leaderboard, a
 * browser that watches. Then 8 lanes at 100 tokens over other roads, which shows how much of the error is the
 * gateway's; `--roads` runs only these.
 *
 * Where the system allows real-time priority, the programs have it; 8 lanes at 100 tokens are then run once more without
 * it, as with REAL_TIME=off.
 *
 * The cases take turns within a round, so that a noisy machine is noisy for all of them. A figure is the median over
 * the rounds of that round's percentile.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { isRealTimeAllowed } from '../../scripts/real-time.ts'
import { startHouse } from '../../tests/support/programs.ts'
import { cases, createCases } from './cases.ts'
import { fillHistory, modelName, timeRace, toModels } from './measure.ts'
import { aim, type CaseSetting, type Cell, writeReport, writeRoads } from './report.ts'
import { compareRoads } from './roads.ts'

const settleMs = 500
const isQuick = process.argv.includes('--quick')
const setting = {
  rounds: Number(process.env.BENCH_ROUNDS ?? (isQuick ? 1 : 7)),
  seconds: isQuick ? 1 : 2,
  history: isQuick ? 60 : 300,
  lanes: isQuick ? [8] : [1, 4, 8, 16],
  rates: isQuick ? [100] : [20, 100, 500],
}

const roadSetting = {
  isRealTime: isRealTimeAllowed(),
  lanes: 8,
  tokens: 50,
  racesToWarm: isQuick ? 1 : 15,
  races: isQuick ? 3 : 15,
  settleMs,
}

const isRealTime = isRealTimeAllowed()
if (!process.argv.includes('--roads')) {
  const cells = await timeCases({ ...setting, isRealTime })
  writeReport(cells, { ...setting, isRealTime, table: 'clock' }, !isQuick)
  if (isRealTime) {
    const normal = { ...setting, ...aim, isRealTime: false }
    writeReport(await timeCases(normal), { ...normal, table: 'clock-normal' }, !isQuick)
  }
}
writeRoads(await compareRoads(roadSetting), roadSetting, !isQuick)
process.exit()

async function timeCases(setting: CaseSetting): Promise<Cell[]> {
  const house = await startHouse({
    models: toModels(setting.rates, setting.seconds),
    env: { CLOCK_CALIBRATION: 'on' },
    isRealTime: setting.isRealTime,
  })
  try {
    await fillHistory(house.app.url, setting.history)
    const disturbers = await createCases(house.app.url)
    const cells: Cell[] = []
    for (const lanes of setting.lanes) {
      for (const rate of setting.rates)
        for (const name of cases) cells.push({ name, lanes, rate, rounds: [] })
    }
    for (let round = 0; round < setting.rounds; round++) {
      for (const cell of round % 2 === 0 ? cells : cells.toReversed()) {
        // Work that the race before left (counters to read, a page to tear down) must not disturb this one.
        await sleep(settleMs)
        const during = await disturbers[cell.name].begin()
        const result = await timeRace({
          appUrl: house.app.url,
          simulatorUrl: house.simulator.url,
          lanes: cell.lanes,
          model: modelName(cell.rate),
          maxTokens: cell.rate * setting.seconds,
          onStart: (raceId) => during.race(raceId),
        })
        cell.rounds.push(result)
        await during.end()
      }
      process.stderr.write(`round ${round + 1} of ${setting.rounds}\n`)
    }
    await disturbers.close()
    return cells
  } finally {
    await house.stop()
  }
}
