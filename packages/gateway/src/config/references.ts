/** Variables in config values: `$NAME` and `${NAME}`, also within a longer text; `$$` is a dollar sign. */
export type Variables = Readonly<Record<string, string | undefined>>

export type Resolved =
  /** `values` are those of the variables in it. */
  { state: 'whole'; text: string; values: readonly string[] } | { state: 'missing'; variable: string }

/** An empty variable counts as missing: `OPENAI_API_KEY=` in a `.env` is a key not yet filled in. */
export function resolveReferences(text: string, variables: Variables): Resolved {
  let missing: string | null = null
  const values: string[] = []
  const whole = text.replace(reference, (_match, braced?: string, bare?: string) => {
    const variable = braced ?? bare
    if (variable === undefined) return '$'
    const value = variables[variable]?.trim()
    if (value) values.push(value)
    else missing ??= variable
    return value ?? ''
  })
  return missing === null ? { state: 'whole', text: whole, values } : { state: 'missing', variable: missing }
}

const reference = /\$\$|\$\{([A-Za-z_]\w*)\}|\$([A-Za-z_]\w*)/g
