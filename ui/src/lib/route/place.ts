// An address taken apart and put together.

export interface Place {
  /** Parts of the path, decoded. */
  path: string[]
  params: Record<string, string>
}

export function parsePlace(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split('?', 2)
  const parts = path.split('/').filter((part) => part !== '')
  return { path: parts.map(decoded), params: Object.fromEntries(new URLSearchParams(query)) }
}

/** A half of an escape sequence that somebody typed is left as it is. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

export function formatPlace({ path, params }: Place): string {
  const kept = Object.entries(params).filter(([, value]) => value !== '')
  const query = new URLSearchParams(kept).toString()
  return `#/${path.map(encodeURIComponent).join('/')}${query === '' ? '' : `?${query}`}`
}

/** Whether somebody who is here is there as well: at the same path, with all parameters that are said there; more may be said. */
export function includesPlace(here: Place, there: Place): boolean {
  const isPath =
    here.path.length === there.path.length && there.path.every((part, at) => part === here.path[at])
  return isPath && Object.entries(there.params).every(([name, value]) => here.params[name] === value)
}
