/** A copy of the value in which some places, anywhere inside, hold other values. */
export function breakJson(
  value: unknown,
  breaks: readonly (readonly [place: number, other: unknown])[],
): unknown {
  const copy: unknown = structuredClone(value)
  for (const [place, other] of breaks) {
    const slots = slotsOf(copy)
    const slot = slots[place % slots.length]
    if (slot) slot.parent[slot.key] = other
  }
  return copy
}

interface Slot {
  parent: Record<string, unknown>
  key: string
}

function slotsOf(value: unknown): Slot[] {
  if (typeof value !== 'object' || value === null) return []
  const parent = value as Record<string, unknown>
  return Object.keys(parent).flatMap((key) => [{ parent, key }, ...slotsOf(parent[key])])
}
