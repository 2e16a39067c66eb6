/** The tags that a list is filtered by; pressing one removes it. */
import './tags.css'
import { RemoveIcon } from './icons.tsx'

interface ChosenTagsProps {
  tags: readonly string[]
  onChange: (tags: string[]) => void
}

export function ChosenTags({ tags, onChange }: ChosenTagsProps) {
  return (
    <span className="tags">
      {tags.map((tag) => (
        <button
          key={tag}
          type="button"
          className="tag"
          onClick={() => onChange(tags.filter((other) => other !== tag))}
        >
          <span className="visually-hidden">Remove the tag </span>
          {tag} <RemoveIcon />
        </button>
      ))}
    </span>
  )
}
