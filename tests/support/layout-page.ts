/** A house with very wide and very long races, and a check of where their parts are on a page. */
import type { Locator } from 'playwright-core'
import { beforeAll, expect } from 'vitest'
import { useHousePage } from './house-page.ts'
import { type LongLane, longRace } from './long-race.ts'
import { toTapeFile } from './tape-file.ts'

export const winner = 'anthropic.claude-opus-4-5-20251101-v1-with-a-very-long-name-of-its-own'
export const arabic = 'مرحبا بالعالم، هذه إجابة طويلة.'
const mixed = `${arabic}\n\n- ${arabic}\n- second\n\n| ${arabic} | 2 |\n|---|---|\n| 1 | 2 |\n\nHello.\n\n- Also`
const answers = ['One two three.', `${mixed}\n\n\`\`\`\ncode()\n\`\`\``, 'Three.', 'Four.']
const times = [11_240, 24_080, 120_310, 36_500, 47_110, 58_220, 69_330, 99_990]
const field = times.map(
  (totalMs, lane): LongLane => ({
    model: lane === 0 ? winner : `model-${lane + 1}`,
    answer: answers[lane % answers.length]!,
    totalMs,
    ...(lane > 5 && { failure: `Stream cut (${'0123456789abcdef'.repeat(20)}).` }),
  }),
)

const races = {
  four: field.slice(0, 4),
  eight: field,
  sixteen: [...field, ...field],
  unbroken: [{ model: 'x'.repeat(200), answer: 'One.', totalMs: 1900 }, ...field.slice(1, 3)],
  hours: field.slice(0, 4).map((lane) => ({ ...lane, totalMs: lane.totalMs + 1_200_000 })),
  bursts: field.slice(0, 4).map((lane) => ({ ...lane, totalMs: 1_086 })),
  columns: [
    { model: 'wide', answer: `${[0, 1, 2].map(toRow).join('\n')}\n\n`, totalMs: 1900 },
    { model: 'narrow', answer: 'Beside it.', totalMs: 2900 },
  ],
  long: [...field.slice(0, 7), { model: 'wordy', answer: 'Many words. '.repeat(5_000), totalMs: 30_000 }],
}

/** A row of a table of forty columns; the second one is the line below the head. */
function toRow(row: number): string {
  return `|${Array.from({ length: 40 }, (_, column) => (row === 1 ? '---' : `col${column}`)).join('|')}|`
}

/** The history then has these races, with their names as ids. */
export function useLayoutPage(...names: (keyof typeof races)[]) {
  const at = useHousePage()
  beforeAll(async () => {
    for (const name of names) await bring(at.url('/api/races/import'), name, races[name])
  })
  return {
    at,
    open: (path: string, width: number) =>
      at.page
        .setViewportSize({ width, height: 900 })
        .then(() => at.page.goto(at.url(path)))
        .then(() => at.page.waitForLoadState('networkidle')),
  }
}

async function bring(address: string, id: string, lanes: readonly LongLane[]) {
  const body = toTapeFile(longRace(id, arabic, lanes))
  const headers = { 'content-type': 'application/jsonl' }
  const response = await fetch(address, { method: 'POST', headers, body })
  expect(response.status, await response.text()).toBe(201)
}

/** Expects that no part of a box is left or right of it; the failure lists the parts by their text. */
export async function expectInside(boxes: Locator, parts: string): Promise<void> {
  await boxes.first().waitFor()
  const outside = await boxes.evaluateAll(
    (all, selector) =>
      all.flatMap((box) => {
        const { left, right } = box.getBoundingClientRect()
        return [...box.querySelectorAll(selector)]
          .map((part) => ({ part, at: part.getBoundingClientRect() }))
          .filter(
            ({ part, at }) =>
              at.width > 1 &&
              !part.closest('.visually-hidden') &&
              (at.left < left - 0.5 || at.right > right + 0.5),
          )
          .map(({ part, at }) => `${part.textContent}: ${at.left - left} … ${at.right - right}`)
      }),
    parts,
  )
  expect(outside).toEqual([])
}
