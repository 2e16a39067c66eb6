/** The page on which a race is set up, used as people use it. */
import type { Page } from 'playwright-core'

export async function chooseModel(page: Page, number: number, model: string): Promise<void> {
  const field = page.getByRole('combobox', { name: `Model of lane ${number}` })
  await field.click()
  await field.fill(model)
  await page.getByRole('option', { name: new RegExp(`^${model}\\b`) }).click()
}

/** Sets up a race of these models on the start page at this address, without starting it. */
export async function setUpRace(page: Page, address: string, models: readonly string[]): Promise<void> {
  await page.goto(address)
  await page.getByRole('textbox', { name: 'Prompt' }).fill('Explain the TCP three-way handshake.')
  await page.getByRole('combobox', { name: 'Model of lane 2' }).waitFor()
  if (models.length === 1) await page.getByRole('button', { name: 'Remove lane 2' }).click()
  for (let number = 3; number <= models.length; number++)
    await page.getByRole('button', { name: '+ Add lane' }).click()
  for (const [index, model] of models.entries()) await chooseModel(page, index + 1, model)
}
