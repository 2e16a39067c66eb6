/**
 * `pnpm bench:tape`: how long it takes to import, open, seek in and export the longest tape. The real app and a real
 * browser; each round in a browser without cache.
 */
import { performance } from 'node:perf_hooks'
import { foldRace, type RaceEvent } from '@drag-race/contracts'
import type { Browser, Page } from 'playwright-core'
import { openBrowser } from '../../tests/support/browser.ts'
import { startHouse } from '../../tests/support/programs.ts'
import { toTapeFile } from '../../tests/support/tape-file.ts'
import { buildWeb } from '../build-web.ts'
import { keepTable, toMachine } from '../keep-table.ts'
import { toLongTape } from './long-tape.ts'

const size = { lanes: 16, tokens: 20_000 }
const rounds = 5

async function main() {
  buildWeb()
  const house = await startHouse({ isRealTime: true })
  const browser = await openBrowser()
  try {
    const raceId = 'bench-tape'
    const file = toTapeFile(toLongTape(raceId, size))
    const megabytes = Buffer.byteLength(file) / 2 ** 20
    const imported = await timed(() => send(`${house.app.url}/api/races/import`, file))
    const leaving: number[] = []
    const opening: Opened[] = []
    const winding: number[] = []
    const playing: number[] = []
    const reading: number[] = []
    const folding: number[] = []
    for (let round = 0; round < rounds; round++) {
      leaving.push(await timed(() => read(`${house.app.url}/api/races/${raceId}/export?as=tape`)))
      reading.push(await timed(() => read(`${house.app.url}/api/races/${raceId}/events`)))
      folding.push(await timed(() => fold(file)))
      opening.push(await open(browser, `${house.app.url}/race/${raceId}`))
      const { wound, frameMsP95 } = await wind(browser, `${house.app.url}/race/${raceId}/replay`)
      winding.push(...wound)
      playing.push(frameMsP95)
    }
    const of = (pick: (opened: Opened) => number) => row(opening.map(pick))
    report([
      `${size.lanes} lanes × ${size.tokens.toLocaleString('en')} tokens, ${megabytes.toFixed(1)} MB as a file; ${rounds} rounds; ${toMachine()}`,
      '',
      '| milliseconds | best | median | worst |',
      '|---|--:|--:|--:|',
      `| import: every line checked, hashed, folded, kept | | ${Math.round(imported)} | |`,
      `| export of the tape, hash included | ${row(leaving)} |`,
      `| its bytes from the app, as the web reads them | ${row(reading)} |`,
      `| parsing and folding them, on one thread | ${row(folding)} |`,
      `| open: from the address to every slip on the screen | ${of(({ slipsMs }) => slipsMs)} |`,
      `| open: to the beginnings of the first answers on the screen | ${of(({ answersMs }) => answersMs)} |`,
      `| open: to the whole of the first answers | ${of(({ wholeMs }) => wholeMs)} |`,
      `| longest frame while the page, its lanes and an answer are scrolled | ${of(({ frameMsMax }) => frameMsMax)} |`,
      `| replay: from a press of the scrubber to the picture, anywhere in the race | ${row(winding)} |`,
      `| replay at 8 times its speed: 19 of 20 frames within | ${row(playing)} |`,
    ])
  } finally {
    await browser.close()
    await house.stop()
  }
}

interface Opened {
  slipsMs: number
  answersMs: number
  wholeMs: number
  frameMsMax: number
}

async function open(from: Browser, address: string): Promise<Opened> {
  const page = await newPage(from)
  await page.goto(address)
  const times = await page.evaluate<Omit<Opened, 'frameMsMax'>>('globalThis.opened')
  const frameMsMax = await page.evaluate<number>(scrollAll)
  await page.context().close()
  return { ...times, frameMsMax }
}

