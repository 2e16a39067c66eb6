/** Loads one gateway.yaml in a thread of its own, and ends. */
import { parentPort, workerData } from 'node:worker_threads'
import { loadConfig } from './load.ts'
import type { Variables } from './references.ts'

const { text, variables } = workerData as { text: string; variables: Variables }
parentPort?.postMessage(loadConfig(text, variables))
