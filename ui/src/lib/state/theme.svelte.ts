// Light, dark, or as the system says.

export type Theme = 'system' | 'light' | 'dark'

const KEY = 'sla-desk.theme'

let chosen = $state<Theme>('system')

export const theme = (): Theme => chosen

export function restoreTheme(): void {
  const kept = localStorage.getItem(KEY)
  apply(kept === 'light' || kept === 'dark' ? kept : 'system')
}

export function chooseTheme(next: Theme): void {
  apply(next)
  localStorage.setItem(KEY, next)
}

function apply(next: Theme): void {
  chosen = next
  if (next === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = next
}