async function wind(from: Browser, address: string): Promise<{ wound: number[]; frameMsP95: number }> {
  const page = await newPage(from)
  await page.goto(address)
  await page.getByRole('slider', { name: 'Time in the race' }).waitFor()
  const wound: number[] = []
  for (const share of [0.5, 0.9, 0.1, 0.62, 0.3]) wound.push(await page.evaluate<number>(seek(share)))
  await page.getByRole('radio', { name: '8 ×' }).check()
  await page.getByRole('button', { name: 'Play', exact: true }).click()
  const frameMsP95 = await page.evaluate<number>(watchFrames)
  await page.context().close()
  return { wound, frameMsP95 }
}

async function newPage(from: Browser): Promise<Page> {
  const context = await from.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' })
  const page = await context.newPage()
  await page.addInitScript(watch)
  return page
}

/** Looks once in each frame, and takes the time of the frame after, when what was found has been painted. */
const watch = `
  globalThis.opened = new Promise((resolve) => {
    const times = { slipsMs: 0, answersMs: 0, wholeMs: 0 }
    const painted = (name) => requestAnimationFrame(() => { times[name] ||= performance.now() })
    const look = () => {
      if (!times.slipsMs && document.querySelectorAll('.slip').length === ${size.lanes}) painted('slipsMs')
      const answers = [...document.querySelectorAll('.lane-answer')]
      if (!times.answersMs && answers.length > 0) painted('answersMs')
      if (!times.wholeMs && answers.some((answer) => answer.querySelector('.md > :nth-child(3)'))) painted('wholeMs')
      if (times.slipsMs && times.answersMs && times.wholeMs) resolve(times)
      else requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
  })
`

/** The longest time between two frames while everything that scrolls is scrolled. */
const scrollAll = `
  new Promise((resolve) => {
    const boxes = [document.scrollingElement, document.querySelector('.lanes-columns'), document.querySelector('.lane-scroll')]
    let frame = 0, longest = 0, before = performance.now()
    const step = (now) => {
      longest = Math.max(longest, frame > 2 ? now - before : 0)
      before = now
      if (++frame > 180) return resolve(longest)
      boxes[0].scrollTop = (frame % 60) * 10
      boxes[1].scrollLeft = frame * 25
      boxes[2].scrollTop = frame * 120
      requestAnimationFrame(step)
    }
    requestAnimationFrame(step)
  })
`

/** While it plays: the 95th percentile of the times between frames, the first of them left out. */
const watchFrames = `
  new Promise((resolve) => {
    const times = []
    const step = (now) => {
      times.push(now)
      if (times.length < 130) return requestAnimationFrame(step)
      const gaps = times.slice(10).map((time, index) => time - times[index + 9]).sort((a, b) => a - b)
      resolve(gaps[Math.floor(gaps.length * 0.95)])
    }
    requestAnimationFrame(step)
  })
`

/** As a user does it: sets the field's value, sends its event, and waits for two frames. */
const seek = (share: number) => `
  new Promise((resolve) => {
    const slider = document.querySelector('.transport-range')
    const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set
    const from = performance.now()
    set.call(slider, String(${share} * Number(slider.max)))
    slider.dispatchEvent(new Event('input', { bubbles: true }))
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - from)))
  })
`

async function timed(work: () => Promise<void>): Promise<number> {
  const from = performance.now()
  await work()
  return performance.now() - from
}

async function send(address: string, body: string) {
  const headers = { 'content-type': 'application/jsonl' }
  const response = await fetch(address, { method: 'POST', headers, body })
  if (response.status !== 201) throw new Error(await response.text())
}

async function fold(file: string) {
  const lines = file.slice(file.indexOf('\n') + 1).trimEnd()
  const events: RaceEvent[] = JSON.parse(`[${lines.replaceAll('\n', ',')}]`)
  if (foldRace(events).end === null) throw new Error('the tape did not fold to its end')
}

async function read(address: string) {
  const response = await fetch(address, { headers: { accept: 'application/jsonl' } })
  if (!response.ok) throw new Error(await response.text())
  await response.arrayBuffer()
}

function row(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b)
  const picked = [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)]
  return picked.map((ms) => Math.round(ms ?? Number.NaN)).join(' | ')
}

function report(lines: readonly string[]) {
  const table = lines.join('\n')
  console.log(table)
  keepTable('tape', table)
}

await main()
