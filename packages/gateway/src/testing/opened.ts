import { afterEach } from 'vitest'

/** What a test opens goes in here, and is closed after it: the newest first. */
export function useOpened(): { close(): unknown }[] {
  const opened: { close(): unknown }[] = []
  afterEach(async () => {
    for (const each of opened.splice(0).reverse()) await each.close()
  })
  return opened
}
