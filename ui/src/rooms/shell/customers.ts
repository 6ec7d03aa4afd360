import { answer, api, type Schemas } from '$lib/backend/api'

export interface Customer {
  id: string
  name: string
}

/** The catalogue's document of a tenant is a pair: its metadata and its spec. */
export function customerOf(document: Schemas['Document']): Customer {
  const [metadata] = Array.isArray(document.document) ? (document.document as unknown[]) : []
  const shown =
    typeof metadata === 'object' && metadata !== null && 'displayName' in metadata
      ? metadata.displayName
      : null
  return { id: document.name, name: typeof shown === 'string' ? shown : document.name }
}

/** The first customers, or those whose name or months fit what was typed. */
export async function findCustomers(typed: string, signal: AbortSignal): Promise<Customer[]> {
  const q = typed.trim()
  if (q.length < 2) {
    const page = await answer(api.GET('/tenants', { params: { query: { limit: 50 } }, signal }))
    return page.items.map(customerOf)
  }
  const found = await answer(api.GET('/search', { params: { query: { q } }, signal }))
  return [...new Map(found.map((one) => [one.tenant, { id: one.tenant, name: one.tenant_name }])).values()]
}
