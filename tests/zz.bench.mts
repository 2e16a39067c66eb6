import { startHouse } from './support/programs.ts'
import { collect, postRace } from './support/race-client.ts'
const house = await startHouse({ models: [['b100','steady?ttft=50&tps=100&tokens=400'],['b500','steady?ttft=50&tps=500&tokens=1500'],['b20','steady?ttft=50&tps=20&tokens=60']].map(([name, model]) => ({ name, provider: 'simulator', params: { model } })) })
const pct = (a: number[], p: number) => a.sort((x, y) => x - y)[Math.min(a.length - 1, Math.floor(a.length * p))]!
for (let k = 0; k < 2; k++) for (const [model, n] of [['b20', 1], ['b100', 8], ['b100', 16], ['b500', 8], ['b500', 16]] as const) {
  const t = performance.now()
  const tape = await collect(await postRace(house.app.url, { prompt: 'p', lanes: Array.from({ length: n }, () => ({ model })) }))
  const end: any = tape.at(-1)
  const err: number[] = [], ttft: number[] = [], total: number[] = []
  const starts: number[] = []
  for (let lane = 0; lane < n; lane++) {
    const ev: any[] = tape.filter((e: any) => e.lane === lane)
    const done = ev.find(e => e.type === 'done'); if (!done) { console.log(ev.at(-1)); continue }
    const start = ev.find(e => e.type === 'lane-start').at; starts.push(start)
    const ledger: any = await (await fetch(`${house.simulator.url}/ledger/${done.completionId}`)).json()
    const w = ledger.chunks.map((c: any) => Number(BigInt(c.writtenAtNs) - BigInt(ledger.acceptedAtNs)) / 1e6)
    const acc = Number(BigInt(ledger.acceptedAtNs))
    const toks = ev.filter(e => e.type === 'token')
    const ttftEv = ev.find(e => e.type === 'ttft')
    ttft.push(ttftEv.ms - w[0])
    if (toks.length === w.length) toks.forEach((e: any, i: number) => err.push((e.at - start) - w[i]))
    else console.log('chunks', toks.length, w.length)
  }
  console.log(model, n, 'margin', end.marginMs, 'start skew', Math.max(...starts).toFixed(2), 'ttft err p50/p99', pct(ttft, .5).toFixed(2), pct(ttft, .99).toFixed(2), 'token err p50/p99/max', pct(err, .5)?.toFixed(2), pct(err, .99)?.toFixed(2), pct(err, 1)?.toFixed(2), 'took', Math.round(performance.now() - t))
}
const pid = house.app.process.pid; const { execSync } = await import('node:child_process'); console.log(execSync(`ps -o pid,rss,time,cmd -p ${pid},${house.gateway.process.pid}`).toString())
await house.stop()
