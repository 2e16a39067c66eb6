import { afterEach } from 'vitest'

/** A list for what a test opens: it is closed after the test, the newest first. */
export function useOpened(): { close(): unknown }[] {
  const opened: { close(): unknown }[] = []
  afterEach(async () => {
    for (const each of opened.splice(0).reverse()) await each.close()
  })
  return opened
}
