// Which desk the window works on. A browser is served one and has nothing to choose.
import { isWindow, leaveDesk, openDesk, type DeskView } from './native'
import { session } from './session.svelte'

type DeskState = { state: 'opening' } | { state: 'served' } | { state: 'failed'; error: unknown } | DeskView

let current = $state.raw<DeskState>(isWindow ? { state: 'opening' } : { state: 'served' })

export const desk = () => current

export function setDesk(view: DeskView): void {
  current = view
}

/** Opens the desk that was chosen at an earlier start. */
export async function restoreDesk(): Promise<void> {
  if (!isWindow) return
  current = { state: 'opening' }
  try {
    current = await openDesk()
  } catch (error) {
    current = { state: 'failed', error }
  }
}

/** Back to the choice of a desk; the one that was open stays as it is. */
export async function changeDesk(): Promise<void> {
  await leaveDesk()
  session.leave()
  await restoreDesk()
}
