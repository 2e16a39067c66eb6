/** `GET /api/models`. */
export interface ModelInfo {
  id: string
  provider: string | null
  available: boolean
  /** Why the model is not available, and what to do. */
  reason: string | null
  /** The environment variable to set, when that is what is missing. */
  missing: string | null
  simulated: boolean
  /** Found on this machine at start, not named in gateway.yaml. */
  discovered: boolean
  /** A name for several models, among which the gateway chooses for each call. */
  virtual: boolean
  /** A line about it, when the config has one. */
  description: string | null
}

export interface ModelList {
  models: ModelInfo[]
  /** Set when the gateway could not be asked. */
  problem: string | null
}
