/** The tags of a race; nothing when it has none. Each links to all races with that tag. */
import './tags.css'
import { Link } from 'wouter'

export function Tags({ tags }: { tags: Readonly<Record<string, string>> }) {
  const texts = Object.entries(tags).map(([name, value]) => `${name}:${value}`)
  if (texts.length === 0) return null
  return (
    <span className="tags">
      <span className="visually-hidden">Tags: </span>
      {texts.map((text) => (
        <Link
          key={text}
          href={`/history?tag=${encodeURIComponent(text)}`}
          className="tag ellipsis"
          title={`${text}: all races with this tag`}
        >
          {text}
        </Link>
      ))}
    </span>
  )
}
