/** The threads of this process, as Linux knows them. */
import { readdirSync, readFileSync } from 'node:fs'

const tasks = '/proc/self/task'

/** The kernel's ids of all threads of that name; none where there is no /proc. */
export function findThreads(name: string): number[] {
  try {
    return readdirSync(tasks)
      .filter((id) => readFileSync(`${tasks}/${id}/comm`, 'utf8').trim() === name)
      .map(Number)
  } catch {
    return []
  }
}
