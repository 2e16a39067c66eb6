/** An on-off switch: the one round thing besides plates. Its label stands before it and is part of the target. */
import './switch.css'

export function Switch({
  label,
  isOn,
  onChange,
  hiddenLabel = '',
}: {
  label: string
  isOn: boolean
  onChange: (isOn: boolean) => void
  /** Heard after the label, for what a sighted reader sees from its place: "of lane 2". */
  hiddenLabel?: string
}) {
  return (
    <button
      type="button"
      className="switch"
      role="switch"
      aria-checked={isOn}
      onClick={() => onChange(!isOn)}
    >
      <span className="switch-label">
        {label}
        {hiddenLabel && <span className="visually-hidden"> {hiddenLabel}</span>}
      </span>
      <span className="switch-track" />
    </button>
  )
}
