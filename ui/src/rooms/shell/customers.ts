import { answer, api, type Schemas } from '$lib/backend/api'

export interface Customer {
  id: string
  name: string
}

export const customerOf = (tenant: Schemas['Document']): Customer => ({ id: tenant.name, name: tenant.title })

/** How many are shown at once; whoever looks for another one types more of its name. */
export const SHOWN_CUSTOMERS = 50

/** The first customers by name, or those whose name holds what was typed. */
export async function findCustomers(typed: string, signal: AbortSignal): Promise<Customer[]> {
  const q = typed.trim()
  const query = { sort: 'title' as const, limit: SHOWN_CUSTOMERS, ...(q === '' ? {} : { q }) }
  const page = await answer(api.GET('/tenants', { params: { query }, signal }))
  return page.items.map(customerOf)
}
