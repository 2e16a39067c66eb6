/**
 * The same race over other roads, with nothing else beside it: straight to the simulator, through the least that a proxy can be, and
 * through this gateway. What the first two take is the machine's and Node's own; no gateway can be below it.
 */
import { join } from 'node:path'
import {
  freePort,
  type House,
  type RunningProgram,
  root,
  startCommand,
  startProgram,
} from '../../tests/support/programs.ts'

export const roads = ['straight to the simulator', 'through a bare proxy', 'through this gateway'] as const
export type Road = (typeof roads)[number]

export interface Roads {
  /** The app whose lanes take this road. */
  appUrl(road: Road): string
  close(): Promise<void>
}

/** What every road leads to under the same name: the simulator's own, so that a proxy need not translate it; 100 tokens a second. */
export const roadModel = 'steady'
export async function startRoads(house: House): Promise<Roads> {
  const { simulator, folder } = house
  const floor = await startCommand(
    [process.execPath, join(root, 'bench', 'gateway', 'floor.ts')],
    { UPSTREAM_URL: simulator.url },
    /floor ready on (http:\S+)/,
  )
  const straightApp = await startApp(simulator.url, 'straight')
  const floorApp = await startApp(floor.url, 'floor')

  async function startApp(gatewayUrl: string, name: string): Promise<RunningProgram> {
    return startProgram('app', {
      PORT: String(await freePort()),
      DATABASE_URL: `file:${join(folder, `${name}.db`)}`,
      GATEWAY_URL: gatewayUrl,
      SIMULATOR_URL: simulator.url,
    })
  }

  return {
    appUrl(road) {
      switch (road) {
        case 'straight to the simulator':
          return straightApp.url
        case 'through a bare proxy':
          return floorApp.url
        case 'through this gateway':
          return house.app.url
      }
    },
    async close() {
      await Promise.all([straightApp.stop(), floorApp.stop(), floor.stop()])
    },
  }
}
