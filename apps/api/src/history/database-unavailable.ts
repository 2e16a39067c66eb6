/** The history cannot be used. The message names the file, says why and what to do, and is shown as it is. */
export class DatabaseUnavailable extends Error {
  override name = 'DatabaseUnavailable'
}
