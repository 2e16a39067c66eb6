/**
 * The scale of a chart: round ticks, and the span that they and the values share. Values that lie far apart (a cheap
 * model and one at forty times its price) get a logarithmic scale, because otherwise all but one would be crowded at
 * the left.
 */
export interface Axis {
  kind: 'linear' | 'log'
  domain: [number, number]
  ticks: number[]
}

/** From this ratio of the largest to the smallest on, a scale from zero crowds the small ones. */
const ratioForLog = 12
const ticksWanted = 6

export function fromZero(values: readonly number[]): Axis {
  const max = Math.max(0, ...values)
  if (max === 0) return { kind: 'linear', domain: [0, 1], ticks: [0, 1] }
  const step = roundUp(max / ticksWanted)
  const count = Math.ceil(max / step - 1e-9)
  // Multiplied, not added up: 0.1 + 0.2 is not 0.3.
  const ticks = Array.from({ length: count + 1 }, (_, index) => clean(index * step))
  return { kind: 'linear', domain: [0, ticks.at(-1) ?? max], ticks }
}

/** From zero where the values are close together, else logarithmic. */
export function spanning(values: readonly number[]): Axis {
  const positive = values.filter((value) => value > 0)
  const low = Math.min(...positive)
  const high = Math.max(...positive)
  if (positive.length < values.length || positive.length === 0 || high / low < ratioForLog) {
    return fromZero(values)
  }
  const from = roundDown(low)
  const to = roundUp(high)
  const all: number[] = []
  for (let tick = from; tick <= to * 1.001; tick = next(tick)) all.push(tick)
  // Of more than eight ticks only the powers of ten are named, and the ends.
  const ticks =
    all.length <= 8
      ? all
      : all.filter((tick, index) => index === 0 || index === all.length - 1 || mantissa(tick) === 1)
  return { kind: 'log', domain: [from, to], ticks }
}

/** 1, 2 or 5 times a power of ten. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  const steps = [1, 2, 5, 10]
  return clean((steps.find((step) => step * power >= value * (1 - 1e-9)) ?? 10) * power)
}

function roundDown(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return clean(([5, 2, 1].find((step) => step * power <= value * (1 + 1e-9)) ?? 1) * power)
}

function next(tick: number): number {
  return clean(tick * (mantissa(tick) === 2 ? 2.5 : 2))
}

/** The 1, 2 or 5 of a round number. */
function mantissa(tick: number): number {
  return Math.round(tick / 10 ** Math.floor(Math.log10(tick * 1.001)))
}

/** Without rounding errors. */
function clean(value: number): number {
  return Number(value.toPrecision(12))
}
