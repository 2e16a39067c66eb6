/** What the gateway offers: the models that can race, and for the others what is missing. */
import type { ModelInfo } from '@drag-race/contracts'
import { ScrollBox } from '../look/scroll-box.tsx'
import { toProviderName } from '../provider-name.ts'

export function ModelTable({ models }: { models: ModelInfo[] }) {
  if (models.length === 0) {
    return <p className="dim">The gateway names no models. Add one to gateway.yaml.</p>
  }
  return (
    <ScrollBox className="table-scroll" label="Table of models">
      <table className="table model-table">
        <thead>
          <tr>
            <th scope="col">Model</th>
            <th scope="col">Provider</th>
            <th scope="col">Can race</th>
            <th scope="col">About</th>
          </tr>
        </thead>
        <tbody>
          {models.map((model) => (
            <tr key={model.id}>
              <th scope="row">{model.id}</th>
              <td>{toProviderName(model)}</td>
              <td className="model-can-race">{model.available ? 'yes' : <Missing model={model} />}</td>
              <td className="model-about">{toAbout(model)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  )
}

function Missing({ model }: { model: ModelInfo }) {
  return (
    <span className="model-missing">
      {model.missing === null ? 'no' : <>no, set {<code>{model.missing}</code>}</>}
    </span>
  )
}

function toAbout(model: ModelInfo): string {
  const kind = model.virtual ? 'a name for several models' : model.discovered ? 'found on this machine' : ''
  const reason = model.available || model.missing !== null ? '' : (model.reason ?? '')
  return [model.description ?? '', kind, reason].filter(Boolean).join('; ')
}
