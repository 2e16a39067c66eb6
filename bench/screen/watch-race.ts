/** One race, watched from inside the page: its frames, its long tasks, the work of its main thread, its memory. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, CDPSession } from 'playwright-core'
import { events, postRace } from '../../apps/api/src/testing/race-client.ts'

export interface Watched {
  name: string
  /** From one animation frame to the next, while tokens came. */
  frameMs: number[]
  /** Tasks of 50 ms and more. */
  longTaskMs: number[]
  /** Share of the time that the main thread was in a task, which on a busy machine includes waiting for a core. */
  busy: number
  /** Share of a core that the main thread used. */
  cpu: number
  /** Work for a token, in microseconds of that thread's processor time, around these tokens of each lane. */
  workUs: { at1000: number; at16000: number }
  /** After a collection, at these tokens of each lane. */
  heapMb: { at1000: number; at8000: number; at16000: number }
  /** The page's own figure, at each change. */
  screenLagMs: number[]
}

interface Heat {
  name: string
  models: string[]
  appUrl: string
  browser: Browser
  tokensPerSecond: number
}

export async function watchRace(heat: Heat): Promise<Watched> {
  const { name, models, appUrl, browser, tokensPerSecond } = heat
  const context = await browser.newContext({ viewport: { width: 1440, height: 960 } })
  const page = await context.newPage()
  const [wall, processor] = [await context.newCDPSession(page), await context.newCDPSession(page)]
  await wall.send('Performance.enable', { timeDomain: 'timeTicks' })
  await processor.send('Performance.enable', { timeDomain: 'threadTicks' })
  await page.addInitScript(observe)
  const raceId = await startRace(appUrl, models)
  await page.goto(`${appUrl}/race/${raceId}`)
  await page.locator('.lane-answer').first().waitFor()
  const firstTokenAtMs = performance.now()
  /** Waits until each lane is at about this token. */
  const untilToken = (token: number) =>
    sleep(Math.max(0, firstTokenAtMs + (token * 1000) / tokensPerSecond - performance.now()))
  const workBetween = async (from: number, to: number) => {
    await untilToken(from)
    const before = await readWork(wall, processor)
    await untilToken(to)
    const after = await readWork(wall, processor)
    return { share: (after.cpuS - before.cpuS) / (after.atS - before.atS), before, after }
  }

  await page.evaluate('bench.begin()')
  const early = await workBetween(500, 1_500)
  const heapEarly = await readHeapMb(wall)
  await untilToken(8_000)
  const heapMiddle = await readHeapMb(wall)
  const late = await workBetween(15_500, 16_500)
  const { frameMs, longTaskMs, screenLagMs } = (await page.evaluate('bench.end()')) as Pick<
    Watched,
    'frameMs' | 'longTaskMs' | 'screenLagMs'
  >
  const heapLate = await readHeapMb(wall)
  await context.close()
  const toUs = (share: number) => (share * 1e6) / (models.length * tokensPerSecond)
  return {
    name,
    frameMs,
    longTaskMs,
    screenLagMs,
    busy: (late.after.busyS - early.before.busyS) / (late.after.atS - early.before.atS),
    cpu: (late.after.cpuS - early.before.cpuS) / (late.after.atS - early.before.atS),
    workUs: { at1000: toUs(early.share), at16000: toUs(late.share) },
    heapMb: { at1000: heapEarly, at8000: heapMiddle, at16000: heapLate },
  }
}

/** Starts a race, which goes on without this reader. */
async function startRace(appUrl: string, models: string[]): Promise<string> {
  const lanes = models.map((model) => ({ model }))
  const response = await postRace(appUrl, { prompt: 'Fill the screen.', lanes })
  for await (const event of events(response)) if (event.type === 'race-start') return event.raceId
  throw new Error('The race did not start.')
}

async function readWork(wall: CDPSession, processor: CDPSession) {
  const [{ Timestamp: atS, TaskDuration: busyS }, { TaskDuration: cpuS }] = await Promise.all([
    readMetrics(wall),
    readMetrics(processor),
  ])
  return { atS: atS!, busyS: busyS!, cpuS: cpuS! }
}

async function readHeapMb(wall: CDPSession): Promise<number> {
  await wall.send('HeapProfiler.collectGarbage')
  return (await readMetrics(wall)).JSHeapUsedSize! / 2 ** 20
}

async function readMetrics(devtools: CDPSession): Promise<Record<string, number>> {
  const { metrics } = await devtools.send('Performance.getMetrics')
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]))
}

/** Runs in the page before its own code. */
const observe = `
  globalThis.bench = {
    frameMs: [], longTaskMs: [], screenLagMs: [], isOn: false,
    begin() {
      this.isOn = true
      let before = null
      const frame = (now) => {
        if (!this.isOn) return
        if (before !== null) this.frameMs.push(now - before)
        before = now
        const lag = Number(document.querySelector('[data-screen-lag-ms]')?.dataset.screenLagMs ?? NaN)
        if (!Number.isNaN(lag) && lag !== this.screenLagMs.at(-1)) this.screenLagMs.push(lag)
        requestAnimationFrame(frame)
      }
      requestAnimationFrame(frame)
      new PerformanceObserver((list) => {
        if (this.isOn) for (const { duration } of list.getEntries()) this.longTaskMs.push(duration)
      }).observe({ type: 'longtask' })
    },
    end() {
      this.isOn = false
      return { frameMs: this.frameMs, longTaskMs: this.longTaskMs, screenLagMs: this.screenLagMs }
    },
  }
`
