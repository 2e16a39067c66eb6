/** Who serves a model. The simulator is no provider among others: it is named for what it is. */
import type { ModelInfo } from '@drag-race/contracts'

export function toProviderName(
  model: Pick<ModelInfo, 'provider' | 'simulated'> & { sentinel?: boolean | undefined },
): string {
  if (model.sentinel) return 'simulated sentinel'
  return model.simulated ? 'simulated' : (model.provider ?? 'provider unknown')
}
