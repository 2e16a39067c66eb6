/**
 * The outside world, in one object that every feature of the app is given. Each feature with endpoints exports
 * `create<Feature>Routes`, which makes an express.Router, from its index.ts; server.ts mounts them under /api.
 */
import type { Logger } from 'pino'
import type { HistoryDatabase } from './history/index.ts'

export interface AppContext {
  db: HistoryDatabase
  log: Logger
  gateway: GatewayAddress
  /** The wall clock. Never used to time a race, nor for the age of anything: it can be set back. */
  now(): Date
  /** Milliseconds of a monotonic clock, for ages. */
  nowMs(): number
}

export interface GatewayAddress {
  /** Without a slash at the end, and without /v1. */
  url: string
  /** The whole URL of the Prometheus page. */
  metricsUrl: string
  /** GATEWAY_URL is not set, so this is the built-in gateway. Otherwise `isOwnGateway` finds out whose it is. */
  isDefaultAddress: boolean
  /** For the Authorization header; null when none is needed. Never leaves the process. */
  apiKey: string | null
}
