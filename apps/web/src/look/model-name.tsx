/**
 * A model's name where room is short: its beginning gives way, as the names of one provider differ at their end. It stays one
 * text, to be found, copied and read out.
 */
import './model-name.css'

export function ModelName({ name }: { name: string }) {
  return (
    <span className="model-name ellipsis" title={name}>
      <bdi dir="ltr">{name}</bdi>
    </span>
  )
}
