/**
 * `pnpm bench:screen`: the real page in a real browser while eight lanes of 500 tokens a second run through the real
 * programs. Prints how long its frames and tasks are, how busy its main thread is, how much memory it uses, and whether
 * token 16,000 costs more than token 1,000. Writes the table into bench/README.md.
 */
import { openBrowser } from '../../tests/support/browser.ts'
import { startHouse } from '../../tests/support/programs.ts'
import { buildWeb } from '../build-web.ts'
import { longBlocks, longBlockTexts, startProvider, type Text } from './provider.ts'
import { readRecordedText } from './recorded.ts'
import { writeReport } from './report.ts'
import { type Watched, watchRace } from './watch-race.ts'

const lanes = 8
const tokensPerSecond = 500
/** Enough to measure around token 16,000. */
const tokens = 17_000

const recorded = readRecordedText()
const texts: Record<string, Text> = { ...longBlockTexts, ...(recorded && { recorded }) }
const provider = await startProvider(texts, { tokensPerSecond, tokens })
const simulated = Array.from({ length: lanes }, (_, seed) => ({
  name: `sim-${seed}`,
  provider: 'simulator',
  params: { model: `steady?ttft=3000&tps=${tokensPerSecond}&tokens=${tokens}&seed=${seed}` },
}))
const house = await startHouse({
  isRealTime: true,
  models: [
    ...simulated,
    ...Object.keys(texts).map((name) => ({
      name,
      provider: 'custom',
      params: { baseUrl: provider.url, apiKey: 'none' },
    })),
  ],
})
buildWeb()
const browser = await openBrowser()
try {
  const heats: Record<string, string[]> = {
    'mixed markdown, simulated': simulated.map(({ name }) => name),
    ...(recorded && { 'recorded answers': Array.from({ length: lanes }, () => 'recorded') }),
    'one block a lane: paragraph, list, table, code': Array.from(
      { length: lanes },
      (_, lane) => longBlocks[lane % longBlocks.length]!,
    ),
  }
  const watched: Watched[] = []
  for (const [name, models] of Object.entries(heats)) {
    watched.push(await watchRace({ name, models, appUrl: house.app.url, browser, tokensPerSecond }))
    console.error(`${name}: done`)
  }
  writeReport(watched, { lanes, tokensPerSecond, tokens })
} finally {
  await browser.close()
  provider.close()
  await house.stop()
}
