/** `pnpm screenshot`: races in the browser test's own browser and takes the README's pictures from it. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Health } from '@drag-race/contracts'
import { openBrowser } from './support/browser.ts'
import { root, startHouse } from './support/programs.ts'

const folder = join(root, 'docs', 'pictures')
mkdirSync(folder, { recursive: true })
const house = await startHouse({
  isRealTime: true,
  env: { CLOCK_CALIBRATION: 'on' },
})
// The picture shows the margin, so wait until it has been measured: again, if other programs made it wide.
while ((await readHealth()).calibration === null) await new Promise((resolve) => setTimeout(resolve, 200))
for (let again = 0; again < 10 && (await readHealth()).marginMs! > 5; again += 1) {
  await fetch(`${house.app.url}/api/calibrate`, { method: 'POST' })
}
const browser = await openBrowser()
try {
  for (const colorScheme of ['dark', 'light'] as const) {
    const context = await browser.newContext({
      colorScheme,
      viewport: { width: 1440, height: 960 },
      reducedMotion: 'reduce',
    })
    const page = await context.newPage()
    await page.goto(house.app.url)
    await page.getByRole('combobox', { name: 'Model of lane 2' }).waitFor()
    for (const [index, model] of ['sim-sprint', 'sim-heavy', 'sim-thinker', 'sim-cut'].entries()) {
      if (index > 1) await page.getByRole('button', { name: '+ Add lane' }).click()
      const field = page.getByRole('combobox', { name: `Model of lane ${index + 1}` })
      await field.click()
      await field.fill(model)
      await field.press('Enter')
    }
    await page.getByRole('switch', { name: 'stream lane 3' }).click()
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    // The quick lane is done, the slow one is streaming, the third waits for the whole answer, the fourth was cut.
    await page.getByRole('region', { name: 'Time slip of lane 1' }).waitFor()
    await page.locator('article[data-lane="1"] .md-page > :nth-child(2)').waitFor()
    // And the gateway has said what it saw of the first.
    await page
      .getByRole('complementary', { name: 'Telemetry' })
      .getByText('TTFT, this race')
      .first()
      .waitFor()
    await page.screenshot({ path: join(folder, `race-${colorScheme}.png`) })
    await context.close()
  }
} finally {
  await browser.close()
  await house.stop()
}

async function readHealth(): Promise<Health> {
  return (await fetch(`${house.app.url}/api/health`)).json() as Promise<Health>
}
