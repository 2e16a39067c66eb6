/** What this browser keeps between visits. Where storage is full or switched off, it lasts only as long as the page. */
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
    // The page still holds the value.
  }
}
