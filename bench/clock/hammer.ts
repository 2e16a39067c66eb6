/**
 * The second client of the clock's benchmark: two loops that ask again as soon as they are answered, for pages of the
 * history with a search through all answers, for boards and for whole tapes. Ends with the channel to the process that
 * started it.
 */
const [appUrl] = process.argv.slice(2)

const paths = [
  '/api/races?limit=100',
  '/api/races?limit=100&text=no-such-text-in-any-answer',
  '/api/leaderboard?by=ttft',
  '/api/leaderboard?by=decode',
]

process.on('disconnect', () => process.exit())
const { races } = await read<{ races: { id: string }[] }>('/api/races?limit=50')
// The load on the app begins here.
process.send?.('begun')
await Promise.all([ask(0), ask(2)])

async function ask(offset: number): Promise<never> {
  for (let turn = offset; ; turn++) {
    await read(paths[turn % paths.length]!)
    const race = races[turn % races.length]
    if (race) await (await fetch(`${appUrl}/api/races/${race.id}/events`)).text()
  }
}

async function read<Body>(path: string): Promise<Body> {
  const response = await fetch(appUrl + path)
  if (!response.ok) throw new Error(`${path}: ${response.status}`)
  return (await response.json()) as Body
}
