import { answer, api } from '$lib/backend/api'
import { Problem } from '$lib/backend/problem'

const KEY = 'sla-desk.openid-state'

/** The address of the provider's page. The `state` stays here: an answer with any other is not ours. */
export async function beginAtProvider(): Promise<string> {
  const redirect = `${location.origin}${location.pathname}`
  const begun = await answer(api.POST('/sign-in/openid', { body: { redirect } }))
  sessionStorage.setItem(KEY, begun.state)
  return begun.url
}

/**
 * What the provider has sent back, once; the address is cleaned so that a reload does not send it again.
 * Throws a `Problem` when this tab did not ask for it.
 */
export function returnedFromProvider(): { state: string; code: string } | null {
  const query = new URLSearchParams(location.search)
  const [state, code] = [query.get('state'), query.get('code')]
  if (state === null || code === null) return null
  history.replaceState(history.state, '', location.pathname + location.hash)
  const begun = sessionStorage.getItem(KEY)
  sessionStorage.removeItem(KEY)
  if (state !== begun) throw Problem.local('sign_in.foreign')
  return { state, code }
}
