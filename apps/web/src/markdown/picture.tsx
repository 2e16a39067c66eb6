/**
 * A picture in an answer. One whose data is in the answer (`data:`) is shown on request; any other is a link that names
 * its host, because fetching it would tell a stranger who reads what.
 */
import { useState } from 'react'
import { toDataImage, toLinkTarget } from './link-target.ts'

export function Picture({ source, alternative }: { source: string; alternative: string }) {
  const [isShown, setShown] = useState(false)
  const name = alternative.trim() || 'picture'
  const data = toDataImage(source)
  if (data && isShown) return <img className="md-picture-shown" src={data} alt={name} />
  if (data) {
    return (
      <button type="button" className="md-picture" onClick={() => setShown(true)}>
        Show picture: {name} <span className="dim">(in the answer)</span>
      </button>
    )
  }
  const target = toLinkTarget(source)
  if (!target?.host) return <span className="md-picture">Picture: {name}</span>
  return (
    <a
      className="md-picture"
      href={target.href}
      title={target.href}
      target="_blank"
      rel="noopener noreferrer nofollow"
    >
      Picture: {name} <span className="dim">({target.host}, not loaded)</span>
    </a>
  )
}
