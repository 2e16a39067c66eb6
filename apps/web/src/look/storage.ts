/** What this browser keeps between visits. Storage can be full or switched off: what is kept lasts as long as the page then. */
export function readStorage(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

export function writeStorage(key: string, value: string) {
  try {
    localStorage.setItem(key, value)
  } catch {
    // The page has it still.
  }
}
