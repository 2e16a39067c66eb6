/**
 * A model's name where room is short: its beginning is cut off, because the names of one provider differ at their end.
 * The name stays one text, which can be found, copied and read out.
 */
import './model-name.css'

export function ModelName({ name }: { name: string }) {
  return (
    <span className="model-name ellipsis" title={name}>
      <bdi dir="ltr">{name}</bdi>
    </span>
  )
}
