/** Code as elements with the classes of highlight.js. A module of its own, so that its grammars load when needed. */
import { common, createLowlight } from 'lowlight'
import { createElement, type ReactNode } from 'react'

const lowlight = createLowlight(common)

type Node = ReturnType<typeof lowlight.highlight>['children'][number]

/** null when the language is not among the common ones. */
export function highlight(language: string, text: string): ReactNode | null {
  const name = language.toLowerCase()
  return lowlight.registered(name) ? toNodes(lowlight.highlight(name, text).children) : null
}

function toNodes(nodes: readonly Node[]): ReactNode[] {
  return nodes.map((node, key) => {
    if (node.type === 'text') return node.value
    if (node.type !== 'element') return null
    const classes = Array.isArray(node.properties.className) ? node.properties.className.join(' ') : undefined
    return createElement('span', { key, className: classes }, toNodes(node.children as Node[]))
  })
}
