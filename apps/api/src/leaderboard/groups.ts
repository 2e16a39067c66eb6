/** Players that can be compared, directly or through others: the connected components of a graph, the largest first. */
export function toGroups(players: number, pairs: readonly (readonly [number, number])[]): number[][] {
  const neighbours = Array.from({ length: players }, (): number[] => [])
  for (const [one, other] of pairs) {
    neighbours[one]?.push(other)
    neighbours[other]?.push(one)
  }
  const seen = new Set<number>()
  const groups: number[][] = []
  for (let player = 0; player < players; player++) {
    if (seen.has(player)) continue
    seen.add(player)
    const group = [player]
    // The loop also visits the members that it adds.
    for (const member of group) {
      for (const neighbour of neighbours[member] ?? []) {
        if (seen.has(neighbour)) continue
        seen.add(neighbour)
        group.push(neighbour)
      }
    }
    groups.push(group.sort((a, b) => a - b))
  }
  return groups.sort((one, other) => other.length - one.length || (one[0] ?? 0) - (other[0] ?? 0))
}
