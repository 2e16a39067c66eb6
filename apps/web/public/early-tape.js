// Asks for the tape of the race in the address while the page's code is still loaded; `race/early-tape.ts` takes the answer.
{
  const race = /^\/race\/([\w-]+)(?:\/replay)?$/.exec(location.pathname)
  if (race) {
    const path = `/api/races/${race[1]}/events`
    const headers = { accept: 'application/jsonl, text/event-stream;q=0.9' }
    const leaving = new AbortController()
    const response = fetch(path, { headers, signal: leaving.signal })
    response.catch(() => {})
    globalThis.earlyTape = { path, response, leave: () => leaving.abort() }
  }
}
