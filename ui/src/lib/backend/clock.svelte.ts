// By which clock days are counted: the server's, where this computer's shows another time.

/** An answer takes its time, and HTTP tells whole seconds; what is less is no wrong clock. */
const TOLERATED_MILLISECONDS = 120_000

let ahead = $state(0)

/** Heard with every answer that says when it was given. */
export function hear(date: string | null): void {
  const at = Date.parse(date ?? '')
  if (Number.isNaN(at)) return
  const difference = Date.now() - at
  const wrong = Math.abs(difference) > TOLERATED_MILLISECONDS ? difference : 0
  // Told anew only when it is another difference, and not for the way that each answer takes.
  if (Math.abs(wrong - ahead) > TOLERATED_MILLISECONDS / 2) ahead = wrong
}

/** How far this computer's clock is ahead of the server's; negative when it is behind, 0 when it is right. */
export const clockAheadSeconds = (): number => Math.round(ahead / 1_000)

/** What time it is, in milliseconds as `Date` counts them. */
export const now = (): number => Date.now() - ahead
