/** Reads tokens.css itself, so that what is tested is what is shipped. Contrast is as WCAG 2.2 defines it. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const css = readFileSync(new URL('tokens.css', import.meta.url), 'utf8')

interface Sides {
  light: string
  dark: string
}

function token(name: string): Sides {
  const value = new RegExp(`--${name}: ([^;]+);`).exec(css)?.[1] ?? ''
  const both = /light-dark\((#\w{6}), (#\w{6})\)/.exec(value)
  if (both) return { light: both[1]!, dark: both[2]! }
  if (/^#\w{6}$/.test(value)) return { light: value, dark: value }
  throw new Error(`tokens.css has no colour --${name}`)
}

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

function luminance(hex: string): number {
  const [red, green, blue] = [1, 3, 5].map((start) => {
    const part = Number.parseInt(hex.slice(start, start + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

const lanes = Array.from({ length: 16 }, (_, lane) => `lane-${lane + 1}`)
const themes = ['light', 'dark'] as const

test('the formula gives the standard’s own extremes', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21)
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2)
})

test.each(themes)('each lane reads as text on ground and strip, and its number on it: %s', (theme) => {
  for (const lane of lanes) {
    for (const ground of ['ground', 'strip', 'on-lane']) {
      const found = contrast(token(lane)[theme], token(ground)[theme])
      expect(found, `${lane} and ${ground}`).toBeGreaterThanOrEqual(4.5)
    }
  }
})

test.each(themes)('words read on every ground: %s', (theme) => {
  for (const word of ['ink', 'dim', 'amber-text', 'green-text', 'red-text']) {
    for (const ground of ['ground', 'strip', 'well']) {
      const found = contrast(token(word)[theme], token(ground)[theme])
      expect(found, `${word} on ${ground}`).toBeGreaterThanOrEqual(4.5)
    }
  }
  for (const word of ['paper-ink', 'paper-dim', 'paper-red']) {
    expect(contrast(token(word)[theme], token('paper')[theme]), word).toBeGreaterThanOrEqual(4.5)
  }
})

test.each(themes)('what can be pressed has an edge of 3 : 1: %s', (theme) => {
  for (const ground of ['ground', 'strip']) {
    expect(contrast(token('edge')[theme], token(ground)[theme]), ground).toBeGreaterThanOrEqual(3)
  }
})

test.each(themes)('the red of a failure shows as a line: %s', (theme) => {
  for (const ground of ['ground', 'strip']) {
    expect(contrast(token('red')[theme], token(ground)[theme]), ground).toBeGreaterThanOrEqual(3)
  }
})

test('no two lanes share a colour', () => {
  for (const theme of themes) expect(new Set(lanes.map((lane) => token(lane)[theme])).size).toBe(16)
})
