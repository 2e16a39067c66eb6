/**
 * The same race over other roads, on an otherwise idle machine: straight to the simulator, through the smallest
 * possible proxy on node:http and undici, and through this gateway. The times of the first two are the machine's and
 * Node's own.
 *
 * Each road begins with programs that have not been called yet, and has the same races to warm up: code that has run
 * often is quicker, and would decide the comparison.
 */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { raiseProgram } from '../../scripts/real-time.ts'
import { freePort, root, startCommand, startProgram, startRoad } from '../../tests/support/programs.ts'
import { type RoundResult, timeRace } from './measure.ts'

/** The simulator's own name of a model of 100 tokens a second, on every road, so that a proxy need not translate it. */
const model = 'steady'

export interface Way {
  road: string
  rounds: RoundResult[]
}

export interface RoadSetting {
  lanes: number
  tokens: number
  /** Races before those that count. */
  racesToWarm: number
  races: number
  settleMs: number
  isRealTime: boolean
}

/** In turns, so that a noisy machine is noisy for all of them. */
export async function compareRoads(setting: RoadSetting): Promise<Way[]> {
  const { lanes, tokens, racesToWarm, races, settleMs, isRealTime } = setting
  const { simulator, gateway, folder, stop } = await startRoad({
    models: [{ name: model, provider: 'simulator', params: { model } }],
    isRealTime,
  })
  const floor = await startCommand(
    [process.execPath, join(root, 'bench', 'gateway', 'floor.ts')],
    { UPSTREAM_URL: simulator.url },
    /floor ready on (http:\S+)/,
  )
  if (isRealTime) await raiseProgram(floor.process.pid!)
  const startApp = async (name: string, gatewayUrl: string) =>
    startProgram('app', {
      PORT: String(await freePort()),
      DATABASE_URL: `file:${join(folder, `${name}.db`)}`,
      GATEWAY_URL: gatewayUrl,
      SIMULATOR_URL: simulator.url,
      CLOCK_CALIBRATION: 'off',
      REAL_TIME: isRealTime ? 'on' : 'off',
    })
  const ways = [
    { road: 'straight to the simulator', app: await startApp('straight', simulator.url) },
    { road: 'through a bare proxy', app: await startApp('floor', floor.url) },
    { road: 'through this gateway', app: await startApp('gateway', gateway.url) },
  ].map((way) => ({ ...way, rounds: [] as RoundResult[] }))
  try {
    for (let race = -racesToWarm; race < races; race++) {
      for (const { app, rounds } of race % 2 === 0 ? ways : ways.toReversed()) {
        await sleep(settleMs)
        const urls = { appUrl: app.url, simulatorUrl: simulator.url }
        const result = await timeRace({ ...urls, lanes, model, maxTokens: tokens })
        if (race >= 0) rounds.push(result)
      }
    }
    return ways.map(({ road, rounds }) => ({ road, rounds }))
  } finally {
    await Promise.all([...ways.map(({ app }) => app.stop()), floor.stop()])
    await stop()
  }
}
