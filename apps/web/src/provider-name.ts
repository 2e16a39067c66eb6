/** Who serves a model: its provider. A simulated model is called simulated, not by a provider's name. */
import type { ModelInfo } from '@drag-race/contracts'

export function toProviderName(
  model: Pick<ModelInfo, 'provider' | 'simulated'> & { sentinel?: boolean | undefined },
): string {
  if (model.sentinel) return 'simulated sentinel'
  return model.simulated ? 'simulated' : (model.provider ?? 'provider unknown')
}
